/*{
    "ISFVSN": "2",
    "VSN": "6",
    "TITLE": "Mirror",
    "TITLE_RU": "Зеркала",
    "DESCRIPTION": "The picture in a cut crystal: its middle stays clear, and around it facets of mirror glass in two of its colours show it again, each in its own light. With every accent they close in around the middle, turn a little and shine, and they draw back; loud music holds them further in, at its loudest furthest.",
    "DESCRIPTION_RU": "Кадр в гранёном хрустале: середина остаётся чистой, а вокруг неё зеркальные грани двух её цветов показывают её снова, каждая в своём свете. С каждым акцентом они смыкаются вокруг середины, немного поворачиваются, блестят и отходят; громкая музыка держит их ближе, в самые громкие моменты — ближе всего.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "PREMIUM": true,
    "CATEGORIES": ["Filter", "Beat", "Distortion"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "kick", "LABEL": "Open", "LABEL_RU": "Раскрытие", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "accent.pulse", "decay": 0.45, "from": [0.0, 0.85]}},
        {"NAME": "number", "LABEL": "Number of the accent", "LABEL_RU": "Номер акцента", "UNIT": "count", "TYPE": "float", "MIN": 0.0, "MAX": 4096.0, "DEFAULT": 0.0, "BIND": {"bind": "accent.count"}},
        {"NAME": "level", "LABEL": "Loudness", "LABEL_RU": "Громкость", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "loudness", "smooth": 0.4}},
        {"NAME": "peak", "LABEL": "Loudest moments", "LABEL_RU": "Самые громкие моменты", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "loudness", "from": [0.88, 0.98], "curve": "in", "smooth": 0.2}},
        {"NAME": "rest", "LABEL": "Open between accents", "LABEL_RU": "Раскрытие между акцентами", "GROUP": "response", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.35, "IDENTITY": 0.0},
        {"NAME": "bass", "LABEL": "Seconds of bass", "LABEL_RU": "Накопленный бас, секунды", "UNIT": "s", "TYPE": "float", "MIN": 0.0, "MAX": 36000.0, "DEFAULT": 0.0, "BIND": {"bind": "bass.sum", "smooth": 0.5}},
        {"NAME": "amount", "LABEL": "Amount", "LABEL_RU": "Сила", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 1.0, "IDENTITY": 0.0},
        {"NAME": "segments", "LABEL": "Number of segments", "LABEL_RU": "Число граней", "ADVANCED": true, "TYPE": "long", "MIN": 2, "MAX": 16, "DEFAULT": 4},
        {"NAME": "notch", "LABEL": "Turn on an accent, degrees", "LABEL_RU": "Поворот на акценте, градусы", "UNIT": "deg", "GROUP": "response", "TYPE": "float", "MIN": 0.0, "MAX": 90.0, "DEFAULT": 5.0},
        {"NAME": "speed", "LABEL": "Turn with the bass, degrees a second", "LABEL_RU": "Поворот с басом, градусы в секунду", "UNIT": "deg/s", "GROUP": "response", "TYPE": "float", "MIN": 0.0, "MAX": 90.0, "DEFAULT": 0.0},
        {"NAME": "zoom", "LABEL": "Zoom", "LABEL_RU": "Приближение", "TYPE": "float", "MIN": 0.5, "MAX": 4.0, "DEFAULT": 1.0},
        {"NAME": "dim", "LABEL": "Shade of the mirrors", "LABEL_RU": "Затемнение зеркал", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
        {"NAME": "middle", "LABEL": "Free middle", "LABEL_RU": "Свободная середина", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.42},
        {"NAME": "prism", "LABEL": "Colours of the glass", "LABEL_RU": "Радуга на стекле", "ADVANCED": true, "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "IDENTITY": 0.0},
        {"NAME": "tint", "LABEL": "Tint of the glass", "LABEL_RU": "Оттенок стекла", "ADVANCED": true, "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "IDENTITY": 0.0},
        {"NAME": "color", "LABEL": "Colour", "LABEL_RU": "Цвет", "TYPE": "color", "DEFAULT": [1.0, 0.45, 0.35, 1.0], "PHOTO": "vivid"},
        {"NAME": "second", "LABEL": "Second colour", "LABEL_RU": "Второй цвет", "TYPE": "color", "DEFAULT": [0.35, 0.55, 1.0, 1.0], "PHOTO": "second"},
        {"NAME": "played", "LABEL": "Seconds of sound", "LABEL_RU": "Секунды звука", "UNIT": "s", "TYPE": "float", "MIN": 0.0, "MAX": 36000.0, "DEFAULT": 0.0, "BIND": {"bind": "sounding.sum", "smooth": 1.0}},
        {"NAME": "drift", "LABEL": "Drift", "LABEL_RU": "Медленное движение", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "IDENTITY": 0.0}
    ],
    "PASSES": [
        {"TARGET": "planes", "WIDTH": 8, "HEIGHT": 1, "FLOAT": true},
        {}
    ]
}*/

// Where a pixel comes from while the camera drifts over the picture, a little closer than it is.
// Added to the pixel's own place, so that no drift moves it by exactly nothing. What is sampled
// lies inside the picture.
vec2 drifting(vec2 uv) {
    float turn = 6.28318531 * played;
    vec2 to = vec2(sin(turn / 19.0), sin(turn / 14.3 + 1.9));
    float zoom = 1.0 + drift * (0.045 - 0.025 * cos(turn / 25.0));
    return uv + (0.5 - uv) * (1.0 - 1.0 / zoom) + 0.009 * drift * to;
}

const float SPREAD = 52.0; // degrees over which the facets of a side fan out in a wide frame
const float TILT = 0.035;  // how far a tilted facet moves what it shows, in short sides
const vec3 LUMA = vec3(0.2126, 0.7152, 0.0722);
const float PANE = 0.30;   // the depth of a facet, where the next mirrors it
const vec2 LAMP = vec2(-0.53, 0.85); // where the light comes from

// How far the facets have closed in.
float opened() {
    float held = rest * smoothstep(0.0, 0.9, level);
    return amount * (held + (1.0 - held) * max(kick, 0.9 * peak));
}

// The angle between the middle facet of a side and its last, in radians.
float fan(vec2 frame) {
    return segments > 2 ? radians(SPREAD * min(frame.x / frame.y / 1.7, 1.0)) : 0.0;
}

// Half the width of the free middle, in short sides: a wide frame has more to fold.
float free(vec2 frame) {
    return 0.5 * frame.x * min(middle / 0.42 * mix(0.72, 0.60, smoothstep(1.0, 1.6, frame.x)), 1.0);
}

// A wave from 0 to 1 and back within 2, as a facet mirrors the next.
float there_and_back(float x) {
    return abs(mod(x + 1.0, 2.0) - 1.0);
}

// Half of the facets: the direction that each faces, away from the middle, and how far out it begins,
// in short sides. Those of the other half lie opposite.
vec4 plane() {
    vec2 frame = IMG_SIZE(inputImage) / min(IMG_SIZE(inputImage).x, IMG_SIZE(inputImage).y);
    float turn = radians(notch * (1.0 - 2.0 * mod(number, 2.0)) * amount * kick + bass * speed);
    float share = 2.0 * gl_FragCoord.x / float(max((segments + 1) / 2, 1)) - 1.0;
    float angle = turn + fan(frame) * share;
    vec2 normal = vec2(cos(angle), sin(angle));
    float edge = 0.5 * dot(frame, abs(normal));
    float near = free(frame) * (1.0 - 0.13 * amount * peak);
    return vec4(normal, mix(edge + 0.01, min(near, edge), opened()), 1.0);
}

// How wide a light of that width is at a distance from its middle: 1 there, and soon 0.
float lobe(float away, float width) {
    float x = away / width;
    x = 1.0 / (1.0 + x * x);
    return x * x;
}

vec4 mirrored() {
    float open = opened();
    vec2 frame = RENDERSIZE / min(RENDERSIZE.x, RENDERSIZE.y);
    vec2 point = (isf_FragNormCoord - 0.5) * frame * (1.0 - 0.035 * amount * kick);

    // The facet that a pixel is furthest behind, and the one next to that.
    int side = max((segments + 1) / 2, 1);
    float most = -1e3;
    float next = -1e3;
    vec2 way = vec2(0.0);
    bool even = false;
    for (int i = 0; i < side; i++) {
        vec3 facet = texelFetch(planes, ivec2(i, 0), 0).xyz;
        float along = dot(point, facet.xy);
        float behind = abs(along) - facet.z;
        next = max(next, min(behind, most));
        if (behind > most) {
            most = behind;
            way = along < 0.0 ? -facet.xy : facet.xy;
            even = (i & 1) == 0;
        }
    }
    float inside = max(most, 0.0);
    float at = inside / PANE;
    float glass = open > 0.0 ? step(1e-5, most) : 0.0;
    // Beyond the edges of the picture it comes back mirrored.
    vec2 from = point - way * (inside + zoom * there_and_back(at) * PANE + TILT * open);
    vec2 uv = drifting(glass > 0.0 ? 0.5 + from / frame : open > 0.0 ? 0.5 + point / frame : isf_FragNormCoord);
    vec2 apart = way / frame * (0.004 + 0.02 * inside) * prism * open * glass;
    vec3 red = IMG_NORM_PIXEL(inputImage, 1.0 - abs(mod(uv - apart, 2.0) - 1.0)).rgb;
    vec3 blue = IMG_NORM_PIXEL(inputImage, 1.0 - abs(mod(uv + apart, 2.0) - 1.0)).rgb;
    vec3 shown = vec3(red.r, 0.5 * (red.g + blue.g), blue.b);

    // The middle lies behind the facets, in a little of their shadow.
    float begun = smoothstep(0.0, 0.3, open);
    shown *= 1.0 - (1.0 - glass) * 0.45 * dim * amount * begun * lobe(min(most, 0.0), 0.035);
    // Each facet has its own light, and is darker the further out it reaches.
    float ground = glass * smoothstep(0.0, 0.2, open);
    float facing = dot(way, LAMP);
    float shade = clamp(ground * dim * (0.50 - 0.62 * facing + 0.6 * min(at, 1.4)), 0.0, 1.0);
    shown *= mix(vec3(1.0), shown, 0.3 * shade) * (1.0 - 0.8 * min(shade, 0.9));
    // The glass has two colours in turn, which white takes up and an accent lets shine.
    vec3 dye = even ? color.rgb : second.rgb;
    dye /= max(max(dye.r, max(dye.g, dye.b)), 0.02);
    dye = mix(dye * dye, vec3(1.0), 0.12);
    shown *= mix(vec3(1.0), dye, tint * ground * (0.45 + 0.3 * dot(shown, LUMA)));
    float gloss = 0.5 + 0.5 * dot(normalize(point + 1e-4), LAMP); // the crystal's upper left is lit most
    float beam = lobe(dot(point, vec2(0.86, -0.5)) - 1.5 + 3.0 * kick, 0.20); // light that runs over the glass
    float near_rim = lobe(inside, 0.09);
    float strong = max(kick, peak);
    float sheen = ground * ((0.06 + 0.16 * max(facing, 0.0)) * near_rim + (0.25 + 0.35 * kick) * beam);
    // Their edges are ground: a fine bright line with a soft light beside it.
    float fine = max(0.0022, 1.3 / min(RENDERSIZE.x, RENDERSIZE.y));
    float ridge = abs(most - next) / (2.0 * clamp(fan(frame) / float(side), 0.1, 1.0));
    float line = lobe(most, fine) + 0.3 * lobe(most, 0.016);
    line += 0.7 * ground * (lobe(ridge, fine) + 0.25 * lobe(ridge, 0.014)) + 0.5 * ground * lobe((at - 1.0) * PANE, fine);
    vec3 shine = dye * tint * ground * max(kick, 0.7 * peak) * (0.03 + 0.10 * shown + 0.5 * near_rim * near_rim) * (0.75 + 0.25 * facing);
    sheen += begun * min(line, 1.2) * (0.08 + 0.30 * gloss * gloss + 0.30 * strong * (0.4 + 0.6 * gloss) + 0.4 * beam);
    vec3 tone = mix(vec3(1.0), 0.35 + 0.65 * shown / max(max(shown.r, max(shown.g, shown.b)), 0.02), 0.5);
    shown += (1.0 - shown) * min(clamp(sheen, 0.0, 0.85) * tone + shine, 0.9);
    return vec4(shown, 1.0);
}

void main() {
    gl_FragColor = PASSINDEX == 0 ? plane() : mirrored();
}
