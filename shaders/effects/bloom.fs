/*{
    "ISFVSN": "2",
    "VSN": "1",
    "TITLE": "Bloom",
    "DESCRIPTION": "Light flows softly from the bright parts of the picture into what surrounds them, and more of it on every accent.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Filter", "Finish", "Light", "Beat"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "amount", "LABEL": "Amount", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 0.6, "IDENTITY": 0.0},
        {"NAME": "hit", "LABEL": "Accent", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "BIND": {"bind": "accent.pulse", "smooth": 0.05, "decay": 0.5}},
        {"NAME": "flare", "LABEL": "More light on an accent", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 1.3, "IDENTITY": 0.0},
        {"NAME": "threshold", "LABEL": "What counts as bright", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.66},
        {"NAME": "softness", "LABEL": "Softness of that border", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
        {"NAME": "size", "LABEL": "Size", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.72},
        {"NAME": "tint", "LABEL": "Colour of the light", "TYPE": "color", "DEFAULT": [1.0, 0.96, 0.92, 1.0]}
    ],
    "PASSES": [
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

// The bright part of the picture: four fetches between pixels are the mean of sixteen.
vec4 bright() {
    vec2 pixel = 1.0 / IMG_SIZE(inputImage);
    vec3 sum = vec3(0.0);
    for (int i = 0; i < 4; i++) {
        vec2 corner = vec2(i & 1, i >> 1) * 2.0 - 1.0;
        sum += IMG_NORM_PIXEL(inputImage, isf_FragNormCoord + corner * pixel).rgb;
    }
    sum /= 4.0;
    float most = max(sum.r, max(sum.g, sum.b));
    float soft = 0.02 + 0.5 * softness;
    return vec4(sum * smoothstep(threshold - soft, threshold + soft, most), 1.0);
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

vec4 lit() {
    vec4 picture = IMG_THIS_PIXEL(inputImage);
    // A picture that is bright all over keeps its contrast: little light of its own, more on accents.
    vec3 flood = IMG_NORM_PIXEL(share, vec2(0.5)).rgb;
    float calm = 1.0 / (1.0 + 14.0 * pow(max(flood.r, max(flood.g, flood.b)), 2.0));
    vec3 glow = IMG_THIS_PIXEL(u4).rgb * tint.rgb * tint.a * (amount * calm + 1.7 * flare * hit * mix(1.0, calm, 0.4));
    glow = max(glow + min(dot(glow, vec3(64.0)), 1.0) * dither(), 0.0);
    // The less, the more light is there already, and less again where it floods in from all sides:
    // nothing clips, and a white picture does not drown in its own light.
    return vec4(picture.rgb + glow * max(1.0 - picture.rgb, 0.0) / (1.0 + 1.2 * glow), picture.a);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = bright();
    else if (PASSINDEX == 1) gl_FragColor = smaller(d4);
    else if (PASSINDEX == 2) gl_FragColor = smaller(d8);
    else if (PASSINDEX == 3) gl_FragColor = smaller(d16);
    else if (PASSINDEX == 4) gl_FragColor = smaller(d32);
    else if (PASSINDEX == 5) gl_FragColor = mean();
    else if (PASSINDEX == 6) gl_FragColor = mix(IMG_THIS_PIXEL(d32), larger(d64), size);
    else if (PASSINDEX == 7) gl_FragColor = mix(IMG_THIS_PIXEL(d16), larger(u32), size);
    else if (PASSINDEX == 8) gl_FragColor = mix(IMG_THIS_PIXEL(d8), larger(u16), size);
    else if (PASSINDEX == 9) gl_FragColor = mix(IMG_THIS_PIXEL(d4), larger(u8), size);
    else gl_FragColor = lit();
}
