/*{
    "ISFVSN": "2",
    "VSN": "1",
    "TITLE": "Ridges",
    "TITLE_RU": "Гряды",
    "DESCRIPTION": "A range of hills at night below the photo: the spectrum rises in front, wanders off into the distance, and each accent runs across it as light.",
    "DESCRIPTION_RU": "Ночные холмы под фото: спектр поднимается впереди и уходит вдаль, и каждый акцент пробегает по нему светом.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Photo", "Spectrum"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "history", "TYPE": "audioHistory", "PAST": 8.0, "FUTURE": 0.1, "MAX": 64, "SCALE": "track"},
        {"NAME": "color", "LABEL": "Colour", "LABEL_RU": "Цвет", "TYPE": "color", "DEFAULT": [0.4, 0.75, 1.0, 1.0], "PHOTO": "vivid"},
        {"NAME": "second", "LABEL": "Colour of the distance", "LABEL_RU": "Цвет дали", "TYPE": "color", "DEFAULT": [0.8, 0.45, 1.0, 1.0], "PHOTO": "second"},
        {"NAME": "lines", "LABEL": "Number of lines", "LABEL_RU": "Число линий", "ADVANCED": true, "TYPE": "long", "MIN": 8, "MAX": 64, "DEFAULT": 19},
        {"NAME": "seconds", "LABEL": "Seconds into the distance", "LABEL_RU": "Секунды до горизонта", "UNIT": "s", "ADVANCED": true, "TYPE": "float", "MIN": 1.0, "MAX": 8.0, "DEFAULT": 4.5},
        {"NAME": "base", "LABEL": "Height of the first line", "LABEL_RU": "Высота первой линии", "GROUP": "place", "ADVANCED": true, "TYPE": "float", "MIN": 0.0, "MAX": 0.6, "DEFAULT": 0.03},
        {"NAME": "horizon", "LABEL": "Height of the last line", "LABEL_RU": "Высота последней линии", "GROUP": "place", "ADVANCED": true, "TYPE": "float", "MIN": 0.1, "MAX": 0.9, "DEFAULT": 0.24},
        {"NAME": "height", "LABEL": "Height of the hills", "LABEL_RU": "Высота холмов", "GROUP": "place", "TYPE": "float", "MIN": 0.02, "MAX": 0.6, "DEFAULT": 0.21},
        {"NAME": "width", "LABEL": "Width", "LABEL_RU": "Ширина", "GROUP": "place", "TYPE": "float", "MIN": 0.3, "MAX": 2.0, "DEFAULT": 1.5},
        {"NAME": "perspective", "LABEL": "Perspective", "LABEL_RU": "Перспектива", "ADVANCED": true, "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.75},
        {"NAME": "mirror", "LABEL": "Low notes in the middle", "LABEL_RU": "Низкие ноты посередине", "TYPE": "bool", "DEFAULT": false},
        {"NAME": "dim", "LABEL": "Dim the photo", "LABEL_RU": "Затемнение фото", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.35, "IDENTITY": 0.0},
        {"NAME": "bump", "LABEL": "The photo grows on an accent", "LABEL_RU": "Рост фото на акценте", "GROUP": "response", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "IDENTITY": 0.0},
        {"NAME": "sound", "LABEL": "Sound", "LABEL_RU": "Звук", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 1.0, "BIND": {"bind": "sounding", "from": [0.1, 1.0], "smooth": 0.5}},
        {"NAME": "played", "LABEL": "Seconds of sound", "LABEL_RU": "Секунды звука", "UNIT": "s", "TYPE": "float", "MIN": 0.0, "MAX": 36000.0, "DEFAULT": 0.0, "BIND": {"bind": "sounding.sum", "smooth": 0.3}},
        {"NAME": "pulse", "LABEL": "Accent", "LABEL_RU": "Акцент", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "accent.pulse", "decay": 0.3}},
        {"NAME": "since", "LABEL": "Seconds since the drop", "LABEL_RU": "Секунды после дропа", "UNIT": "s", "TYPE": "float", "MIN": 0.0, "MAX": 600.0, "DEFAULT": 600.0, "BIND": "drop.since"}
    ],
    "PASSES": [
        {"TARGET": "hills", "WIDTH": "$WIDTH", "HEIGHT": "$lines", "FLOAT": true},
        {"TARGET": "skyline", "WIDTH": "$WIDTH", "HEIGHT": "$lines", "FLOAT": true},
        {"TARGET": "first", "WIDTH": "$WIDTH", "HEIGHT": "ceil($HEIGHT / 8)"},
        {}
    ]
}*/

// Hidden lines: for each column of pixels and each line, `skyline` holds the highest of all lines up
// to it, counted from the front. It never falls from one line to the next, so what a pixel shows is
// the first line whose skyline reaches it, and `first` tells where to begin to look. Heights are in
// pixels.

#ifndef SAFE_AREA
#define SAFE_AREA vec4(0.0)
#endif

const float PAST = 8.0;     // as in the header
const float SPAN = 8.1;

// Level of a share of the spectrum so many seconds ago, a little smoothed.
float level(float pitch, float age) {
    vec2 spot = vec2((PAST - age) / SPAN, 0.02 + 0.96 * pitch);
    float sum = 0.5 * IMG_NORM_PIXEL(history, spot).r;
    sum += 0.25 * IMG_NORM_PIXEL(history, spot + vec2(0.0, 0.014)).r;
    sum += 0.25 * IMG_NORM_PIXEL(history, spot - vec2(0.0, 0.014)).r;
    return sound * sum * sum * (1.6 - 0.6 * sum); // in silence the hills sink
}

// How much of the drop there is now.
float surge() {
    return exp(-since / 1.2) * smoothstep(-0.04, 0.05, since);
}

// How much smaller things are so far into the distance, 0 to 1.
float scale(float far) {
    return 1.0 / (1.0 + 1.6 * max(perspective, 0.01) * far);
}

bool upright() { return IMG_SIZE(inputImage).y > 1.3 * IMG_SIZE(inputImage).x; }

// The height of the last line; the range reaches above what apps cover.
float last_line() {
    return max(upright() ? 0.8 * horizon : horizon, max(base + 0.1, SAFE_AREA.y + 0.055 * step(1e-4, SAFE_AREA.y)));
}

// The colour so far into the distance: near the other one, not all the way.
vec3 tone_at(float far) { return mix(color.rgb, second.rgb, 0.6 * smoothstep(0.1, 0.9, far)); }

// Red: how high a line is at this column. Green: how bright it is. Blue: how far.
// Each line is one moment that wanders off, and the next one comes up in front of it.
vec4 hill() {
    float count = float(lines);
    float step_s = seconds / count;
    float place = floor(gl_FragCoord.y) + fract(played / step_s);
    float far = place / count;
    float small = scale(far);
    float ground = mix(base, last_line(), (1.0 - small) / (1.0 - scale(1.0)));
    float across = (isf_FragNormCoord.x - 0.5) / (0.5 * width * (upright() ? 1.6 : 1.0) * small);
    float pitch = mirror ? abs(across) : 0.5 + 0.5 * across;
    float rise = level(clamp(pitch, 0.0, 1.0), place * step_s);
    rise *= 1.0 - smoothstep(0.55, 1.0, abs(across)); // flat at the ends
    rise *= (1.0 + 0.3 * pulse * (1.0 - far) + 0.5 * surge() * (1.0 - far)) * smoothstep(0.0, 1.0, place);
    vec4 then = IMG_NORM_PIXEL(history, vec2((PAST - place * step_s) / SPAN, 0.5));
    float shown = smoothstep(0.0, 1.0, place) * (1.0 - smoothstep(0.5 * count, count, place)) * (1.0 - 0.6 * far);
    shown *= 0.30 + sound * (0.25 * then.g + 0.55 * then.b) + 0.35 * rise;
    float y = ground + height * (upright() ? 0.6 : 1.0) * mix(small, 1.0, 0.15) * rise;
    return vec4(y * IMG_SIZE(inputImage).y, shown, far, rise);
}

// Red: the highest line up to this one. Green: its slope. Blue: how bright it is. Alpha: how far.
vec4 highest() {
    int x = int(gl_FragCoord.x);
    float best = -1.0;
    int line = 0;
    for (int i = 0; i <= int(gl_FragCoord.y); i++) {
        float y = texelFetch(hills, ivec2(x, i), 0).r;
        line = y > best ? i : line;
        best = max(y, best);
    }
    vec4 hill = texelFetch(hills, ivec2(x, line), 0);
    float left = texelFetch(hills, ivec2(max(x - 1, 0), line), 0).r;
    float right = texelFetch(hills, ivec2(min(x + 1, int(RENDERSIZE.x) - 1), line), 0).r;
    return vec4(best, 0.5 * (right - left), hill.g, hill.b);
}

// Of eight pixels above one another: the first line whose skyline reaches the lowest of them.
vec4 beginning() {
    float y = 8.0 * floor(gl_FragCoord.y);
    int low = 0;
    int high = lines - 1;
    for (int i = 0; i < 6; i++) {
        int middle = (low + high) / 2;
        bool under = texelFetch(skyline, ivec2(int(gl_FragCoord.x), middle), 0).r < y;
        low = under ? min(middle + 1, high) : low;
        high = under ? high : middle;
    }
    return vec4(float(low) / 255.0);
}

// How much of the pixel a line covers that passes so far from it. In small pictures it is fainter
// rather than thinner than a pixel.
float stroke(vec4 line, float y) {
    float wanted = 0.0026 * min(RENDERSIZE.x, RENDERSIZE.y) * (1.0 - 0.55 * line.a);
    float thick = max(wanted, 0.6);
    return wanted / thick * clamp(thick + 0.5 - abs(line.r - y) * inversesqrt(1.0 + line.g * line.g), 0.0, 1.0);
}

vec4 ridges() {
    ivec2 spot = ivec2(gl_FragCoord.xy);
    float y = gl_FragCoord.y;
    int line = int(texelFetch(first, ivec2(spot.x, spot.y / 8), 0).r * 255.0 + 0.5);
    vec4 under = texelFetch(skyline, ivec2(spot.x, max(line - 1, 0)), 0);
    vec4 over = texelFetch(skyline, ivec2(spot.x, line), 0);
    while (over.r < y && line < lines) {
        under = over;
        line++;
        over = texelFetch(skyline, ivec2(spot.x, min(line, lines - 1)), 0);
    }
    bool land = over.r >= y && line < lines;
    float unit = min(RENDERSIZE.x, RENDERSIZE.y);

    // The photo is the sky; towards the horizon it grows dark, and light stands over the hills.
    vec3 below = IMG_NORM_PIXEL(inputImage, 0.5 + (isf_FragNormCoord - 0.5) * (1.0 - bump * (0.035 * pulse + 0.05 * surge()))).rgb;
    float near_hills = exp(-max(y / RENDERSIZE.y - last_line(), 0.0) * 5.0);
    below *= mix(vec3(1.0), below, 0.6 * dim * near_hills) * (1.0 - dim * (0.15 + 0.55 * near_hills));
    float sky = (y - last_line() * RENDERSIZE.y) / unit;
    float haze = exp(-max(sky, 0.0) * 8.0);
    below *= 1.0 - 0.55 * haze;
    below += (1.0 - below) * tone_at(1.0) * haze * (0.12 + 0.32 * pulse + 0.7 * surge());

    // A hill: nearly black, with the light of its crest running down its side.
    vec3 tone = tone_at(over.a);
    float depth = (over.r - y) * inversesqrt(1.0 + 0.35 * over.g * over.g) / unit;
    float near = 1.0 - 0.6 * over.a;
    float side = exp(-depth * 34.0 / near) * 0.42 + exp(-depth * 130.0 / near) * 0.35;
    vec3 body = tone * (0.028 + side * over.b * (0.5 + 1.5 * pulse + 0.8 * surge()));
    body = mix(body, tone * 0.10, 0.6 * over.a * over.a);
    float fade = smoothstep(1.0, 0.75, over.a);
    float solid = (0.25 + 0.65 * fade) * mix(0.35, 1.0, smoothstep(0.0, 0.45, over.a)); // the photo shows through the nearest
    vec3 sum = land ? mix(below, max(body, tone * side * over.b), solid) + tone * side * over.b * (1.0 - solid) * 0.6 : below;
    float front = smoothstep(0.0, 0.1, y / RENDERSIZE.y);
    vec2 covers = vec2(stroke(under, y) * under.b, stroke(over, y) * over.b);
    float far = covers.x > covers.y ? under.a : over.a;
    vec3 ink = mix(tone_at(far), vec3(1.0), min((0.35 + 0.5 * pulse) * max(covers.x, covers.y), 1.0));
    float cover = clamp((1.15 + 1.2 * pulse) * max(covers.x, covers.y), 0.0, 1.0) * color.a * (0.5 + 0.5 * front);
    return vec4(mix(sum, ink, cover), 1.0);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = hill();
    else if (PASSINDEX == 1) gl_FragColor = highest();
    else if (PASSINDEX == 2) gl_FragColor = beginning();
    else gl_FragColor = ridges();
}
