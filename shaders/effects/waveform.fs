/*{
    "ISFVSN": "2",
    "VSN": "1",
    "TITLE": "Waveform",
    "DESCRIPTION": "The track as three filled waves inside one another, low, middle and high notes, passing a line in the middle: what was heard goes out to the left, what is to come is on the right already.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Photo", "Waveform"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "photo", "TYPE": "image"},
        {"NAME": "history", "TYPE": "audioHistory", "PAST": 4.0, "FUTURE": 4.0, "MAX": 24},
        {"NAME": "color", "LABEL": "Colour", "TYPE": "color", "DEFAULT": [1.0, 1.0, 1.0, 1.0]},
        {"NAME": "tint", "LABEL": "Colour from the photo", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.85},
        {"NAME": "height", "LABEL": "Height", "TYPE": "float", "MIN": 0.05, "MAX": 1.0, "DEFAULT": 0.5},
        {"NAME": "place", "LABEL": "Distance from below", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
        {"NAME": "seconds", "LABEL": "Seconds shown", "TYPE": "float", "MIN": 1.0, "MAX": 8.0, "DEFAULT": 4.0},
        {"NAME": "focus", "LABEL": "Higher in the middle", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "IDENTITY": 0.0},
        {"NAME": "line", "LABEL": "Line in the middle", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.8, "IDENTITY": 0.0},
        {"NAME": "dim", "LABEL": "Dim the photo", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "IDENTITY": 0.0}
    ],
    "PASSES": [
        {"TARGET": "accent", "WIDTH": 1, "HEIGHT": 1},
        {"TARGET": "heights", "WIDTH": 1024, "HEIGHT": 1, "FLOAT": true},
        {}
    ]
}*/

const float PAST = 4.0; // as in the header
const float SPAN = 8.0;

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

// Red: how loud it is at a time. Green, blue: how much of that are the middle and the high notes,
// by the history's 24 bins.
vec3 heard(float at) {
    vec2 spot = vec2((PAST + at) / SPAN, 0.5);
    vec2 sums = vec2(0.0);
    for (float bin = 0.0; bin < 16.0; bin++) {
        spot.y = (bin + 8.0) / 24.0;
        float value = clamp((IMG_NORM_PIXEL(history, spot).r + 0.01 * bin - 0.4) / 0.5, 0.0, 1.0);
        sums += value * value / 8.0 * (bin < 8.0 ? vec2(1.0, 0.0) : vec2(0.0, 1.0));
    }
    // The level counts decibels; this is half way to an amplitude, so that quiet parts are seen.
    float loud = IMG_NORM_PIXEL(history, spot).g;
    loud = smoothstep(0.0, 0.25, loud) * exp2(4.0 * (loud - 1.0));
    return loud * vec3(1.0, 0.12 + 0.68 * sums.x, 0.03 + 0.5 * sums.y);
}

// Heights of the three waves from one side of the frame to the other, smoothed under a bell as wide
// as a few of the history's columns.
vec4 height_at() {
    float away = isf_FragNormCoord.x - 0.5;
    vec3 sum = vec3(0.0);
    float weights = 0.0;
    for (float i = -3.0; i <= 3.0; i++) {
        float weight = exp(-0.3 * i * i);
        sum += weight * heard(away * seconds + i * 0.011);
        weights += weight;
    }
    return vec4(sum / weights * mix(1.0, 0.35 + 0.65 * exp(-14.0 * away * away), focus), 1.0);
}

vec4 waveform() {
    float unit = min(RENDERSIZE.x, RENDERSIZE.y);
    vec3 rise = 0.5 * height * RENDERSIZE.y * IMG_NORM_PIXEL(heights, vec2(isf_FragNormCoord.x, 0.5)).rgb;
    rise = max(rise, 0.0025 * unit * vec3(1.0, 0.6, 0.3)); // in silence a thin line is left
    vec3 slope = dFdx(rise);
    float off = abs(gl_FragCoord.y - place * RENDERSIZE.y);
    vec3 inside = clamp((rise - off) / sqrt(1.0 + slope * slope) + 0.5, 0.0, 1.0);

    vec3 own = mix(color.rgb, IMG_NORM_PIXEL(accent, vec2(0.5)).rgb, tint);
    vec3 below = IMG_THIS_PIXEL(inputImage).rgb * (1.0 - dim);
    float across = (isf_FragNormCoord.x - 0.5) * RENDERSIZE.x / unit;
    vec3 share = inside * color.a * mix(1.0, 0.5, smoothstep(-0.004, 0.004, across));
    vec3 tone = mix(below, own * 0.8, 0.72 * share.r);
    tone = mix(tone, mix(own, vec3(1.0), 0.25), 0.8 * share.g);
    tone = mix(tone, mix(own, vec3(1.0), 0.8), 0.95 * share.b);

    // The line, as high as what is heard now, and its shine.
    float tall = 0.5 * height * RENDERSIZE.y * 0.85;
    float reach = 1.0 - smoothstep(0.6, 1.0, off / tall);
    float stroke = clamp(0.0016 * unit + 1.0 - abs(across) * unit, 0.0, 1.0);
    float shine = 0.2 / (1.0 + 900.0 * across * across) * reach;
    tone += (1.0 - tone) * own * line * color.a * max(shine, 0.0);
    return vec4(mix(tone, mix(own, vec3(1.0), 0.8), line * color.a * stroke * reach), 1.0);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = from_photo();
    else if (PASSINDEX == 1) gl_FragColor = height_at();
    else gl_FragColor = waveform();
}
