/*{
    "ISFVSN": "2",
    "VSN": "1",
    "TITLE": "Scope",
    "DESCRIPTION": "An oscilloscope: the sound as a glowing line across the frame, as two lines, around a circle, or left against right as on a stereo meter. Quiet passages are drawn larger.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Photo", "Waveform"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "photo", "TYPE": "image"},
        {"NAME": "samples", "TYPE": "audio"},
        {"NAME": "mode", "LABEL": "Shape", "TYPE": "long", "VALUES": [0, 1, 2, 3], "LABELS": ["Line", "Left and right", "Circle", "Stereo"], "DEFAULT": 0},
        {"NAME": "color", "LABEL": "Colour", "TYPE": "color", "DEFAULT": [1.0, 1.0, 1.0, 1.0]},
        {"NAME": "tint", "LABEL": "Colour from the photo", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.35},
        {"NAME": "size", "LABEL": "Size", "TYPE": "float", "MIN": 0.1, "MAX": 1.0, "DEFAULT": 0.5},
        {"NAME": "thickness", "LABEL": "Thickness", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.12},
        {"NAME": "glow", "LABEL": "Glow", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "IDENTITY": 0.0},
        {"NAME": "span", "LABEL": "Length of the sound shown", "TYPE": "float", "MIN": 0.1, "MAX": 1.0, "DEFAULT": 0.5},
        {"NAME": "dim", "LABEL": "Dim the photo", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "IDENTITY": 0.0}
    ],
    "PASSES": [
        {"TARGET": "accent", "WIDTH": 1, "HEIGHT": 1},
        {"TARGET": "trigger", "WIDTH": 1, "HEIGHT": 1, "FLOAT": true},
        {"TARGET": "points", "WIDTH": 144, "HEIGHT": 1, "FLOAT": true},
        {"TARGET": "tiles", "WIDTH": "ceil(45 * $WIDTH / min($WIDTH, $HEIGHT))", "HEIGHT": "ceil(45 * $HEIGHT / min($WIDTH, $HEIGHT))", "FLOAT": true},
        {"TARGET": "halo", "WIDTH": "ceil(45 * $WIDTH / min($WIDTH, $HEIGHT))", "HEIGHT": "ceil(45 * $HEIGHT / min($WIDTH, $HEIGHT))"},
        {}
    ]
}*/

// The line is 216 straight strokes. A pass of a few thousand tiles finds which of them come near
// each tile, as a bit for every run of three; a pixel looks only at those, and most look at none.
// Lengths are shares of the short side, from the middle of the frame.

const int RUNS = 72;
const int BITS = 24;            // whole numbers that a float keeps exactly
const float STROKES = 216.0;
const int SAMPLES = 2048;
const float TURN = 6.28318531;

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

float both(int i) {
    return texelFetch(samples, ivec2(i, 0), 0).r + texelFetch(samples, ivec2(i, 1), 0).r - 1.0;
}

// Where the line begins, so that a tone stands still: the steepest rise, the earlier one of two
// that are alike. And how much to enlarge, by the mean loudness.
vec4 found() {
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
    float gain = 1.0 / (0.3 + 2.4 * sqrt(power / float(SAMPLES / 2)));
    return vec4(float(start), gain, 0.0, 1.0);
}

// Left and right at a share of the part shown, as smooth as strokes of which `count` make up the
// whole can show it: seven taps with binomial weights.
vec2 wave(float share, float count) {
    vec2 found = texelFetch(trigger, ivec2(0), 0).rg;
    float shown = span * float(SAMPLES);
    float tap = max(0.8 * shown / count, 1.0);
    float weight = 1.0 / 64.0;
    vec2 sum = vec2(0.0);
    for (float i = -3.0; i <= 3.0; i++) {
        float x = (found.r + share * (shown - 1.0) + i * tap + 0.5) / float(SAMPLES);
        sum += weight * vec2(IMG_NORM_PIXEL(samples, vec2(x, 0.25)).r, IMG_NORM_PIXEL(samples, vec2(x, 0.75)).r);
        weight *= (3.0 - i) / (4.0 + i);
    }
    return (2.0 * sum - 1.0) * found.g;
}

// A point of the line; `frame` is half the frame. Of two lines the left channel is `lane` 0, above.
vec2 point(float share, float lane, vec2 frame) {
    if (mode == 1) {
        float along = 2.0 * share - lane;
        float value = dot(wave(along, 0.5 * STROKES), vec2(1.0 - lane, lane));
        return vec2((2.04 * along - 1.02) * frame.x, size * frame.y * (0.5 - lane + 0.4 * value));
    }
    if (mode == 2) { // both halves of the circle are alike, so that it closes
        float value = 0.5 * dot(wave(abs(2.0 * share - 1.0), 0.35 * STROKES), vec2(1.0));
        float angle = TURN * share;
        return size * (0.62 + 0.2 * value) * vec2(-sin(angle), cos(angle));
    }
    if (mode == 3) {
        vec2 sound = wave(0.7 * share, STROKES);
        return 0.42 * size * vec2(1.4 * (sound.y - sound.x), sound.x + sound.y);
    }
    vec2 sound = wave(share, STROKES);
    return vec2((2.04 * share - 1.02) * frame.x, 0.5 * size * frame.y * (sound.x + sound.y));
}

// Two points of a run of strokes, which has four: two texels, and its last is the next one's first.
vec4 pair() {
    vec2 frame = 0.5 * IMG_SIZE(inputImage);
    frame /= 2.0 * min(frame.x, frame.y);
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
    return max(0.5 * mix(0.002, 0.04, thickness), 0.6 / unit);
}

// Red, green, blue: which runs matter within this tile; alpha: distance to the line.
vec4 tile() {
    vec2 frame = IMG_SIZE(inputImage);
    float unit = min(frame.x, frame.y);
    vec2 middle = (gl_FragCoord.xy / RENDERSIZE - 0.5) * frame / unit;
    float reach = 0.5 * length(frame / unit / RENDERSIZE) + radius(unit) + 0.5 / unit;
    float nearest = 9.0;
    vec3 bits = vec3(0.0);
    float bit = 1.0;
    for (int i = 0; i < BITS; i++) {
        vec3 near = vec3(run(i, middle), run(i + BITS, middle), run(i + 2 * BITS, middle));
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
    vec3 tone = mix(color.rgb, texelFetch(accent, ivec2(0), 0).rgb, tint);
    return vec4(tone, color.a * glow * (0.55 * exp(-near * 26.0) + 0.35 * exp(-near * 7.0)));
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
    vec2 p = (gl_FragCoord.xy - 0.5 * RENDERSIZE) / unit;
    vec4 here = texelFetch(tiles, ivec2(isf_FragNormCoord * IMG_SIZE(tiles)), 0);
    float near = nearest_of(ivec3(here.rgb), p);
    float line = clamp((radius(unit) - sqrt(near)) * unit + 0.5, 0.0, 1.0);
    vec4 shine = IMG_THIS_PIXEL(halo);
    vec3 below = IMG_THIS_PIXEL(inputImage).rgb * (1.0 - dim);
    below += (1.0 - below) * shine.rgb * shine.a;
    return vec4(mix(below, mix(shine.rgb, vec3(1.0), 0.35), line * color.a), 1.0);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = from_photo();
    else if (PASSINDEX == 1) gl_FragColor = found();
    else if (PASSINDEX == 2) gl_FragColor = pair();
    else if (PASSINDEX == 3) gl_FragColor = tile();
    else if (PASSINDEX == 4) gl_FragColor = light();
    else gl_FragColor = scope();
}
