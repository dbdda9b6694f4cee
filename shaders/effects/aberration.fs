/*{
    "ISFVSN": "2",
    "VSN": "5",
    "TITLE": "Chromatic aberration",
    "TITLE_RU": "Хроматическая аберрация",
    "DESCRIPTION": "Colours part towards the edge of the picture, as in an old lens: red outwards, blue inwards. Light and shade stay sharp. On every accent the colours part further and deepen, the corners catch the light of a prism, and the picture comes a little nearer; the loudest moments hold it there.",
    "DESCRIPTION_RU": "К краям кадра цвета расходятся, как в старом объективе: красный наружу, синий внутрь. Свет и тень остаются резкими. На каждом акценте цвета расходятся дальше и становятся глубже, углы ловят свет призмы, а кадр немного приближается; самые громкие моменты удерживают его так.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Filter", "Finish", "Lens", "Beat"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "amount", "LABEL": "Amount", "LABEL_RU": "Сила", "TYPE": "float", "MIN": 0.0, "MAX": 0.05, "DEFAULT": 0.008, "IDENTITY": 0.0},
        {"NAME": "hit", "LABEL": "Accent", "LABEL_RU": "Акцент", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "BIND": {"bind": "accent.pulse", "smooth": 0.02, "decay": 0.4}},
        {"NAME": "peak", "LABEL": "Loudest moments", "LABEL_RU": "Самые громкие моменты", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "BIND": {"bind": "loudness", "from": [0.86, 0.985], "curve": "in", "smooth": 0.3}},
        {"NAME": "jolt", "LABEL": "Further on an accent", "LABEL_RU": "Сильнее на акценте", "GROUP": "response", "TYPE": "float", "MIN": 0.0, "MAX": 0.1, "DEFAULT": 0.042, "IDENTITY": 0.0},
        {"NAME": "middle", "LABEL": "Size of the sharp middle", "LABEL_RU": "Размер резкой середины", "GROUP": "place", "ADVANCED": true, "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.06},
        {"NAME": "center", "LABEL": "Middle of the lens", "LABEL_RU": "Центр объектива", "ADVANCED": true, "TYPE": "point2D", "MIN": [0.0, 0.0], "MAX": [1.0, 1.0], "DEFAULT": [0.5, 0.5]},
        {"NAME": "swap", "LABEL": "Blue outwards", "LABEL_RU": "Синий наружу", "ADVANCED": true, "TYPE": "bool", "DEFAULT": false}
    ]
}*/

const vec3 LUMA = vec3(0.2126, 0.7152, 0.0722);
const float DEEPER = 1.0; // the parted colours, so that they read on a picture of few edges too

vec3 seen(vec2 ray, float shift) {
    return IMG_NORM_PIXEL(inputImage, isf_FragNormCoord - ray * shift).rgb;
}

// The share of a colour's distance from grey of the same brightness that keeps it from 0 to 1.
float inside(float luma, vec3 color) {
    vec3 way = color - luma;
    vec3 most = mix(vec3(luma), vec3(1.0 - luma), step(0.0, way)) / max(abs(way), 1e-4);
    return min(min(most.r, most.g), min(most.b, 1.0));
}

void main() {
    // Everything is drawn larger by the most that a colour goes inwards, so that no colour comes
    // from beyond the picture's edge.
    vec2 ray = isf_FragNormCoord - center;
    vec2 reach = max(center, 1.0 - center) * RENDERSIZE;
    float far = length(ray * RENDERSIZE) / length(reach);
    float lens = smoothstep(middle, 0.55 + 0.9 * middle, far);
    float struck = max(hit, 0.45 * peak);
    float most = amount + jolt * struck;
    float part = (swap ? -most : most) * lens;

    // The brightness is that of the picture where it is, so detail stays sharp; only colours part.
    vec4 picture = IMG_NORM_PIXEL(inputImage, isf_FragNormCoord - ray * most);
    vec3 parted = vec3(seen(ray, most + 0.9 * part).r, seen(ray, most + 0.12 * part).g, seen(ray, most - 0.9 * part).b);
    float luma = mix(dot(picture.rgb, LUMA), dot(parted, LUMA), 0.3);
    vec3 fringe = parted - picture.rgb;
    fringe -= dot(fringe, LUMA);
    float lift = min(12.0 * jolt, 1.0) * struck; // colours deepen with it, on a picture without edges too
    vec3 color = luma + (1.0 + 0.4 * lift) * (picture.rgb - dot(picture.rgb, LUMA)) + DEEPER * fringe;

    // A prism's light in the corners: from blue inside to red outside, strongest on an accent.
    vec3 prism = vec3(smoothstep(0.72, 1.0, far), 0.3 * smoothstep(0.65, 0.85, far) * smoothstep(1.0, 0.85, far),
                      smoothstep(0.55, 0.8, far) * smoothstep(0.95, 0.8, far));
    prism = swap ? prism.bgr : prism;
    color *= 1.0 + lift * (0.25 * (1.0 - luma) + lens * (0.9 * prism - 0.3 * dot(prism, LUMA)));
    luma = clamp(dot(color, LUMA), 0.0, 1.0);
    color = mix(vec3(luma), color, inside(luma, color));
    gl_FragColor = vec4(clamp(color, 0.0, 1.0), picture.a);
}
