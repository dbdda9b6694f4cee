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
        {"NAME": "jolt", "LABEL": "Further on an accent", "TYPE": "float", "MIN": 0.0, "MAX": 0.1, "DEFAULT": 0.055, "IDENTITY": 0.0},
        {"NAME": "middle", "LABEL": "Size of the sharp middle", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.06},
        {"NAME": "center", "LABEL": "Middle of the lens", "TYPE": "point2D", "MIN": [0.0, 0.0], "MAX": [1.0, 1.0], "DEFAULT": [0.5, 0.5]},
        {"NAME": "swap", "LABEL": "Blue outwards", "TYPE": "bool", "DEFAULT": false}
    ]
}*/

// The mean of three places about `shift` along the ray: each colour smears a little, as in a spectrum.
vec4 seen(vec2 ray, float shift, float smear) {
    vec2 at = isf_FragNormCoord - ray * shift;
    vec4 sum = IMG_NORM_PIXEL(inputImage, at - ray * smear) + IMG_NORM_PIXEL(inputImage, at + ray * smear);
    return 0.3 * sum + 0.4 * IMG_NORM_PIXEL(inputImage, at);
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

    // Green stays nearly sharp and keeps the detail; red and blue lie at the ends of the spectrum.
    vec4 green = seen(ray, most, 0.08 * part);
    float red = seen(ray, most + 0.86 * part, 0.14 * part).r;
    float blue = seen(ray, most - 0.86 * part, 0.14 * part).b;
    gl_FragColor = vec4(red, green.g, blue, green.a);
}
