/*{
    "ISFVSN": "2",
    "VSN": "2",
    "TITLE": "Chromatic aberration",
    "DESCRIPTION": "Colours part towards the edge of the picture, as in an old lens: red outwards, blue inwards. Its middle stays sharp. On every accent they part further, and the picture comes a little nearer.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Filter", "Finish", "Lens", "Beat"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "amount", "LABEL": "Amount", "TYPE": "float", "MIN": 0.0, "MAX": 0.05, "DEFAULT": 0.008, "IDENTITY": 0.0},
        {"NAME": "hit", "LABEL": "Accent", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "BIND": {"bind": "accent.pulse", "smooth": 0.05, "decay": 0.4}},
        {"NAME": "jolt", "LABEL": "Further on an accent", "TYPE": "float", "MIN": 0.0, "MAX": 0.1, "DEFAULT": 0.07, "IDENTITY": 0.0},
        {"NAME": "middle", "LABEL": "Size of the sharp middle", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.06},
        {"NAME": "center", "LABEL": "Middle of the lens", "TYPE": "point2D", "MIN": [0.0, 0.0], "MAX": [1.0, 1.0], "DEFAULT": [0.5, 0.5]},
        {"NAME": "swap", "LABEL": "Blue outwards", "TYPE": "bool", "DEFAULT": false}
    ]
}*/

vec4 seen(vec2 ray, float shift) {
    return IMG_NORM_PIXEL(inputImage, isf_FragNormCoord - ray * shift);
}

void main() {
    // Everything is drawn larger by the most that a colour goes inwards, so that no colour comes
    // from beyond the picture's edge.
    vec2 ray = isf_FragNormCoord - center;
    vec2 reach = max(center, 1.0 - center) * RENDERSIZE;
    float far = length(ray * RENDERSIZE) / length(reach);
    float lens = smoothstep(middle, 0.55 + 0.9 * middle, far);
    float most = amount + jolt * hit;
    float part = (swap ? -most : most) * lens;

    // Five places along the ray; each colour is the mean of neighbours, as a spectrum smears.
    vec4 first = seen(ray, most + part);
    vec4 second = seen(ray, most + 0.5 * part);
    vec4 third = seen(ray, most);
    vec4 fourth = seen(ray, most - 0.5 * part);
    vec4 fifth = seen(ray, most - part);
    gl_FragColor = vec4(
        0.5 * (first.r + second.r),
        0.25 * (second.g + fourth.g) + 0.5 * third.g,
        0.5 * (fourth.b + fifth.b),
        third.a);
}
