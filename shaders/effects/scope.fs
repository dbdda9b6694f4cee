/*{
    "ISFVSN": "2",
    "VSN": "1",
    "TITLE": "Scope",
    "DESCRIPTION": "An oscilloscope: the sound as a glowing line across the frame, as two lines, around a circle, or left against right as on a stereo meter. Quiet passages are drawn larger, and accents make it swell and flare. It stays inside the picture.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Photo", "Waveform"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "samples", "TYPE": "audio"},
        {"NAME": "mode", "LABEL": "Shape", "TYPE": "long", "VALUES": [0, 1, 2, 3], "LABELS": ["Line", "Left and right", "Circle", "Stereo"], "DEFAULT": 0},
        {"NAME": "color", "LABEL": "Colour", "TYPE": "color", "DEFAULT": [0.55, 0.85, 1.0, 1.0], "PHOTO": "vivid"},
        {"NAME": "second", "LABEL": "Second colour", "TYPE": "color", "DEFAULT": [0.9, 0.5, 1.0, 1.0], "PHOTO": "second"},
        {"NAME": "size", "LABEL": "Size", "TYPE": "float", "MIN": 0.1, "MAX": 1.0, "DEFAULT": 0.4},
        {"NAME": "center", "LABEL": "Place", "TYPE": "point2D", "MIN": [0.0, 0.0], "MAX": [1.0, 1.0], "DEFAULT": [0.5, 0.2]},
        {"NAME": "thickness", "LABEL": "Thickness", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.12},
        {"NAME": "glow", "LABEL": "Glow", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "IDENTITY": 0.0},
        {"NAME": "span", "LABEL": "Length of the sound shown", "TYPE": "float", "MIN": 0.1, "MAX": 1.0, "DEFAULT": 0.5},
        {"NAME": "dim", "LABEL": "Dim the photo", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.55, "IDENTITY": 0.0},
        {"NAME": "bump", "LABEL": "The photo grows on an accent", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "IDENTITY": 0.0},
        {"NAME": "pulse", "LABEL": "Accent", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "accent.pulse", "decay": 0.3}},
        {"NAME": "since", "LABEL": "Seconds since the drop", "TYPE": "float", "MIN": 0.0, "MAX": 600.0, "DEFAULT": 600.0, "BIND": "drop.since"}
    ],
    "PASSES": [
        {"TARGET": "trigger", "WIDTH": 1, "HEIGHT": 1, "FLOAT": true},
        {"TARGET": "points", "WIDTH": 144, "HEIGHT": 1, "FLOAT": true},
        {"TARGET": "tiles", "WIDTH": "ceil(45 * $WIDTH / min($WIDTH, $HEIGHT))", "HEIGHT": "ceil(45 * $HEIGHT / min($WIDTH, $HEIGHT))", "FLOAT": true},
        {"TARGET": "halo", "WIDTH": "ceil(45 * $WIDTH / min($WIDTH, $HEIGHT))", "HEIGHT": "ceil(45 * $HEIGHT / min($WIDTH, $HEIGHT))"},
        {}
    ]
}*/

// The line is 216 straight strokes. A pass of a few thousand tiles finds which of them come near
// each tile, as a bit for every run of three; a pixel looks only at those, and most look at none.
// Lengths are shares of the short side, from the place of the scope.

#ifndef SAFE_AREA
#define SAFE_AREA vec4(0.0)
#endif

const int RUNS = 72;
const int BITS = 24;            // whole numbers that a float keeps exactly
const float STROKES = 216.0;
const int SAMPLES = 2048;
const float TURN = 6.28318531;

// How much of the drop there is now.
float surge() {
    return exp(-since / 1.0) * smoothstep(-0.04, 0.05, since);
}

// How large the shape is now: accents and the drop make it swell in the frame they begin.
float swollen() {
    return size * (0.82 + 0.5 * pulse + 0.4 * surge());
}

// Where the scope is, 0 to 1: as it was asked for, but so far from the lower and the upper edge of what
// apps leave free that the whole shape is seen.
vec2 middle() {
    vec2 frame = IMG_SIZE(inputImage);
    float reach = size * (mode == 0 ? 0.44 : mode == 1 ? 0.4 : 1.05) * min(frame.x, frame.y) / frame.y;
    float low = SAFE_AREA.y + reach;
    float high = 1.0 - SAFE_AREA.w - reach;
    return vec2(center.x, low < high ? clamp(center.y, low, high) : 0.5 * (low + high));
}

float both(int i) {
    return texelFetch(samples, ivec2(i, 0), 0).r + texelFetch(samples, ivec2(i, 1), 0).r - 1.0;
}

// Where the line begins, so that a tone stands still: the steepest rise, the earlier one of two
// that are alike. And how much to enlarge, by the mean
// loudness: the whole, and what differs between the channels.
vec4 triggered() {
    float best = 0.0;
    int start = 0;
    float rise = 0.0;
    for (int i = 0; i < 64; i++) rise += (i < 32 ? -1.0 : 1.0) * both(i);
    int range = max(SAMPLES - int(float(SAMPLES) * span) - 64, 1);
    for (int i = 0; i < range; i++) {
        float score = rise * (1.0 - 0.4 * float(i) / float(range));
        if (score > best) {
            best = score;
            start = i + 32;
        }
        rise += both(i) - 2.0 * both(i + 32) + both(i + 64);
    }
    float power = 0.0;
    for (int i = 0; i < SAMPLES; i += 2) power += 0.25 * both(i) * both(i);
    float gain = 0.8 / (0.05 + 2.3 * sqrt(power / float(SAMPLES / 2)));
    float apart = 0.0;
    for (int i = 0; i < SAMPLES; i += 2) {
        float side = texelFetch(samples, ivec2(i, 1), 0).r - texelFetch(samples, ivec2(i, 0), 0).r;
        apart += side * side;
    }
    float side_gain = 0.8 / (0.03 + 1.6 * sqrt(apart / float(SAMPLES / 2)));
    return vec4(float(start), gain, side_gain, 1.0);
}

// Left and right at a share of the part shown, as smooth as strokes of which `count` make up the
// whole can show it: seven taps with binomial weights.
vec2 wave(float share, float count) {
    vec2 begins = texelFetch(trigger, ivec2(0), 0).rg;
    float shown = span * float(SAMPLES);
    float tap = max(0.8 * shown / count, 1.0);
    float weight = 1.0 / 64.0;
    vec2 sum = vec2(0.0);
    for (float i = -3.0; i <= 3.0; i++) {
        float x = (begins.r + share * (shown - 1.0) + i * tap + 0.5) / float(SAMPLES);
        sum += weight * vec2(IMG_NORM_PIXEL(samples, vec2(x, 0.25)).r, IMG_NORM_PIXEL(samples, vec2(x, 0.75)).r);
        weight *= (3.0 - i) / (4.0 + i);
    }
    return (2.0 * sum - 1.0) * begins.g;
}

// A point of the line; `frame` is half the frame. Of two lines the left channel is `lane` 0, above.
vec2 point(float share, float lane, vec2 frame) {
    if (mode == 1) {
        float along = 2.0 * share - lane;
        float value = dot(wave(along, 0.5 * STROKES), vec2(1.0 - lane, lane));
        return vec2((2.04 * along - 1.02) * frame.x, swollen() * min(frame.y, 0.7) * (0.5 - lane + 0.4 * value));
    }
    if (mode == 2) { // both halves of the circle are alike, so that it closes
        float value = 0.5 * dot(wave(abs(2.0 * share - 1.0), 0.35 * STROKES), vec2(1.0));
        float angle = TURN * share;
        return swollen() * (0.62 + 0.30 * value) * vec2(-sin(angle), cos(angle));
    }
    if (mode == 3) {
        vec2 sound = wave(0.6 * share, 0.45 * STROKES);
        vec3 gains = texelFetch(trigger, ivec2(0), 0).rgb;
        vec2 turned = vec2((sound.y - sound.x) * min(gains.b / gains.g, 12.0), sound.x + sound.y) * vec2(0.8, 1.0);
        float far = length(turned); // loud moments bend back instead of leaving the frame
        return 1.05 * swollen() * turned / (1.0 + 0.55 * far);
    }
    vec2 sound = wave(share, STROKES);
    float value = 0.5 * (sound.x + sound.y);
    value /= 1.0 + 0.25 * abs(value); // peaks bend back
    return vec2((2.04 * share - 1.02) * frame.x, 0.88 * swollen() * min(frame.y, 0.6) * value);
}

// Two points of a run of strokes, which has four: two texels, and its last is the next one's first.
vec4 pair() {
    vec2 frame = 0.5 * IMG_SIZE(inputImage);
    frame /= 2.0 * min(frame.x, frame.y);
    frame.x *= 1.0 + abs(2.0 * center.x - 1.0); // lines reach both sides from any place
    float texel = floor(gl_FragCoord.x);
    float run = floor(0.5 * texel);
    float first = 3.0 * run + 2.0 * (texel - 2.0 * run);
    float lane = step(0.5 * float(RUNS), run);
    return vec4(point(first / STROKES, lane, frame), point((first + 1.0) / STROKES, lane, frame));
}

// Squared distance of `p` to the stroke from `a` to `b`.
float squared(vec2 a, vec2 b, vec2 p) {
    vec2 along = b - a;
    vec2 to = p - a;
    to -= along * clamp(dot(to, along) / max(dot(along, along), 1e-9), 0.0, 1.0);
    return dot(to, to);
}

float run(int i, vec2 p) {
    vec4 a = texelFetch(points, ivec2(2 * i, 0), 0);
    vec4 b = texelFetch(points, ivec2(2 * i + 1, 0), 0);
    return min(squared(a.xy, a.zw, p), min(squared(a.zw, b.xy, p), squared(b.xy, b.zw, p)));
}

// Half the line's thickness; `unit` is the short side in pixels.
float radius(float unit) {
    return max(0.5 * mix(0.002, 0.04, thickness) * (1.0 + 0.4 * pulse + 0.6 * surge()), 0.6 / unit);
}

// Red, green, blue: which runs matter within this tile; alpha: distance to the line.
vec4 tile() {
    vec2 frame = IMG_SIZE(inputImage);
    float unit = min(frame.x, frame.y);
    vec2 spot = (gl_FragCoord.xy / RENDERSIZE - middle()) * frame / unit;
    float reach = 0.5 * length(frame / unit / RENDERSIZE) + radius(unit) + 0.5 / unit;
    float nearest = 9.0;
    vec3 bits = vec3(0.0);
    float bit = 1.0;
    for (int i = 0; i < BITS; i++) {
        vec3 near = vec3(run(i, spot), run(i + BITS, spot), run(i + 2 * BITS, spot));
        bits += bit * step(near, vec3(reach * reach));
        nearest = min(nearest, min(near.x, min(near.y, near.z)));
        bit *= 2.0;
    }
    return vec4(bits, sqrt(nearest));
}

// The line's colour, and how much it lights here.
vec4 light() {
    float near = 0.0;
    for (int i = 0; i < 9; i++)
        near += IMG_NORM_PIXEL(tiles, isf_FragNormCoord + 0.7 * vec2(i % 3 - 1, i / 3 - 1) / RENDERSIZE).a / 9.0;
    float side = abs(2.0 * isf_FragNormCoord.x - 1.0);
    vec3 tone = mix(color.rgb, second.rgb, smoothstep(0.1, 1.0, mode < 2 ? side : isf_FragNormCoord.y));
    float strong = 1.0 + 0.8 * pulse + 1.5 * surge();
    float light = 0.6 * exp(-near * 26.0) + strong * 0.35 * exp(-near * (7.0 - 2.0 * min(pulse + surge(), 1.0)));
    return vec4(tone, color.a * glow * light);
}

// Squared distance to the runs whose bits are set. One loop, with one turn for each: software
// renderers go through a loop's body at least once, and through both sides of a condition.
float nearest_of(ivec3 bits, vec2 p) {
    float near = 9.0;
    while (bits.x + bits.y + bits.z > 0) {
        ivec2 word = bits.x > 0 ? ivec2(bits.x, 0) : bits.y > 0 ? ivec2(bits.y, BITS) : ivec2(bits.z, 2 * BITS);
        int lowest = word.x & -word.x;
        near = min(near, run(word.y + int(log2(float(lowest)) + 0.5), p));
        bits -= lowest * ivec3(word.y == 0, word.y == BITS, word.y == 2 * BITS);
    }
    return near;
}

vec4 scope() {
    float unit = min(RENDERSIZE.x, RENDERSIZE.y);
    vec2 p = (gl_FragCoord.xy - middle() * RENDERSIZE) / unit;
    vec4 here = texelFetch(tiles, ivec2(isf_FragNormCoord * IMG_SIZE(tiles)), 0);
    float near = nearest_of(ivec3(here.rgb), p);
    float line = clamp((radius(unit) - sqrt(near)) * unit + 0.5, 0.0, 1.0);
    vec4 shine = IMG_THIS_PIXEL(halo);
    // Around the line alone the photo is dimmed much, and softly.
    float band = exp(-1.6 * (mode < 2 ? p.y * p.y / (size * size + 0.02) : dot(p, p) / (size * size)));
    vec3 below = IMG_NORM_PIXEL(inputImage, 0.5 + (isf_FragNormCoord - 0.5) * (1.0 - bump * (0.035 * pulse + 0.05 * surge()))).rgb;
    below *= mix(vec3(1.0), below, 0.5 * dim) * (1.0 - dim * (0.25 + 0.5 * band));
    below = 1.0 - (1.0 - below) * (1.0 - min(shine.rgb * shine.a, 1.0));
    return vec4(mix(below, mix(shine.rgb, vec3(1.0), 0.45 + 0.3 * pulse), line * color.a), 1.0);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = triggered();
    else if (PASSINDEX == 1) gl_FragColor = pair();
    else if (PASSINDEX == 2) gl_FragColor = tile();
    else if (PASSINDEX == 3) gl_FragColor = light();
    else gl_FragColor = scope();
}
