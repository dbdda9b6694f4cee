/*{
    "ISFVSN": "2",
    "VSN": "2",
    "TITLE": "Towers",
    "DESCRIPTION": "Slender columns of light on a line near the lower edge, with a short reflection below, coloured as the photo is from side to side. Their peaks hang above them for a moment and fall, and accents light them up.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Photo", "Spectrum", "Beat"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "photo", "TYPE": "image"},
        {"NAME": "history", "TYPE": "audioHistory", "SCALE": "track", "PAST": 0.8, "FUTURE": 0.1, "MAX": 96},
        {"NAME": "pulse", "LABEL": "Pulse", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": "accent"},
        {"NAME": "loud", "LABEL": "Loudness", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 1.0, "BIND": {"bind": "level", "smooth": 0.3}},
        {"NAME": "axis", "LABEL": "They stand on", "TYPE": "long", "VALUES": [0, 1], "LABELS": ["A level line", "An upright line"], "DEFAULT": 0},
        {"NAME": "line", "LABEL": "Where the line is", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.08},
        {"NAME": "count", "LABEL": "Number of columns (0: as many as suit the picture)", "TYPE": "long", "MIN": 0, "MAX": 160, "DEFAULT": 0},
        {"NAME": "color", "LABEL": "Colour", "TYPE": "color", "DEFAULT": [1.0, 1.0, 1.0, 1.0], "PHOTO": "vivid"},
        {"NAME": "tint", "LABEL": "Colours from the photo's own places", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
        {"NAME": "height", "LABEL": "Height", "TYPE": "float", "MIN": 0.05, "MAX": 1.0, "DEFAULT": 0.24},
        {"NAME": "thickness", "LABEL": "Thickness", "TYPE": "float", "MIN": 0.1, "MAX": 1.0, "DEFAULT": 0.58},
        {"NAME": "peaks", "LABEL": "Peaks", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "IDENTITY": 0.0},
        {"NAME": "glow", "LABEL": "Glow", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "IDENTITY": 0.0},
        {"NAME": "mirror", "LABEL": "Low notes in the middle", "TYPE": "bool", "DEFAULT": true},
        {"NAME": "dim", "LABEL": "Shade behind the columns", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.72, "IDENTITY": 0.0},
        {"NAME": "gain", "LABEL": "Sensitivity", "TYPE": "float", "MIN": 0.2, "MAX": 3.0, "DEFAULT": 1.0}
    ],
    "PASSES": [
        {"TARGET": "palette", "WIDTH": 7, "HEIGHT": 1},
        {"TARGET": "back"},
        {"TARGET": "levels", "WIDTH": "max($count, (1 - min($count, 1)) * 2 * floor(min(8 + 9 * ((1 - $axis) * $WIDTH / $HEIGHT + $axis * $HEIGHT / $WIDTH), 24)))", "HEIGHT": 1, "FLOAT": true},
        {}
    ]
}*/

#ifndef SAFE_AREA
#define SAFE_AREA vec4(0.0)
#endif

const float PAST = 0.8;   // as in the header
const float SPAN = 0.9;
const float HOLD = 0.1;   // seconds that a peak stays
const float FALL = 2.4;   // how fast it falls then, heights a second a second
const float NEAR = 0.09;  // the most that it is above its column
const float AHEAD = 0.08; // seconds that the spectrum takes to rise
const float SIDE = 0.07;  // share of the width that stays free at either end
const float BELOW = 0.3;  // height of the reflection, in heights

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
    tone *= tone; // as saturated as the photo's strongest colours, not as its mean
    float dark = 1.0 - dot(tone, vec3(0.2126, 0.7152, 0.0722));
    return vec4(mix(color.rgb, mix(tone, vec3(1.0), 0.04 + 0.26 * dark), tint), 1.0);
}

// Red: where a pixel is between the ends of the row, from 0 to 1. Green: how far from the line, in
// pixels; below it the picture is squeezed. Blue: the most that a column reaches; alpha: the row's length.
vec4 place() {
    bool upright = axis != 0;
    vec2 size = upright ? RENDERSIZE.yx : RENDERSIZE;
    vec2 spot = upright ? gl_FragCoord.yx : gl_FragCoord.xy;
    vec4 safe = upright ? SAFE_AREA.yxwz : SAFE_AREA;
    float low = max(safe.x, SIDE) * size.x;
    float high = (1.0 - max(safe.z, SIDE)) * size.x;
    float at = mix(max(safe.y + 0.02, 0.04), 1.0 - max(safe.w, 0.04), line) * size.y;
    // Past half the frame they hang from the line instead.
    float side = (spot.y - at) * (line > 0.6 ? -1.0 : 1.0);
    float most = height * min(size.y, 1.4 * size.x);
    most = min(most, 0.92 * (line > 0.6 ? at - safe.y * size.y : (1.0 - safe.w) * size.y - at));
    return vec4((spot.x - low) / (high - low), side < 0.0 ? side / BELOW : side, most, high - low);
}

// The photo with a soft shade along the line, in which nothing is as bright as the columns.
vec4 background() {
    vec4 at = place();
    float ends = smoothstep(-0.12, 0.1, at.x) * smoothstep(1.12, 0.9, at.x);
    float up = at.y / at.z;
    float shade = dim * ends * exp(-0.9 * up * up);
    vec3 tone = IMG_THIS_PIXEL(inputImage).rgb * (1.0 - shade);
    float bright = dot(tone, vec3(0.2126, 0.7152, 0.0722));
    float most = mix(1.0, 0.15, min(1.4 * shade, 1.0));
    return vec4(tone * mix(1.0, most / max(bright, most), 0.85), 1.0);
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
    // An accent stands in full height in its own frame, ahead of the spectrum's rise.
    float now = level(pitch, 0.0);
    now = mix(now, max(now, level(pitch, -AHEAD)), pulse);
    float force = (0.3 + 0.85 * loud * loud) * (0.8 + 0.2 * pulse);
    return vec4(min(vec2(now, min(max(peak, now), now + NEAR)) * force, 1.0), 0.0, 1.0);
}

vec4 towers() {
    vec4 at = place();
    float columns = IMG_SIZE(levels).x;
    float across = at.x * columns;
    float unit = at.w / columns;
    float ends = clamp(6.0 * (0.5 - abs(at.x - 0.5)) + 0.4, 0.0, 1.0) * step(abs(at.x - 0.5), 0.5);
    float above = step(0.0, at.y);
    float off = abs(at.y);
    vec2 values = IMG_PIXEL(levels, vec2(clamp(floor(across), 0.0, columns - 1.0) + 0.5, 0.5)).rg;
    vec2 tall = values * at.z;
    float fine = 0.004 * min(RENDERSIZE.x, RENDERSIZE.y);
    float radius = 0.5 * thickness * unit;
    // What is finer than a pixel is drawn fainter instead.
    float fainter = min(2.0 * radius, 1.0);
    radius = max(radius, 0.5);
    float beside = (fract(across) - 0.5) * unit;
    float end = max(tall.r, fine + radius) - radius;
    float away = length(vec2(beside, max(off - end, 0.0)));
    float column = clamp(radius + 0.5 - away, 0.0, 1.0) * fainter;
    float cap = clamp(max(fine, 0.75) + 0.5 - abs(off - tall.g - 3.0 * fine), 0.0, 1.0);
    cap *= clamp(radius + 0.5 - abs(beside), 0.0, 1.0) * fainter * peaks * above;
    cap *= smoothstep(2.0 * fine, 6.0 * fine, tall.g - tall.r);

    vec3 tone = IMG_NORM_PIXEL(palette, vec2(isf_FragNormCoord.x, 0.5)).rgb;
    // A narrow glow around each column, and along the line where accents strike.
    float shine = glow * (0.2 + 0.5 * pulse) * exp(-max(away - radius, 0.0) / (0.45 * unit)) * mix(0.3, 1.0, above);
    shine += 0.45 * glow * pulse * exp(-off / (2.5 * fine));
    vec3 below = IMG_THIS_PIXEL(back).rgb;
    below = 1.0 - (1.0 - below) * (1.0 - tone * color.a * ends * clamp(shine, 0.0, 1.0));
    float tip = clamp(off / max(tall.r, 1.0), 0.0, 1.0);
    vec3 body = mix(tone, mix(tone, vec3(1.0), 0.55), clamp(tip * tip * tip + 0.35 * pulse, 0.0, 1.0));
    float clear = mix(0.78, 0.95, tip) + 0.08 * pulse;
    clear *= mix(0.4 * max(1.0 - off / at.z, 0.0), 1.0, above);
    below = mix(below, body, column * clear * color.a * ends);
    return vec4(mix(below, mix(tone, vec3(1.0), 0.6), cap * color.a * ends), 1.0);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = from_photo();
    else if (PASSINDEX == 1) gl_FragColor = background();
    else if (PASSINDEX == 2) gl_FragColor = column();
    else gl_FragColor = towers();
}
