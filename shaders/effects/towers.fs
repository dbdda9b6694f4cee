/*{
    "ISFVSN": "2",
    "VSN": "1",
    "TITLE": "Towers",
    "DESCRIPTION": "Thin columns from edge to edge, mirrored about the middle of the frame, coloured as the photo is from side to side. Their peaks hang in the air and fall.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Photo", "Spectrum"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "photo", "TYPE": "image"},
        {"NAME": "history", "TYPE": "audioHistory", "PAST": 1.5, "FUTURE": 0.1, "MAX": 96},
        {"NAME": "axis", "LABEL": "Mirrored about", "TYPE": "long", "VALUES": [0, 1], "LABELS": ["A level line", "An upright line"], "DEFAULT": 0},
        {"NAME": "count", "LABEL": "Number of columns", "TYPE": "long", "MIN": 16, "MAX": 160, "DEFAULT": 88},
        {"NAME": "color", "LABEL": "Colour", "TYPE": "color", "DEFAULT": [1.0, 1.0, 1.0, 1.0]},
        {"NAME": "tint", "LABEL": "Colours from the photo", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.85},
        {"NAME": "height", "LABEL": "Height", "TYPE": "float", "MIN": 0.1, "MAX": 1.0, "DEFAULT": 0.78},
        {"NAME": "thickness", "LABEL": "Thickness", "TYPE": "float", "MIN": 0.1, "MAX": 1.0, "DEFAULT": 0.42},
        {"NAME": "peaks", "LABEL": "Peaks", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.8, "IDENTITY": 0.0},
        {"NAME": "mirror", "LABEL": "Low notes in the middle", "TYPE": "bool", "DEFAULT": true},
        {"NAME": "dim", "LABEL": "Dim the photo", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.55, "IDENTITY": 0.0}
    ],
    "PASSES": [
        {"TARGET": "palette", "WIDTH": 7, "HEIGHT": 1},
        {"TARGET": "levels", "WIDTH": "$count", "HEIGHT": 1, "FLOAT": true},
        {}
    ]
}*/

const float PAST = 1.5;   // as in the header
const float SPAN = 1.6;
const float FALL = 0.7;   // how fast a peak falls, heights a second a second

// The colour of an upright strip of the photo: its saturated parts count most, and it is light
// enough to be a light.
vec4 from_photo() {
    vec3 sum = vec3(0.0);
    float weights = 0.0;
    for (int i = 0; i < 48; i++) {
        vec2 uv = vec2((gl_FragCoord.x - 0.5 + (float(i % 4) + 0.5) / 4.0) / RENDERSIZE.x, (float(i / 4) + 0.5) / 12.0);
        vec3 tone = textureLod(photo, uv, max(log2(IMG_SIZE(photo).x / 16.0), 0.0)).rgb;
        float most = max(tone.r, max(tone.g, tone.b));
        float weight = 0.004 + most * (most - min(tone.r, min(tone.g, tone.b)));
        sum += weight * tone;
        weights += weight;
    }
    vec3 tone = sum / weights + 0.04;
    tone /= max(tone.r, max(tone.g, tone.b));
    float dark = 1.0 - dot(tone, vec3(0.2126, 0.7152, 0.0722));
    return vec4(mix(color.rgb, mix(tone, vec3(1.0), 0.05 + 0.3 * dark), tint), 1.0);
}

// Level of a share of the spectrum so many seconds ago. The quiet end of the scale is cut off, and
// high notes are lifted, since music holds less of them. The scale ends where loud basses begin, so
// that these are led by the loudness of the whole.
float level(float pitch, float age) {
    vec4 heard = IMG_NORM_PIXEL(history, vec2((PAST - age) / SPAN, 0.06 + 0.94 * pitch));
    float value = clamp((heard.r + 0.3 * pitch - 0.48) / 0.56, 0.0, 1.0);
    return min(value * value * mix(exp2(3.0 * (heard.g - 1.0)), 1.0, min(1.5 * pitch, 1.0)), 1.0);
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
        float fallen = max(age - 0.2, 0.0);
        peak = max(peak, value - FALL * fallen * fallen);
    }
    return vec4(now, peak, 0.0, 1.0);
}

vec4 towers() {
    // Across: from column to column; off: pixels from the line that mirrors.
    vec2 size = axis == 0 ? RENDERSIZE : RENDERSIZE.yx;
    vec2 spot = axis == 0 ? gl_FragCoord.xy : gl_FragCoord.yx;
    float off = abs(spot.y - 0.5 * size.y);
    float across = spot.x / size.x * float(count);
    vec2 tall = IMG_PIXEL(levels, vec2(floor(across) + 0.5, 0.5)).rg * 0.5 * height * size.y;
    float unit = size.x / float(count);
    // What is finer than a pixel is drawn fainter instead.
    float fine = 0.004 * min(size.x, size.y);
    float least = max(fine, 0.75);
    float thick = thickness * unit;
    float beside = clamp(0.5 * thick + 0.5 - abs(fract(across) - 0.5) * unit, 0.0, min(thick, 1.0));
    beside = mix(thickness, beside, clamp(unit - 1.5, 0.0, 1.0));
    float column = beside * clamp(max(tall.r, fine) + 0.5 - off, 0.0, 1.0);
    float cap = clamp(1.5 * least + 0.5 - abs(off - tall.g - 4.0 * fine), 0.0, 1.0);
    cap *= beside * peaks * fine / least * smoothstep(0.0, 4.0 * fine, tall.g);

    vec3 tone = IMG_NORM_PIXEL(palette, vec2(isf_FragNormCoord.x, 0.5)).rgb;
    float up = off / (0.5 * height * size.y);
    float near = IMG_PIXEL(levels, vec2(across, 0.5)).r;
    float shine = 0.5 * near / (1.0 + 14.0 * up * up);
    vec3 below = IMG_THIS_PIXEL(inputImage).rgb * (1.0 - dim);
    below += (1.0 - below) * tone * shine * color.a;
    below = mix(below, mix(tone, vec3(1.0), 0.55 * clamp(1.0 - 1.6 * up, 0.0, 1.0)), column * color.a * 0.95);
    return vec4(mix(below, mix(tone, vec3(1.0), 0.5), cap * color.a), 1.0);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = from_photo();
    else if (PASSINDEX == 1) gl_FragColor = column();
    else gl_FragColor = towers();
}
