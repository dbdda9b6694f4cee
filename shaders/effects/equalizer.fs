/*{
    "ISFVSN": "2",
    "VSN": "1",
    "TITLE": "Equalizer",
    "DESCRIPTION": "The frame as a wall of lamps: the spectrum lights columns of them in the photo's own colours, and a single lamp holds each peak and falls.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Photo", "Spectrum"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "photo", "TYPE": "image"},
        {"NAME": "history", "TYPE": "audioHistory", "PAST": 1.5, "FUTURE": 0.1, "MAX": 96},
        {"NAME": "cells", "LABEL": "Lamps on the short side", "TYPE": "long", "MIN": 6, "MAX": 48, "DEFAULT": 18},
        {"NAME": "height", "LABEL": "Height", "TYPE": "float", "MIN": 0.1, "MAX": 1.0, "DEFAULT": 0.72},
        {"NAME": "color", "LABEL": "Colour", "TYPE": "color", "DEFAULT": [1.0, 1.0, 1.0, 1.0]},
        {"NAME": "tint", "LABEL": "Colour from the photo", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.8},
        {"NAME": "round", "LABEL": "Round lamps", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.3},
        {"NAME": "mirror", "LABEL": "Low notes in the middle", "TYPE": "bool", "DEFAULT": false},
        {"NAME": "dim", "LABEL": "Dim the photo", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
        {"NAME": "gain", "LABEL": "Sensitivity", "TYPE": "float", "MIN": 0.2, "MAX": 3.0, "DEFAULT": 1.0}
    ],
    "PASSES": [
        {"TARGET": "accent", "WIDTH": 1, "HEIGHT": 1},
        {"TARGET": "levels", "WIDTH": "floor($cells * $WIDTH / min($WIDTH, $HEIGHT))", "HEIGHT": 1},
        {"TARGET": "lamps", "WIDTH": "floor($cells * $WIDTH / min($WIDTH, $HEIGHT))", "HEIGHT": "floor($cells * $HEIGHT / min($WIDTH, $HEIGHT))"},
        {"TARGET": "wall"},
        {}
    ]
}*/

const float PAST = 1.5;   // as in the header
const float SPAN = 1.6;
const float FALL = 0.9;   // how fast a peak falls, heights a second a second

// Level of a share of the spectrum so many seconds ago. The quiet end of the scale is cut off, and
// high notes are lifted, since music holds less of them. The scale ends where loud basses begin, so
// that these are led by the loudness of the whole.
float level(float pitch, float age) {
    vec4 heard = IMG_NORM_PIXEL(history, vec2((PAST - age) / SPAN, 0.06 + 0.94 * pitch));
    float value = clamp((heard.r + 0.3 * pitch - 0.48) / 0.56, 0.0, 1.0);
    return min(gain * value * value * mix(exp2(3.0 * (heard.g - 1.0)), 1.0, min(1.5 * pitch, 1.0)), 1.0);
}

// Red: how high the column stands, falling slower than it rises. Green: its peak, as it fell since.
vec4 column() {
    float place = gl_FragCoord.x / RENDERSIZE.x;
    float pitch = mirror ? abs(2.0 * place - 1.0) : place;
    float now = 0.0;
    float peak = 0.0;
    for (float i = 0.0; i < 42.0; i++) {
        float age = i / 30.0;
        float value = level(pitch, age);
        now = max(now, value - 3.0 * age);
        float fallen = max(age - 0.25, 0.0);
        peak = max(peak, value - FALL * fallen * fallen);
    }
    return vec4(now, peak, 0.0, 1.0);
}

// The photo's own colour: its saturated parts count most, and it is light enough to be a light.
vec4 from_photo() {
    vec3 sum = vec3(0.0);
    float weights = 0.0;
    for (int i = 0; i < 64; i++) {
        vec2 uv = (vec2(i % 8, i / 8) + 0.5) / 8.0;
        vec3 tone = textureLod(photo, uv, max(log2(IMG_SIZE(photo).x / 8.0), 0.0)).rgb;
        float most = max(tone.r, max(tone.g, tone.b));
        float weight = 0.004 + most * (most - min(tone.r, min(tone.g, tone.b)));
        sum += weight * tone;
        weights += weight;
    }
    vec3 tone = sum / weights + 0.04;
    tone /= max(tone.r, max(tone.g, tone.b));
    float dark = 1.0 - dot(tone, vec3(0.2126, 0.7152, 0.0722));
    return vec4(mix(tone, vec3(1.0), 0.05 + 0.35 * dark), 1.0);
}

// A lamp that is lit: the mean of the picture there with a little of the photo's own colour, as
// bright as that can be.
vec4 lamp() {
    vec3 sum = vec3(0.0);
    for (int i = 0; i < 16; i++) {
        vec2 uv = (gl_FragCoord.xy + (vec2(i % 4, i / 4) - 1.5) / 4.0) / RENDERSIZE;
        sum += IMG_NORM_PIXEL(inputImage, uv).rgb;
    }
    vec3 tone = sum / 16.0 + 0.12 * texelFetch(accent, ivec2(0), 0).rgb;
    tone /= max(tone.r, max(tone.g, tone.b));
    float dark = 1.0 - dot(tone, vec3(0.2126, 0.7152, 0.0722));
    tone = mix(tone, vec3(1.0), 0.25 * dark);
    return vec4(mix(color.rgb, tone, tint), 1.0);
}

// The photo behind dark lamps; alpha is the shape of the lamps.
vec4 dark() {
    vec2 counts = IMG_SIZE(lamps);
    vec2 size = RENDERSIZE / counts;                       // of a lamp and its gap, in pixels
    float gap = max(0.14 * min(RENDERSIZE.x, RENDERSIZE.y) / float(cells), 1.0);
    vec2 half_size = 0.5 * (size - gap);
    float radius = round * min(half_size.x, half_size.y);
    vec2 q = abs((fract(isf_FragNormCoord * counts) - 0.5) * size) - half_size + radius;
    float shape = clamp(0.5 + radius - length(max(q, 0.0)) - min(max(q.x, q.y), 0.0), 0.0, 1.0);
    vec3 below = IMG_THIS_PIXEL(inputImage).rgb * (1.0 - dim) * (0.72 + 0.28 * shape);
    return vec4(below, shape);
}

vec4 equalizer() {
    vec2 counts = IMG_SIZE(lamps);
    vec2 cell = floor(isf_FragNormCoord * counts);
    vec2 heights = IMG_PIXEL(levels, vec2(cell.x + 0.5, 0.5)).rg * height * counts.y;
    vec4 below = IMG_THIS_PIXEL(wall);
    vec3 lit = IMG_PIXEL(lamps, cell + 0.5).rgb;
    float on = clamp(heights.r - cell.y, 0.0, 1.0);        // the topmost is lit in part
    float peak = step(1.0, heights.g) * step(abs(floor(heights.g) - cell.y), 0.5);
    float up = cell.y / max(heights.r, 1.0);               // brighter towards the top
    vec3 light = mix(lit, mix(lit, vec3(1.0), 0.6), peak);
    return vec4(mix(below.rgb, light, color.a * below.a * max(on * mix(0.35, 0.95, up * up), peak)), 1.0);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = from_photo();
    else if (PASSINDEX == 1) gl_FragColor = column();
    else if (PASSINDEX == 2) gl_FragColor = lamp();
    else if (PASSINDEX == 3) gl_FragColor = dark();
    else gl_FragColor = equalizer();
}
