/*{
    "ISFVSN": "2",
    "VSN": "2",
    "TITLE": "Film dirt",
    "TITLE_RU": "Старая плёнка",
    "DESCRIPTION": "The picture is an old film as long as there is sound: scratches, dust, hairs, coarse grain, faded colours and an unsteady gate. Loud accents wear it harder for half a second, and loud music keeps its lamp bright.",
    "DESCRIPTION_RU": "Пока есть звук, кадр — старый фильм: царапины, пыль, волоски, крупное зерно, выцветшие цвета и дрожание кадра. Громкие акценты на полсекунды изнашивают его сильнее, а громкая музыка держит лампу яркой.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "PREMIUM": true,
    "CATEGORIES": ["Filter", "Beat", "Film"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "kick", "LABEL": "Loud accent", "LABEL_RU": "Громкий акцент", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "accent.pulse", "decay": 0.5, "from": [0.08, 0.8]}},
        {"NAME": "loud", "LABEL": "Loudness", "LABEL_RU": "Громкость", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "loudness", "from": [0.86, 0.985], "curve": "in", "smooth": 0.3}},
        {"NAME": "amount", "LABEL": "Amount", "LABEL_RU": "Сила", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 1.0, "IDENTITY": 0.0},
        {"NAME": "rest", "LABEL": "Always there", "LABEL_RU": "Постоянная доля", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "IDENTITY": 0.0},
        {"NAME": "scratches", "LABEL": "Scratches", "LABEL_RU": "Царапины", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "IDENTITY": 0.0},
        {"NAME": "dirt", "LABEL": "Dust and hairs", "LABEL_RU": "Пыль и волоски", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "IDENTITY": 0.0},
        {"NAME": "noise", "LABEL": "Grain", "LABEL_RU": "Зерно", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.35, "IDENTITY": 0.0},
        {"NAME": "fade", "LABEL": "Faded colours", "LABEL_RU": "Выцветшие цвета", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.4, "IDENTITY": 0.0},
        {"NAME": "weave", "LABEL": "Unsteady gate", "LABEL_RU": "Дрожание кадра", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.4, "IDENTITY": 0.0},
        {"NAME": "played", "LABEL": "Seconds of sound", "LABEL_RU": "Секунды звука", "UNIT": "s", "TYPE": "float", "MIN": 0.0, "MAX": 36000.0, "DEFAULT": 0.0, "BIND": {"bind": "sounding.sum", "smooth": 1.0}},
        {"NAME": "drift", "LABEL": "Drift", "LABEL_RU": "Медленное движение", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "IDENTITY": 0.0}
    ],
    "PASSES": [
        {"TARGET": "sheet"},
        {"TARGET": "lines", "WIDTH": "$WIDTH", "HEIGHT": 1},
        {}
    ]
}*/

// The sheet of dirt and grain is drawn once; a frame of the film shows it shifted and turned over.
// What is left for each frame is a row of scratches and three texture fetches, in places that are
// the same or change evenly over the frame (grain.vs).

varying vec2 gate;    // where the picture is seen in the unsteady gate (grain.vs)
varying vec2 dust;    // where the sheet of dirt and grain is
varying float unsteady; // the light of the lamp

const float RATE = 12.0; // frames of the film a second: dirt stays for a few frames of the video
const uint LINES = 4u;   // scratches at most
const float TURN = 6.28318531;

// Which frame of the film it is: it runs with the sound. The little more keeps 5/30 s from being the
// end of frame 1.
uint film_frame() {
    return uint(played * RATE + 0.01);
}

// A random number from 0 to 1 for two whole ones (PCG, O'Neill 2014, as a hash: Jarzynski and
// Olano 2020, "Hash Functions for GPU Rendering").
float chance(uint place, uint salt) {
    uint x = (place + 65537u * salt) * 747796405u + 2891336453u;
    x = ((x >> ((x >> 28u) + 4u)) ^ x) * 277803737u;
    return float(((x >> 22u) ^ x) >> 8u) / 16777216.0;
}

// How far a pixel is covered, in a grid of cells of which each holds one mark at most, wholly
// inside: light marks above 0, dark ones below.
float mark(float cells, float share, float hairs, uint salt) {
    float pixel = 1.0 / min(RENDERSIZE.x, RENDERSIZE.y);
    vec2 grid = floor(RENDERSIZE * pixel * cells + 0.5); // whole: it repeats
    vec2 place = isf_FragNormCoord * grid;
    uint cell = uint(place.x) + 97u * uint(place.y);
    if (chance(cell, salt) >= share) return 0.0;
    vec2 middle = 0.4 + 0.2 * vec2(chance(cell, salt + 1u), chance(cell, salt + 2u));
    vec2 from = (fract(place) - middle) / grid * RENDERSIZE * pixel;
    float turn = TURN * chance(cell, salt + 3u);
    from = vec2(cos(turn) * from.x + sin(turn) * from.y, cos(turn) * from.y - sin(turn) * from.x);
    float size = (0.35 + 0.65 * chance(cell, salt + 4u)) / cells;
    float kind = chance(cell, salt + 5u);
    float away;
    if (kind < hairs) {
        // A hair: an arc through the middle that bends less and less.
        float radius = size * (0.25 + 0.5 * chance(cell, salt + 6u));
        float ring = abs(length(from - vec2(radius, 0.0)) - radius) - max(0.0008, 0.7 * pixel);
        away = max(ring, length(from) - 0.32 * size);
    } else {
        // A speck: an ellipse with a dented edge.
        float around = atan(from.y, from.x);
        float dents = 1.0 + 0.3 * sin(3.0 * around + 9.0 * kind) + 0.15 * sin(7.0 * around);
        away = length(from * vec2(1.0, 1.0 + 1.5 * kind)) - max(0.07 * size * size * cells * dents, pixel);
    }
    return (kind > 0.7 ? 0.8 : -0.85) * clamp(0.5 - away / pixel, 0.0, 1.0);
}

// Grain as clumps of silver, soft at their edges: noise between whole numbers of `at`.
float silver(vec2 at) {
    uvec2 cell = uvec2(floor(at));
    vec2 f = smoothstep(0.0, 1.0, fract(at));
    uint first = cell.x + 4096u * cell.y;
    float low = mix(chance(first, 3u), chance(first + 1u, 3u), f.x);
    float high = mix(chance(first + 4096u, 3u), chance(first + 4097u, 3u), f.x);
    return mix(low, high, f.y);
}

// Red is the light of the marks, green their shadow, blue the grain, alpha that of accents: larger
// and softer.
vec4 dirty_sheet() {
    float large = mark(3.0, 0.3 * dirt, 0.45, 10u);
    float marks = abs(large) > 0.0 ? large : mark(11.0, 0.14 * dirt, 0.08, 20u);
    float clump = max(floor(min(RENDERSIZE.x, RENDERSIZE.y) / 480.0 + 0.5), 1.0);
    uvec2 grain = uvec2(gl_FragCoord.xy / clump);
    float speck = chance(grain.x + 4096u * grain.y, 1u) + chance(grain.x + 4096u * grain.y, 2u);
    vec2 at = gl_FragCoord.xy / max(min(RENDERSIZE.x, RENDERSIZE.y) / 340.0, 1.0);
    float coarse = 0.55 * silver(at / 2.2) + 0.45 * silver(at.yx / 3.5 + 700.0);
    return vec4(max(marks, 0.0), max(-marks, 0.0), 0.5 * speck, coarse);
}

// For each column of pixels: how light (above a half) or dark a scratch there is, and a number that
// says where it is broken.
vec4 scratched() {
    float pixel = 1.0 / min(RENDERSIZE.x, RENDERSIZE.y);
    float sum = 0.0;
    float seed = 0.0;
    for (uint line = 0u; line < LINES; line++) {
        // A scratch runs on from frame to frame of the film; it only trembles.
        uint run = line + LINES * ((film_frame() + line) / 5u);
        if (chance(run, 30u) > scratches) continue;
        float home = chance(run, 31u) * RENDERSIZE.x + 0.005 / pixel * chance(film_frame(), 32u + line);
        float width = max((0.0005 + 0.001 * chance(run, 36u)) / pixel, 0.6);
        float over = clamp(width - abs(gl_FragCoord.x - home) + 0.5, 0.0, 1.0);
        sum += over * (chance(run, 37u) < 0.3 ? -0.6 : 0.6);
        seed = over > 0.0 ? chance(run, 38u) : seed;
    }
    return vec4(0.5 + 0.4 * sum, seed, 0.0, 1.0);
}

void main() {
    if (PASSINDEX == 0) {
        gl_FragColor = dirty_sheet();
        return;
    }
    if (PASSINDEX == 1) {
        gl_FragColor = scratched();
        return;
    }
    float worn = amount * (rest + (1.0 - 0.4 * rest) * kick);
    vec4 picture = IMG_NORM_PIXEL(inputImage, gate);
    if (worn <= 0.0) {
        gl_FragColor = picture;
        return;
    }

    // Faded stock: warm, its blacks lifted, its light unsteady.
    float grey = dot(picture.rgb, vec3(0.2126, 0.7152, 0.0722));
    vec3 old = mix(vec3(0.07, 0.05, 0.04), vec3(1.0, 0.93, 0.8), mix(picture.rgb, vec3(grey), 0.6));
    vec3 color = mix(picture.rgb, old * unsteady, min(fade * amount * rest * 1.6, 1.0));
    // A loud accent makes the lamp flare, and loud music keeps it bright: warm, most towards the sides, where light leaks in.
    float lamp = amount * (1.15 * kick + 0.5 * loud * (1.0 - kick));
    float flare = lamp * (0.35 + 0.65 * smoothstep(0.2, 0.5, abs(isf_FragNormCoord.x - 0.5)));
    color += (1.0 - color) * flare * vec3(0.42, 0.22, 0.07) * (0.12 + 0.88 * grey) + 0.16 * lamp * color * (1.0 - color);

    // Grain is seen in the midtones; black and white are nearly clean.
    vec4 found = IMG_NORM_PIXEL(sheet, fract(dust));
    float shown = 0.15 + 3.0 * grey * (1.0 - grey);
    color += 0.5 * noise * shown * (min(worn, 0.6) * (found.b - 0.5) + 0.5 * amount * kick * (found.a - 0.5));

    vec2 uv = isf_FragNormCoord;
    vec2 line = IMG_NORM_PIXEL(lines, vec2(uv.x + 0.002 * sin(5.0 * uv.y), 0.5)).rg;
    line.x = abs(line.x - 0.5) < 0.003 ? 0.0 : (line.x - 0.5) / 0.4;
    float whole = 0.5 + 0.5 * sin((uv.y + line.y) * (3.0 + 12.0 * line.y));
    float over = clamp(found.r - found.g + line.x * smoothstep(0.1, 0.4, whole), -1.0, 1.0);
    vec3 tone = over > 0.0 ? vec3(0.96, 0.93, 0.86) : vec3(0.03, 0.02, 0.02);
    color = mix(color, tone, abs(over) * min(worn, 1.0));
    gl_FragColor = vec4(clamp(color, 0.0, 1.0), picture.a);
}
