/*{
    "ISFVSN": "2",
    "VSN": "2",
    "TITLE": "Scope",
    "TITLE_RU": "Осциллограф",
    "DESCRIPTION": "An oscilloscope: the low and middle notes as a steady glowing line below, as two lines, around a circle, or left against right as on a stereo meter. Quiet passages are drawn larger, and accents make it swell and flare; in loud music it stays larger and brighter. It stays inside the picture.",
    "DESCRIPTION_RU": "Осциллограф: низкие и средние ноты — ровная светящаяся линия внизу, две линии, круг или левый канал против правого, как на стереоиндикаторе. Тихие места рисуются крупнее, акценты раздувают и зажигают линию; в громкой музыке она остаётся крупнее и ярче. Она не выходит за кадр.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Photo", "Waveform"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "samples", "TYPE": "audio"},
        {"NAME": "mode", "LABEL": "Shape", "LABEL_RU": "Форма", "TYPE": "long", "VALUES": [0, 1, 2, 3], "LABELS": ["Line", "Left and right", "Circle", "Stereo"], "LABELS_RU": ["Линия", "Левый и правый", "Круг", "Стерео"], "DEFAULT": 0},
        {"NAME": "color", "LABEL": "Colour", "LABEL_RU": "Цвет", "TYPE": "color", "DEFAULT": [0.55, 0.85, 1.0, 1.0], "PHOTO": "vivid"},
        {"NAME": "second", "LABEL": "Second colour", "LABEL_RU": "Второй цвет", "TYPE": "color", "DEFAULT": [0.9, 0.5, 1.0, 1.0], "PHOTO": "second"},
        {"NAME": "size", "LABEL": "Size", "LABEL_RU": "Размер", "GROUP": "place", "TYPE": "float", "MIN": 0.1, "MAX": 1.0, "DEFAULT": 0.27},
        {"NAME": "center", "LABEL": "Place", "LABEL_RU": "Положение", "TYPE": "point2D", "MIN": [0.0, 0.0], "MAX": [1.0, 1.0], "DEFAULT": [0.5, 0.1]},
        {"NAME": "thickness", "LABEL": "Thickness", "LABEL_RU": "Толщина", "ADVANCED": true, "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.12},
        {"NAME": "glow", "LABEL": "Glow", "LABEL_RU": "Свечение", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "IDENTITY": 0.0},
        {"NAME": "span", "LABEL": "Length of the sound shown", "LABEL_RU": "Длина показанного звука", "ADVANCED": true, "TYPE": "float", "MIN": 0.1, "MAX": 1.0, "DEFAULT": 0.6},
        {"NAME": "dim", "LABEL": "Dim the photo", "LABEL_RU": "Затемнение фото", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.55, "IDENTITY": 0.0},
        {"NAME": "bump", "LABEL": "The photo grows on an accent", "LABEL_RU": "Рост фото на акценте", "GROUP": "response", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "IDENTITY": 0.0},
        {"NAME": "pulse", "LABEL": "Accent", "LABEL_RU": "Акцент", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "accent.pulse", "decay": 0.3}},
        {"NAME": "loud", "LABEL": "Loudness", "LABEL_RU": "Громкость", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "loudness", "from": [0.86, 0.985], "curve": "in", "smooth": 0.3}},
        {"NAME": "since", "LABEL": "Seconds since the drop", "LABEL_RU": "Секунды после дропа", "UNIT": "s", "TYPE": "float", "MIN": 0.0, "MAX": 600.0, "DEFAULT": 600.0, "BIND": "drop.since"}
    ],
    "PASSES": [
        {"TARGET": "fine", "WIDTH": 1024, "HEIGHT": 1, "FLOAT": true},
        {"TARGET": "clean", "WIDTH": 1024, "HEIGHT": 1, "FLOAT": true},
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
const int TEXELS = 1024;        // of `fine` and `clean`, of two samples each
const int HALF_WAVE = 40;       // texels that a rise is measured over on each side
const float TURN = 6.28318531;

// How much of the drop there is now.
float surge() {
    return exp(-since / 1.0) * smoothstep(-0.04, 0.05, since);
}

// In square and upright pictures a line has less room to run, so it is drawn lower.
float slighter() {
    vec2 frame = IMG_SIZE(inputImage);
    return mode < 2 ? mix(0.55, 1.0, clamp((frame.x / frame.y - 0.8) / 0.9, 0.0, 1.0)) : 1.0;
}

// How large the shape is now: accents and the drop make it swell in the frame they begin.
float swollen() {
    return size * slighter() * (0.66 + 0.64 * pulse + 0.3 * loud * (1.0 - pulse) + 0.3 * surge());
}

// Where the scope is, 0 to 1: as it was asked for, but so far from the lower and the upper edge of what
// apps leave free that the whole shape is seen.
vec2 middle() {
    vec2 frame = IMG_SIZE(inputImage);
    float reach = size * slighter() * (mode == 0 ? 0.5 : mode == 1 ? 0.4 : 1.05) * min(frame.x, frame.y) / frame.y;
    float low = SAFE_AREA.y + reach;
    float high = 1.0 - SAFE_AREA.w - reach;
    return vec2(center.x, low < high ? clamp(center.y, low, high) : 0.5 * (low + high));
}

// Left and right from -1 to 1 around 250 Hz: the difference of two Gaussian blurs, of 20 and 42
// samples, so that about as many waves are seen in every frame. A kick does not throw the line aside, and hiss does not roughen it.
vec4 softened() {
    int here = 2 * int(gl_FragCoord.x);
    vec2 sum = vec2(0.0);
    float weights = 0.0;
    for (int i = -27; i <= 27; i++) {
        float weight = exp(-0.5 * float(i * i) * 4.0 / 400.0);
        int at = clamp(here + 2 * i, 0, SAMPLES - 1);
        sum += weight * vec2(texelFetch(samples, ivec2(at, 0), 0).r, texelFetch(samples, ivec2(at, 1), 0).r);
        weights += weight;
    }
    return vec4(2.0 * sum / weights - 1.0, 0.0, 1.0);
}

vec4 cleaned() {
    int here = int(gl_FragCoord.x);
    vec2 sum = vec2(0.0);
    float weights = 0.0;
    for (int i = -13; i <= 13; i++) {
        float weight = exp(-0.5 * float(i * i) * 100.0 / 1364.0); // 42 * 42 - 20 * 20
        sum += weight * texelFetch(fine, ivec2(clamp(here + 5 * i, 0, TEXELS - 1), 0), 0).rg;
        weights += weight;
    }
    return vec4(texelFetch(fine, ivec2(here, 0), 0).rg - sum / weights, 0.0, 1.0);
}

float both(int i) {
    vec2 sound = texelFetch(clean, ivec2(i, 0), 0).rg;
    return sound.r + sound.g;
}

// Where the line begins, so that a tone stands still: the steepest rise, the earlier one of two
// that are alike. And how much to enlarge, by the mean
// loudness: the whole, and what differs between the channels.
vec4 triggered() {
    float best = 0.0;
    int start = 0;
    float rise = 0.0;
    for (int i = 0; i < 2 * HALF_WAVE; i++) rise += (i < HALF_WAVE ? -1.0 : 1.0) * both(i);
    int range = max(TEXELS - int(float(TEXELS) * span) - 2 * HALF_WAVE, 1);
    for (int i = 0; i < range; i++) {
        float score = rise * (1.0 - 0.3 * float(i) / float(range));
        if (score > best) {
            best = score;
            start = i + HALF_WAVE;
        }
        rise += both(i) - 2.0 * both(i + HALF_WAVE) + both(i + 2 * HALF_WAVE);
    }
    float power = 0.0;
    float apart = 0.0;
    for (int i = 0; i < TEXELS; i++) {
        vec2 sound = texelFetch(clean, ivec2(i, 0), 0).rg;
        power += 0.25 * (sound.r + sound.g) * (sound.r + sound.g);
        apart += 0.25 * (sound.g - sound.r) * (sound.g - sound.r);
    }
    float gain = 0.8 / (0.012 + 1.2 * sqrt(power / float(TEXELS)));
    float side_gain = 0.8 / (0.015 + 1.6 * sqrt(apart / float(TEXELS)));
    return vec4(float(start), gain, side_gain, 1.0);
}

// Left and right at a share of the part shown.
vec2 wave(float share) {
    vec2 begins = texelFetch(trigger, ivec2(0), 0).rg;
    float at = begins.r + share * (span * float(TEXELS) - 1.0);
    return begins.g * IMG_NORM_PIXEL(clean, vec2((at + 0.5) / float(TEXELS), 0.5)).rg;
}

// A line across the frame is calm at its ends.
float calmed(float share) { return smoothstep(0.0, 0.22, share) * smoothstep(1.0, 0.78, share); }

// A point of the line; `frame` is half the frame. Of two lines the left channel is `lane` 0, above.
vec2 point(float share, float lane, vec2 frame) {
    if (mode == 1) {
        float along = 2.0 * share - lane;
        float value = dot(calmed(along) * wave(along), vec2(1.0 - lane, lane));
        return vec2((2.04 * along - 1.02) * frame.x, swollen() * min(frame.y, 0.7) * (0.5 - lane + 0.4 * value));
    }
    if (mode == 2) { // both halves of the circle are alike, so that it closes
        float value = 0.5 * dot(wave(abs(2.0 * share - 1.0)), vec2(1.0));
        float angle = TURN * share;
        return swollen() * (0.62 + 0.30 * value) * vec2(-sin(angle), cos(angle));
    }
    if (mode == 3) {
        vec2 sound = wave(0.6 * share);
        vec3 gains = texelFetch(trigger, ivec2(0), 0).rgb;
        vec2 turned = vec2((sound.y - sound.x) * min(gains.b / gains.g, 12.0), sound.x + sound.y) * vec2(0.8, 1.0);
        float far = length(turned); // loud moments bend back instead of leaving the frame
        return 1.05 * swollen() * turned / (1.0 + 0.55 * far);
    }
    vec2 sound = calmed(share) * wave(share);
    float value = 0.75 * (sound.x + sound.y);
    value /= 1.0 + abs(value); // peaks bend back, and small waves stay tall
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
    return max(0.5 * mix(0.002, 0.04, thickness) * mix(0.6, 1.0, (slighter() - 0.55) / 0.45) * (1.0 + 0.4 * max(pulse, 0.4 * loud) + 0.6 * surge()), 0.6 / unit);
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
    vec3 tone = mix(color.rgb, second.rgb, smoothstep(0.25, 1.15, mode < 2 ? side : isf_FragNormCoord.y));
    float strong = 0.9 + 1.1 * max(pulse, 0.6 * loud) + 1.5 * surge();
    float light = 0.6 * exp(-near * 30.0) + strong * 0.24 * exp(-near * (9.0 - 2.0 * min(pulse + surge(), 1.0)));
    if (mode < 2) light *= 1.0 - 0.7 * side * side; // the calm ends light little
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
    // Fainter lines around it, as the afterglow of a tube, which accents drive outwards.
    float away = IMG_THIS_NORM_PIXEL(tiles).a;
    float echo = 0.5 + 0.5 * cos(TURN * (away / 0.024 + 0.6 * pulse));
    echo *= echo * echo * smoothstep(0.008, 0.02, away) * exp(-away * (30.0 - 10.0 * pulse));
    echo *= glow * (0.25 + 1.0 * max(pulse, 0.5 * loud) + 0.6 * surge()) * (mode < 2 ? smoothstep(0.0, 0.25, 0.5 - abs(isf_FragNormCoord.x - 0.5)) : 1.0);
    // Around the line alone the photo is dimmed much, and softly.
    float band = exp(-1.6 * (mode < 2 ? p.y * p.y / (size * size + 0.02) : dot(p, p) / (size * size)));
    vec3 below = IMG_NORM_PIXEL(inputImage, 0.5 + (isf_FragNormCoord - 0.5) * (1.0 - bump * (0.085 * pulse + 0.06 * loud * (1.0 - 0.5 * pulse) + 0.05 * surge()))).rgb;
    below *= mix(vec3(1.0), below, 0.4 * dim * band) * (1.0 - dim * (0.08 + 0.67 * band));
    below = 1.0 - (1.0 - below) * (1.0 - min(shine.rgb * (shine.a + color.a * echo), 1.0));
    return vec4(mix(below, mix(shine.rgb, vec3(1.0), 0.45 + 0.3 * pulse), line * color.a), 1.0);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = softened();
    else if (PASSINDEX == 1) gl_FragColor = cleaned();
    else if (PASSINDEX == 2) gl_FragColor = triggered();
    else if (PASSINDEX == 3) gl_FragColor = pair();
    else if (PASSINDEX == 4) gl_FragColor = tile();
    else if (PASSINDEX == 5) gl_FragColor = light();
    else gl_FragColor = scope();
}
