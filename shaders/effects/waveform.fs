/*{
    "ISFVSN": "2",
    "VSN": "2",
    "TITLE": "Waveform",
    "DESCRIPTION": "The track as rounded bars or as one smooth shape that passes a line of light: what was heard is bright on the left, what is to come waits on the right.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Photo", "Waveform"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "history", "TYPE": "audioHistory", "PAST": 5.0, "FUTURE": 5.0, "MAX": 24, "SCALE": "track"},
        {"NAME": "shape", "LABEL": "Shape", "TYPE": "long", "VALUES": [0, 1], "LABELS": ["Bars", "Smooth"], "DEFAULT": 0},
        {"NAME": "color", "LABEL": "Colour", "TYPE": "color", "DEFAULT": [1.0, 0.62, 0.3, 1.0], "PHOTO": "vivid"},
        {"NAME": "second", "LABEL": "Colour of the tips", "TYPE": "color", "DEFAULT": [1.0, 0.3, 0.5, 1.0], "PHOTO": "second"},
        {"NAME": "pale", "LABEL": "Colour of what is to come", "TYPE": "color", "DEFAULT": [1.0, 1.0, 1.0, 0.6], "PHOTO": "light"},
        {"NAME": "height", "LABEL": "Height", "TYPE": "float", "MIN": 0.05, "MAX": 1.0, "DEFAULT": 0.46},
        {"NAME": "place", "LABEL": "Distance from below", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.27},
        {"NAME": "seconds", "LABEL": "Seconds shown", "TYPE": "float", "MIN": 1.0, "MAX": 10.0, "DEFAULT": 6.5},
        {"NAME": "thickness", "LABEL": "Thickness of a bar", "TYPE": "float", "MIN": 0.1, "MAX": 1.0, "DEFAULT": 0.58},
        {"NAME": "count", "LABEL": "Bars a second", "TYPE": "float", "MIN": 4.0, "MAX": 30.0, "DEFAULT": 10.0},
        {"NAME": "focus", "LABEL": "Higher in the middle", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.45, "IDENTITY": 0.0},
        {"NAME": "glow", "LABEL": "Glow", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "IDENTITY": 0.0},
        {"NAME": "line", "LABEL": "Line in the middle", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.7, "IDENTITY": 0.0},
        {"NAME": "dim", "LABEL": "Dim what lies behind", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "IDENTITY": 0.0},
        {"NAME": "bump", "LABEL": "The photo grows on an accent", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "IDENTITY": 0.0},
        {"NAME": "pulse", "LABEL": "Accent", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "accent.pulse", "decay": 0.3, "smooth": 0.05}},
        {"NAME": "since", "LABEL": "Seconds since the drop", "TYPE": "float", "MIN": 0.0, "MAX": 600.0, "DEFAULT": 600.0, "BIND": "drop.since"},
        {"NAME": "total", "LABEL": "Length of the video", "TYPE": "float", "MIN": 0.0, "MAX": 36000.0, "DEFAULT": 36000.0, "BIND": "time.total"}
    ],
    "PASSES": [
        {"TARGET": "heights", "WIDTH": 600, "HEIGHT": 1, "FLOAT": true},
        {"TARGET": "soft", "WIDTH": 128, "HEIGHT": 1, "FLOAT": true},
        {}
    ]
}*/

#ifndef SAFE_AREA
#define SAFE_AREA vec4(0.0)
#endif

const float PAST = 5.0;  // as in the header
const float SPAN = 10.0;

// How strong the sound is so many seconds from now, 0 to 1. Each range of notes counts by the track's
// own scale, so that a loud master has peaks too. Beyond the ends of the track it is mirrored and
// fades, as if the song went on.
float strength_at(float offset) {
    float time = TIME + offset;
    float beyond = max(max(-time, time - total), 0.0);
    time = time < 0.0 ? -time : time > total ? 2.0 * total - time : time;
    float x = (PAST + clamp(time - TIME, -PAST, SPAN - PAST)) / SPAN;
    vec3 ranges = vec3(0.0);
    for (int i = 0; i < 8; i++) {
        vec3 bins = (vec3(0.0, 8.0, 16.0) + float(i) + 0.5) / 24.0;
        ranges += vec3(
            IMG_NORM_PIXEL(history, vec2(x, bins.x)).r,
            IMG_NORM_PIXEL(history, vec2(x, bins.y)).r,
            IMG_NORM_PIXEL(history, vec2(x, bins.z)).r) / 8.0;
    }
    vec4 now = IMG_NORM_PIXEL(history, vec2(x, 0.5));
    float sum = dot(ranges * ranges, vec3(0.62, 0.5, 0.36)) * (0.3 + 0.7 * now.g) + 0.30 * now.b * now.b;
    return (1.0 - exp(-1.9 * sum)) * 1.15 * exp(-0.7 * beyond);
}

vec4 height_at() {
    float offset = (isf_FragNormCoord.x - 0.5) * SPAN;
    float sum = 0.0;
    for (int i = -1; i <= 1; i++) sum += (i == 0 ? 0.5 : 0.25) * strength_at(offset + 0.02 * float(i));
    return vec4(sum);
}

vec4 softened() {
    float sum = 0.0;
    for (int i = -6; i <= 6; i++)
        sum += IMG_NORM_PIXEL(heights, isf_FragNormCoord + vec2(float(i) * 0.004, 0.0)).r * exp(-0.06 * float(i * i));
    return vec4(sum / 6.7);
}

// How much of the drop there is now.
float surge() {
    return exp(-since / 1.0) * smoothstep(-0.04, 0.05, since);
}

vec4 waveform() {
    float unit = min(RENDERSIZE.x, RENDERSIZE.y);
    vec2 frame = RENDERSIZE / unit;
    vec4 safe = SAFE_AREA;
    float middle = mix(safe.y, 1.0 - safe.w, place) * frame.y;
    vec2 p = vec2((isf_FragNormCoord.x - 0.5) * frame.x, isf_FragNormCoord.y * frame.y - middle);
    float pace = max(frame.x, 1.4) / min(seconds, SPAN); // short sides a second
    float offset = p.x / pace;
    float grow = 1.0 + 0.06 * pulse + 0.25 * surge();
    float tall = 0.5 * height * grow;
    float bell = mix(1.0, 0.35 + 0.65 * exp(-5.0 * p.x * p.x), focus);
    bell *= 1.0 + (0.5 * pulse + 0.2 * surge()) * exp(-16.0 * offset * offset); // what is heard now leaps

    float ink;
    float rise;
    if (shape == 0) {
        float step_s = 1.0 / count;
        float bar = (floor((TIME + offset) * count) + 0.5) * step_s - TIME;
        float radius = 0.5 * thickness * step_s * pace;
        rise = max(IMG_NORM_PIXEL(heights, vec2(0.5 + bar / SPAN, 0.5)).r * tall * bell, radius);
        float aside = p.x - bar * pace;
        float off = length(vec2(aside, max(abs(p.y) - rise + radius, 0.0))) - radius;
        ink = clamp(0.5 - off * unit, 0.0, 1.0);
    } else {
        rise = max(IMG_NORM_PIXEL(soft, vec2(0.5 + offset / SPAN, 0.5)).r * tall * bell, 0.002);
        float slope = dFdx(rise) * unit;
        ink = clamp((rise - abs(p.y)) * unit * inversesqrt(1.0 + slope * slope) + 0.5, 0.0, 1.0);
    }

    // What lies behind is dimmed in a soft band alone.
    float band = exp(-p.y * p.y / (0.45 * height * height + 0.01));
    band = max(band, 0.75 * smoothstep(0.3, -0.3, p.y / frame.y));
    vec3 below = IMG_NORM_PIXEL(inputImage, 0.5 + (isf_FragNormCoord - 0.5) * (1.0 - bump * (0.035 * pulse + 0.05 * surge()))).rgb;
    below *= mix(vec3(1.0), below, 0.4 * dim * band) * (1.0 - 0.85 * dim * band);

    float wide = IMG_NORM_PIXEL(soft, vec2(0.5 + offset / SPAN, 0.5)).r * tall * bell;
    float played = 1.0 - smoothstep(-0.006, 0.006, p.x);
    float heat = exp(-abs(offset) * 3.5);
    vec3 tone = mix(color.rgb, second.rgb, smoothstep(0.15, 1.0, abs(p.y) / max(tall * bell, 0.01)));
    vec3 halo = tone * glow * exp(-max(abs(p.y) - 0.6 * wide, 0.0) * 22.0) * smoothstep(0.0, 0.02, wide);
    halo *= (0.35 + 0.7 * heat * (0.4 + pulse) + 0.5 * surge()) * mix(0.35, 1.0, max(played, heat));
    below += (1.0 - below) * (1.0 - exp(-halo));
    if (shape == 1) { // a lighter core, and thin tips
        float core = 1.0 - smoothstep(0.25, 0.6, abs(p.y) / max(rise, 0.004));
        tone = mix(tone, mix(color.rgb, vec3(1.0), 0.4), core);
        ink *= mix(0.72, 1.0, core);
    }
    vec3 hot = mix(tone, vec3(1.0), 0.55 * heat * (0.35 + 0.65 * pulse));
    below = mix(below, hot, ink * color.a * played);
    below = mix(below, mix(pale.rgb, hot, 0.8 * heat), ink * mix(pale.a, 1.0, 0.6 * heat) * (1.0 - played));

    // The line, in a glow that accents swell.
    float reach = 1.0 - smoothstep(0.55, 1.05, abs(p.y) / (0.62 * height));
    float stroke = clamp(0.0016 * unit + 1.0 - abs(p.x) * unit, 0.0, 1.0);
    float shine = line * glow * exp(-abs(p.x) * 38.0) * reach * (0.25 + 0.5 * pulse + 0.6 * surge());
    below += (1.0 - below) * color.rgb * shine;
    return vec4(mix(below, mix(color.rgb, vec3(1.0), 0.75), line * stroke * reach), 1.0);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = height_at();
    else if (PASSINDEX == 1) gl_FragColor = softened();
    else gl_FragColor = waveform();
}
