/*{
    "ISFVSN": "2",
    "VSN": "3",
    "TITLE": "Bloom",
    "TITLE_RU": "Мягкий свет",
    "DESCRIPTION": "Light flows softly from the bright parts of the picture into what surrounds them, and more of it on every accent and in the loudest moments.",
    "DESCRIPTION_RU": "Свет мягко растекается от ярких мест кадра на то, что вокруг, и на каждом акценте и в самые громкие моменты его больше.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Filter", "Finish", "Light", "Beat"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "amount", "LABEL": "Amount", "LABEL_RU": "Сила", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 0.5, "IDENTITY": 0.0},
        {"NAME": "hit", "LABEL": "Accent", "LABEL_RU": "Акцент", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "BIND": {"bind": "accent.pulse", "decay": 0.45}},
        {"NAME": "peak", "LABEL": "Loudest moments", "LABEL_RU": "Самые громкие моменты", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "BIND": {"bind": "loudness", "from": [0.86, 0.985], "curve": "in", "smooth": 0.3}},
        {"NAME": "flare", "LABEL": "More light on an accent", "LABEL_RU": "Больше света на акценте", "GROUP": "response", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 1.3, "IDENTITY": 0.0},
        {"NAME": "threshold", "LABEL": "What counts as bright", "LABEL_RU": "Что считать ярким", "ADVANCED": true, "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.66},
        {"NAME": "softness", "LABEL": "Softness of that border", "LABEL_RU": "Мягкость этой границы", "ADVANCED": true, "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
        {"NAME": "size", "LABEL": "Size", "LABEL_RU": "Размер", "GROUP": "place", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.72},
        {"NAME": "tint", "LABEL": "Colour of the light", "LABEL_RU": "Цвет света", "TYPE": "color", "DEFAULT": [1.0, 0.96, 0.92, 1.0]}
    ],
    "PASSES": [
        {"TARGET": "few", "WIDTH": 24, "HEIGHT": 24, "FLOAT": true},
        {"TARGET": "border", "WIDTH": 1, "HEIGHT": 1, "FLOAT": true},
        {"TARGET": "d4", "WIDTH": "max($WIDTH / 4, 2)", "HEIGHT": "max($HEIGHT / 4, 2)", "FLOAT": true},
        {"TARGET": "d8", "WIDTH": "max($WIDTH / 8, 2)", "HEIGHT": "max($HEIGHT / 8, 2)", "FLOAT": true},
        {"TARGET": "d16", "WIDTH": "max($WIDTH / 16, 2)", "HEIGHT": "max($HEIGHT / 16, 2)", "FLOAT": true},
        {"TARGET": "d32", "WIDTH": "max($WIDTH / 32, 2)", "HEIGHT": "max($HEIGHT / 32, 2)", "FLOAT": true},
        {"TARGET": "d64", "WIDTH": "max($WIDTH / 64, 2)", "HEIGHT": "max($HEIGHT / 64, 2)", "FLOAT": true},
        {"TARGET": "share", "WIDTH": 1, "HEIGHT": 1, "FLOAT": true},
        {"TARGET": "u32", "WIDTH": "max($WIDTH / 32, 2)", "HEIGHT": "max($HEIGHT / 32, 2)", "FLOAT": true},
        {"TARGET": "u16", "WIDTH": "max($WIDTH / 16, 2)", "HEIGHT": "max($HEIGHT / 16, 2)", "FLOAT": true},
        {"TARGET": "u8", "WIDTH": "max($WIDTH / 8, 2)", "HEIGHT": "max($HEIGHT / 8, 2)", "FLOAT": true},
        {"TARGET": "u4", "WIDTH": "max($WIDTH / 4, 2)", "HEIGHT": "max($HEIGHT / 4, 2)", "FLOAT": true},
        {}
    ]
}*/

// Down in halves and up again, each step up blended with what was there on the way down (Jimenez
// 2014, "Next Generation Post Processing in Call of Duty"): a light with a core and a wide skirt,
// at little more than the cost of its first quarter-sized pass.

// How much an accent, or the loudest music, adds.
float struck() {
    return max(hit, 0.5 * peak);
}

// How bright a colour looks as a light: white counts for more than a pure colour.
float strength(vec3 tone) {
    return mix(max(tone.r, max(tone.g, tone.b)), dot(tone, vec3(0.2126, 0.7152, 0.0722)), 0.5);
}

// A coarse copy, each pixel the mean and, in alpha, the brightest of 36.
vec4 coarse() {
    vec4 sum = vec4(0.0);
    for (int i = 0; i < 36; i++) {
        vec3 tone = IMG_NORM_PIXEL(inputImage, (gl_FragCoord.xy - 0.5 + (vec2(i % 6, i / 6) + 0.5) / 6.0) / 24.0).rgb;
        sum = vec4(sum.rgb + tone / 36.0, max(sum.a, strength(tone)));
    }
    return sum;
}

// How bright the lights of this picture are: what the brightest twentieth of it reaches.
vec4 lights() {
    int bins[32];
    for (int i = 0; i < 32; i++) bins[i] = 0;
    for (int i = 0; i < 576; i++) bins[int(clamp(31.0 * texelFetch(few, ivec2(i % 24, i / 24), 0).a, 0.0, 31.0))]++;
    int above = 0;
    float reached = 0.0;
    for (int i = 31; i >= 0; i--) {
        above += bins[i];
        if (above >= 29 && reached == 0.0) reached = float(i + 1) / 32.0;
    }
    return vec4(max(reached, 0.12));
}

// The bright part of the picture: four fetches between pixels are the mean of sixteen. What counts
// as bright depends on the picture, so that a lamp at night glows as snow by day does.
vec4 bright() {
    vec2 pixel = 1.0 / IMG_SIZE(inputImage);
    vec3 sum = vec3(0.0);
    for (int i = 0; i < 4; i++) {
        vec2 corner = vec2(i & 1, i >> 1) * 2.0 - 1.0;
        sum += IMG_NORM_PIXEL(inputImage, isf_FragNormCoord + corner * pixel).rgb;
    }
    sum /= 4.0;
    float most = IMG_NORM_PIXEL(border, vec2(0.5)).r;
    float least = (0.35 + threshold) * most;
    float soft = (0.03 + 0.3 * softness) * most;
    return vec4(sum * smoothstep(least - soft, least + soft, strength(sum)), 1.0);
}

vec4 smaller(sampler2D image) {
    vec2 pixel = 1.0 / IMG_SIZE(image);
    vec4 sum = 4.0 * IMG_THIS_PIXEL(image);
    for (int i = 0; i < 4; i++)
        sum += IMG_NORM_PIXEL(image, isf_FragNormCoord + (vec2(i & 1, i >> 1) * 2.0 - 1.0) * pixel);
    return sum / 8.0;
}

vec4 larger(sampler2D image) {
    vec2 pixel = 1.0 / IMG_SIZE(image);
    vec4 sum = vec4(0.0);
    for (int y = -1; y <= 1; y++)
        for (int x = -1; x <= 1; x++)
            sum += float((2 - abs(x)) * (2 - abs(y))) * IMG_NORM_PIXEL(image, isf_FragNormCoord + vec2(x, y) * pixel);
    return sum / 16.0;
}

// Half a step of 8 bits of noise (interleaved gradient noise, Jimenez 2014): hides bands.
float dither() {
    return (fract(52.9829189 * fract(dot(gl_FragCoord.xy, vec2(0.06711056, 0.00583715)))) - 0.5) / 255.0;
}

// The mean light of the bright parts: high where most of the picture is bright.
vec4 mean() {
    vec3 sum = vec3(0.0);
    for (int i = 0; i < 64; i++)
        sum += IMG_NORM_PIXEL(d64, (vec2(i % 8, i / 8) + 0.5) / 8.0).rgb;
    return vec4(sum / 64.0, 1.0);
}

// How far the light reaches: an accent throws it further.
float wide() {
    return size * (1.0 + 0.17 * min(flare, 1.0) * struck()) / (1.0 + 0.17 * size);
}

vec4 lit() {
    vec4 picture = IMG_THIS_PIXEL(inputImage);
    // As much light in all, whether a few lamps give it or half of the picture.
    vec3 flood = IMG_NORM_PIXEL(share, vec2(0.5)).rgb;
    float much = max(flood.r, max(flood.g, flood.b));
    float calm = clamp(0.1 / (much + 0.015), 0.12, 5.0);
    float burst = clamp(0.6 / (much + 0.03), 1.1, 14.0);
    vec3 glow = IMG_THIS_PIXEL(u4).rgb * tint.rgb * tint.a * (amount * calm + 1.6 * flare * struck() * burst);
    glow = max(glow + min(dot(glow, vec3(64.0)), 1.0) * dither(), 0.0);
    // In a bright picture the lights wait a little below white, so that an accent has where to go.
    float light = dot(picture.rgb, vec3(0.2126, 0.7152, 0.0722));
    float held = 0.26 * min(flare, 1.0) * smoothstep(0.12, 0.5, much) * smoothstep(0.3, 1.0, light) * (1.0 - min(1.5 * struck(), 1.0));
    vec3 color = picture.rgb * (1.0 - held);
    // Blacks stay black: what is dark takes on little of a light that is not next to it.
    glow *= mix(0.4, 1.0, smoothstep(0.0, 0.3, light)) + 0.4 * smoothstep(0.25, 0.8, max(glow.r, max(glow.g, glow.b)));
    glow = max(mix(vec3(dot(glow, vec3(1.0 / 3.0))), glow, 1.35), 0.0); // coloured, as light on a lens is
    // The less, the more light is there already: nothing clips.
    vec3 room = max(1.0 - color, 0.0);
    return vec4(color + room * (glow * (0.45 + 0.75 * color)) / (1.0 + 0.9 * glow), picture.a);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = coarse();
    else if (PASSINDEX == 1) gl_FragColor = lights();
    else if (PASSINDEX == 2) gl_FragColor = bright();
    else if (PASSINDEX == 3) gl_FragColor = smaller(d4);
    else if (PASSINDEX == 4) gl_FragColor = smaller(d8);
    else if (PASSINDEX == 5) gl_FragColor = smaller(d16);
    else if (PASSINDEX == 6) gl_FragColor = smaller(d32);
    else if (PASSINDEX == 7) gl_FragColor = mean();
    else if (PASSINDEX == 8) gl_FragColor = mix(IMG_THIS_PIXEL(d32), larger(d64), wide());
    else if (PASSINDEX == 9) gl_FragColor = mix(IMG_THIS_PIXEL(d16), larger(u32), wide());
    else if (PASSINDEX == 10) gl_FragColor = mix(IMG_THIS_PIXEL(d8), larger(u16), wide());
    else if (PASSINDEX == 11) gl_FragColor = mix(IMG_THIS_PIXEL(d4), larger(u8), wide()) + 0.9 * struck() * min(flare, 1.0) * size * larger(u16);
    else gl_FragColor = lit();
}
