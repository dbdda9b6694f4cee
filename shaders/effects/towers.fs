/*{
    "ISFVSN": "2",
    "VSN": "2",
    "TITLE": "Towers",
    "DESCRIPTION": "Columns of light from edge to edge, mirrored about a line through the frame, coloured as the photo is from side to side. Their peaks hang above them for a moment and fall, and accents light up the line.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Photo", "Spectrum", "Beat"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "photo", "TYPE": "image"},
        {"NAME": "history", "TYPE": "audioHistory", "SCALE": "track", "PAST": 0.8, "FUTURE": 0.1, "MAX": 96},
        {"NAME": "pulse", "LABEL": "Pulse", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": "accent"},
        {"NAME": "axis", "LABEL": "Mirrored about", "TYPE": "long", "VALUES": [0, 1], "LABELS": ["A level line", "An upright line"], "DEFAULT": 0},
        {"NAME": "line", "LABEL": "Where the line is", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.36},
        {"NAME": "count", "LABEL": "Number of columns (0: as many as suit the picture)", "TYPE": "long", "MIN": 0, "MAX": 160, "DEFAULT": 0},
        {"NAME": "color", "LABEL": "Colour", "TYPE": "color", "DEFAULT": [1.0, 1.0, 1.0, 1.0], "PHOTO": "vivid"},
        {"NAME": "tint", "LABEL": "Colours from the photo's own places", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
        {"NAME": "height", "LABEL": "Height", "TYPE": "float", "MIN": 0.1, "MAX": 1.0, "DEFAULT": 0.8},
        {"NAME": "thickness", "LABEL": "Thickness", "TYPE": "float", "MIN": 0.1, "MAX": 1.0, "DEFAULT": 0.5},
        {"NAME": "peaks", "LABEL": "Peaks", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.7, "IDENTITY": 0.0},
        {"NAME": "glow", "LABEL": "Glow", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "IDENTITY": 0.0},
        {"NAME": "mirror", "LABEL": "Low notes in the middle", "TYPE": "bool", "DEFAULT": true},
        {"NAME": "dim", "LABEL": "Shade behind the columns", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "IDENTITY": 0.0},
        {"NAME": "gain", "LABEL": "Sensitivity", "TYPE": "float", "MIN": 0.2, "MAX": 3.0, "DEFAULT": 1.0}
    ],
    "PASSES": [
        {"TARGET": "palette", "WIDTH": 7, "HEIGHT": 1},
        {"TARGET": "back"},
        {"TARGET": "levels", "WIDTH": "max($count, (1 - min($count, 1)) * 2 * floor(min(12 + 16 * ((1 - $axis) * $WIDTH / $HEIGHT + $axis * $HEIGHT / $WIDTH), 40)))", "HEIGHT": 1, "FLOAT": true},
        {}
    ]
}*/

const float PAST = 0.8;   // as in the header
const float SPAN = 0.9;
const float HOLD = 0.1;   // seconds that a peak stays
const float FALL = 2.4;   // how fast it falls then, heights a second a second
const float NEAR = 0.09;  // the most that it is above its column

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

// A pixel beside the line: how far off it is, in pixels, and the most that a column reaches there.
vec2 off_line() {
    vec2 size = axis == 0 ? RENDERSIZE : RENDERSIZE.yx;
    vec2 spot = axis == 0 ? gl_FragCoord.xy : gl_FragCoord.yx;
    float at = mix(0.06, 0.94, line) * size.y;
    // On either side as much as there is room for, but no more than half the frame, or its width.
    float room = spot.y > at ? size.y - at : at;
    return vec2(abs(spot.y - at), height * min(room, 0.5 * min(size.y, 1.1 * size.x)));
}

// The photo with a soft shade along the line.
vec4 background() {
    vec2 off = off_line();
    float shade = dim * exp(-1.2 * off.x * off.x / (off.y * off.y));
    return vec4(IMG_THIS_PIXEL(inputImage).rgb * (1.0 - shade), 1.0);
}

float level(float pitch, float age) {
    return min(gain * pow(IMG_NORM_PIXEL(history, vec2((PAST - age) / SPAN, pitch)).r, 1.3), 1.0);
}

// Red: how high the column stands. Green: its peak, as it fell since.
vec4 column() {
    float place = gl_FragCoord.x / RENDERSIZE.x;
    float pitch = mirror ? abs(2.0 * place - 1.0) : place;
    float peak = 0.0;
    for (float i = 0.0; i < 22.0; i++) {
        float age = i / 30.0;
        float fallen = max(age - HOLD, 0.0);
        peak = max(peak, level(pitch, age) - FALL * fallen * fallen);
    }
    float now = level(pitch, 0.0);
    return vec4(vec2(now, min(peak, now + NEAR)) * (1.0 + 0.1 * pulse), 0.0, 1.0);
}

vec4 towers() {
    // Across: from column to column; off: pixels from the line that mirrors.
    vec2 off = off_line();
    float columns = IMG_SIZE(levels).x;
    float share = axis == 0 ? isf_FragNormCoord.x : isf_FragNormCoord.y;
    float across = share * columns;
    float unit = (axis == 0 ? RENDERSIZE.x : RENDERSIZE.y) / columns;
    vec2 values = IMG_PIXEL(levels, vec2(floor(across) + 0.5, 0.5)).rg;
    vec2 tall = values * off.y;
    float fine = 0.004 * min(RENDERSIZE.x, RENDERSIZE.y);
    float radius = 0.5 * thickness * unit;
    // What is finer than a pixel is drawn fainter instead.
    float fainter = min(2.0 * radius, 1.0);
    radius = max(radius, 0.5);
    float beside = (fract(across) - 0.5) * unit;
    float end = max(tall.r, fine + radius) - radius;
    float column = clamp(radius + 0.5 - length(vec2(beside, max(off.x - end, 0.0))), 0.0, 1.0) * fainter;
    float cap_at = tall.g + 3.0 * fine;
    float cap = clamp(max(fine, 0.75) + 0.5 - abs(off.x - cap_at), 0.0, 1.0);
    cap *= clamp(radius + 0.5 - abs(beside), 0.0, 1.0) * fainter * peaks;
    cap *= smoothstep(2.0 * fine, 6.0 * fine, tall.g - tall.r);

    vec3 tone = IMG_NORM_PIXEL(palette, vec2(isf_FragNormCoord.x, 0.5)).rgb;
    float up = off.x / off.y;
    // Light around the columns, and along the line where accents strike.
    float near = mix(IMG_PIXEL(levels, vec2(across, 0.5)).r, values.r, 0.3);
    float past = max(up - near, 0.0);
    float shine = glow * (0.1 + near) * (0.55 + 0.45 * pulse) * exp(-5.0 * past) * (1.0 - 0.35 * clamp(up / max(near, 0.02), 0.0, 1.0));
    shine += 0.5 * glow * pulse * exp(-90.0 * up * up);
    vec3 below = IMG_THIS_PIXEL(back).rgb;
    below = 1.0 - (1.0 - below) * (1.0 - tone * color.a * clamp(0.9 * shine, 0.0, 1.0));
    float tip = clamp(off.x / max(tall.r, 1.0), 0.0, 1.0);
    vec3 body = mix(tone * 0.88, mix(tone, vec3(1.0), 0.75), tip * tip);
    below = mix(below, body, column * color.a);
    return vec4(mix(below, mix(tone, vec3(1.0), 0.6), cap * color.a), 1.0);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = from_photo();
    else if (PASSINDEX == 1) gl_FragColor = background();
    else if (PASSINDEX == 2) gl_FragColor = column();
    else gl_FragColor = towers();
}
