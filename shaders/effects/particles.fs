/*{
    "ISFVSN": "2",
    "VSN": "4",
    "TITLE": "Particles",
    "TITLE_RU": "Частицы",
    "DESCRIPTION": "Glowing dust in the air before the photo, in streams of light in its own two colours, with discs out of focus near the lens; it rises as embers do or falls as snow. Quiet music leaves a few motes, loud music fills the air with them and with light. Each accent sets many of them alight and sends a wave of light through them, which throws them outwards, and they drift back; at the drop they burst. The middle stays clear.",
    "DESCRIPTION_RU": "Светящаяся пыль в воздухе перед фото: потоки света двух его цветов и размытые диски у самого объектива; она поднимается, как искры, или падает, как снег. Тихая музыка оставляет несколько пылинок, громкая наполняет воздух ими и светом. Каждый акцент зажигает многие из них и пускает сквозь них волну света, которая отбрасывает их наружу, и они плывут обратно; на дропе они взрываются. Середина остаётся чистой.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Photo", "Beat", "Scene"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "history", "TYPE": "audioHistory", "PAST": 3.0, "FUTURE": 0.5, "MAX": 4},
        {"NAME": "amount", "LABEL": "Number", "LABEL_RU": "Количество", "TYPE": "float", "MIN": 0.05, "MAX": 1.0, "DEFAULT": 0.55},
        {"NAME": "size", "LABEL": "Size", "LABEL_RU": "Размер", "GROUP": "place", "TYPE": "float", "MIN": 0.3, "MAX": 2.0, "DEFAULT": 1.0},
        {"NAME": "soft", "LABEL": "Out of focus in front", "LABEL_RU": "Размытие на переднем плане", "ADVANCED": true, "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.7, "IDENTITY": 0.0},
        {"NAME": "rise", "LABEL": "Rising or falling", "LABEL_RU": "Вверх или вниз", "TYPE": "float", "MIN": -2.0, "MAX": 2.0, "DEFAULT": 0.7},
        {"NAME": "push", "LABEL": "Thrown by an accent", "LABEL_RU": "Разлёт от акцента", "GROUP": "response", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "IDENTITY": 0.0},
        {"NAME": "lift", "LABEL": "Carried by loud music", "LABEL_RU": "Полёт на громкой музыке", "GROUP": "response", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.4, "IDENTITY": 0.0},
        {"NAME": "wave", "LABEL": "Light of an accent", "LABEL_RU": "Свет акцента", "GROUP": "response", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "IDENTITY": 0.0},
        {"NAME": "burst", "LABEL": "Burst at the drop", "LABEL_RU": "Взрыв на дропе", "GROUP": "response", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.7, "IDENTITY": 0.0},
        {"NAME": "center", "LABEL": "Where the wave begins", "LABEL_RU": "Где начинается волна", "ADVANCED": true, "TYPE": "point2D", "MIN": [0.0, 0.0], "MAX": [1.0, 1.0], "DEFAULT": [0.5, 0.5]},
        {"NAME": "color", "LABEL": "Colour", "LABEL_RU": "Цвет", "TYPE": "color", "DEFAULT": [1.0, 0.66, 0.32, 1.0], "PHOTO": "vivid"},
        {"NAME": "second", "LABEL": "Second colour", "LABEL_RU": "Второй цвет", "TYPE": "color", "DEFAULT": [1.0, 0.42, 0.45, 1.0], "PHOTO": "second"},
        {"NAME": "haze", "LABEL": "Light in the air", "LABEL_RU": "Свет в воздухе", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.25, "IDENTITY": 0.0},
        {"NAME": "peak", "LABEL": "Loudest moments", "LABEL_RU": "Самые громкие моменты", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "loudness", "from": [0.86, 0.985], "curve": "in", "smooth": 0.3}},
        {"NAME": "glow", "LABEL": "Brightness", "LABEL_RU": "Яркость", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 1.0, "BIND": {"bind": "level.envelope", "curve": "in", "min": 0.5, "max": 1.5}},
        {"NAME": "twinkle", "LABEL": "Twinkle", "LABEL_RU": "Мерцание", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "BIND": {"bind": "treble.envelope", "min": 0.1, "max": 0.75}},
        {"NAME": "bump", "LABEL": "The photo grows on an accent", "LABEL_RU": "Рост фото на акценте", "GROUP": "response", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "IDENTITY": 0.0},
        {"NAME": "pulse", "LABEL": "Accent", "LABEL_RU": "Акцент", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "accent.pulse", "decay": 0.5}},
        {"NAME": "since", "LABEL": "Seconds since the drop", "LABEL_RU": "Секунды после дропа", "UNIT": "s", "TYPE": "float", "MIN": 0.0, "MAX": 600.0, "DEFAULT": 600.0, "BIND": "drop.since"},
        {"NAME": "played", "LABEL": "Seconds of sound", "LABEL_RU": "Секунды звука", "UNIT": "s", "TYPE": "float", "MIN": 0.0, "MAX": 36000.0, "DEFAULT": 0.0, "BIND": {"bind": "sounding.sum", "smooth": 1.0}},
        {"NAME": "dim", "LABEL": "Dim the photo", "LABEL_RU": "Затемнение фото", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.2, "IDENTITY": 0.0}
    ],
    "PASSES": [
        {"TARGET": "thrown", "WIDTH": 64, "HEIGHT": 1, "FLOAT": true},
        {"TARGET": "flow", "WIDTH": "max($WIDTH / 16, 24)", "HEIGHT": "max($HEIGHT / 16, 24)", "FLOAT": true},
        {"TARGET": "mist", "WIDTH": "max($WIDTH / 16, 24)", "HEIGHT": "max($HEIGHT / 16, 24)", "FLOAT": true},
        {"TARGET": "dust", "WIDTH": 32, "HEIGHT": 96, "FLOAT": true},
        {}
    ]
}*/

// Three layers of cells, each cell with one particle: a pixel looks at one particle a layer. What
// differs from particle to particle is in a table of 32 x 32 cells a layer; what moves them
// together is a field of a few thousand pixels. Nothing is kept from frame to frame: inertia is
// the answer of a damped spring to the kicks of the last seconds, summed anew in each frame.

const float REACH = 0.8;   // seconds in which the wave of an accent crosses the picture
const float QUICK = 0.14;  // seconds from an accent to the furthest throw
const float HEAVY = 0.7;   // the same of loudness
const int LAYERS = 3;
const vec3 LUMA = vec3(0.2126, 0.7152, 0.0722);
const float WIDE = 0.05;  // of a cell of the furthest layer, in short sides
const float GROWTH = 2.9; // from layer to layer
const float PAST = 3.0;
const float SPAN = 3.5;

// Three numbers from 0 to 1 out of one (PCG, O'Neill 2014).
vec3 chances(int n) {
    uint state = uint(n) * 747796405u + 2891336453u;
    uint word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
    word = (word >> 22u) ^ word;
    return vec3(float(word & 1023u), float((word >> 10u) & 1023u), float((word >> 20u) & 1023u)) / 1023.0;
}

// How loud it was `ago` seconds before now, and the pulse of accents then.
vec2 sound_at(float ago) {
    return IMG_NORM_PIXEL(history, vec2((PAST - ago) / SPAN, 0.5)).gb;
}

// How far an accent has thrown what its wave has reached, how far loudness has lifted everything, and
// the light of the wave; from left to right for waves that took 0 to REACH seconds to come. A
// critically damped answer, s / T exp(1 - s / T), which is 1 at its furthest.
vec4 throws() {
    float lag = isf_FragNormCoord.x * REACH;
    vec2 sum = vec2(0.0);
    for (int i = 0; i < 90; i++) {
        float s = (float(i) + 0.5) / 60.0;
        sum.x += sound_at(lag + s).y * s / QUICK * exp(1.0 - s / QUICK);
        float longer = 1.8 * s;
        sum.y += sound_at(longer).x * longer / HEAVY * exp(1.0 - longer / HEAVY);
    }
    float light = 0.0; // as wide as its tail, and weaker with its way
    for (int i = 0; i < 8; i++) light += sound_at(lag + float(i) / 40.0).y * (1.0 - float(i) / 8.0) / 4.5;
    return vec4(sum.x / 60.0 / 0.083, sum.y / 60.0, light * (1.0 - 0.6 * lag / REACH), 1.0); // a pulse of 250 ms is 0.083 s long
}

// Where everything at this place has been moved to, in short sides (x, y): eddies that change
// slowly, the throw outwards, the lift; how bright the dust is (z), and
// how much light hangs in the air (w).
vec4 moved() {
    vec2 frame = IMG_SIZE(inputImage) / min(IMG_SIZE(inputImage).x, IMG_SIZE(inputImage).y);
    vec2 point = (isf_FragNormCoord - 0.5) * frame;
    float t = played * 0.23;
    vec2 eddy = vec2(
        cos(3.1 * point.y + 1.3 * t) + 0.6 * cos(5.3 * point.y - 2.1 * point.x - 1.7 * t),
        sin(2.7 * point.x - t) + 0.6 * sin(4.9 * point.x + 2.3 * point.y + 1.9 * t));
    vec2 from = (isf_FragNormCoord - center) * frame;
    float r = length(from);
    vec3 answer = IMG_NORM_PIXEL(thrown, vec2(min(r / 1.1 + 0.01, 0.99), 0.5)).xyz;
    vec2 away = from / max(r, 0.05) * smoothstep(0.0, 0.25, r);
    float late = since - 0.25 * r; // the burst has a wave of its own
    float blast = late > 0.0 ? burst * late / 0.3 * exp(1.0 - late / 0.3) : 0.0;
    vec2 sum = 0.035 * eddy + (push * 0.20 * answer.x + 0.30 * blast) * away / (0.6 + r);
    sum.y += lift * 0.16 * answer.y * (rise < 0.0 ? -1.0 : 1.0);
    // Dust is not spread evenly: it flows in bands that bend, part and meet again.
    vec2 bent = point - sum + 0.10 * eddy;
    float band = sin(2.6 * bent.y + 1.5 * bent.x + 0.9 * t) + 0.7 * sin(3.9 * bent.x - 2.4 * bent.y - 1.2 * t);
    float stream = exp(-2.6 * band * band);
    float dense = 0.12 + 1.5 * stream;
    float shine = wave * (1.3 * peak + 2.4 * answer.z + 1.0 * IMG_NORM_PIXEL(thrown, vec2(0.005, 0.5)).z) + 1.6 * burst * exp(-max(late, 0.0) / 0.9) * smoothstep(-0.04, 0.06, late);
    return vec4(sum, dense + shine * (0.3 + 0.7 * dense), stream * (0.35 + 0.65 * cos(1.3 * bent.x + 0.8 * t) * cos(1.3 * bent.x + 0.8 * t)));
}

// The colour of the dust at a place, of full brightness (red, green, blue): two of them part the frame
// between them, and wander. Alpha: how much of the dust shows there; what is in the middle stays clear.
vec4 misted() {
    vec2 frame = IMG_SIZE(inputImage) / min(IMG_SIZE(inputImage).x, IMG_SIZE(inputImage).y);
    vec2 point = (isf_FragNormCoord - 0.5) * frame;
    float part = smoothstep(-0.7, 0.7, sin(1.9 * point.x + 1.4 * point.y + 0.17 * played));
    vec3 tint = mix(color.rgb, second.rgb, part);
    tint = mix(vec3(dot(tint, LUMA)), tint, 1.3);
    tint = max(tint / max(max(tint.r, max(tint.g, tint.b)), 0.02), 0.0);
    vec2 oval = (isf_FragNormCoord - vec2(0.5, 0.57)) * vec2(2.2, 1.6);
    return vec4(tint, mix(0.06, 1.0, smoothstep(0.35, 0.95, length(oval))));
}

// One particle: its place in its cell, one over its radius squared in short sides, its brightness.
vec4 particle() {
    ivec2 cell = ivec2(gl_FragCoord.xy);
    vec3 first = chances(cell.x + 32 * cell.y);
    vec3 second = chances(cell.x + 32 * cell.y + 8192);
    vec3 third = chances(cell.x + 32 * cell.y + 16384);
    vec2 sway = vec2(sin(played * (0.4 + first.x) + 40.0 * second.x), cos(played * (0.5 + first.y) + 40.0 * second.y));
    int layer = cell.y / 32;
    float layers = float(layer);
    float pixel = 1.0 / min(IMG_SIZE(inputImage).x, IMG_SIZE(inputImage).y);
    float radius = 3.6 * max(0.0030 * pow(2.9, layers) * size * (0.34 + 0.9 * pow(second.z, 4.0)), 0.6 * pixel);
    if (layer == 2) radius *= 0.9 + 1.4 * soft;
    // It stays within its cell also when an accent has made it larger: a small one goes anywhere in it.
    float cells = WIDE * pow(GROWTH, layers);
    radius = min(radius, (layer == 2 ? 0.25 : 0.19) * cells);
    float grows = layer == 0 ? 0.2 : 0.65;
    vec2 middle = 0.5 + (0.94 - 2.0 * (1.0 + grows) * radius / cells) * (first.xy - 0.5) + 0.03 * sway;
    radius *= 1.0 + grows * pulse;

    float blink = 0.5 + 0.5 * sin(played * (2.0 + 5.0 * third.x) + 40.0 * third.y);
    float bright = mix(1.0, 0.15 + 1.35 * blink * blink, twinkle) * (layer == 2 ? 0.25 + 0.75 * third.z : layer == 1 ? 2.1 * pow(third.z, 4.0) : 0.012 + 1.9 * pow(third.z, 7.0));
    // Loud music brings more of them, and an accent sets others alight for a moment.
    float many = (layer == 1 ? 1.15 : 0.95) * amount * mix(0.4, 1.0, max(peak, 0.75 * wave * pulse));
    return vec4(middle, 1.0 / (radius * radius), bright * (1.0 - smoothstep(many - 0.15, many, first.z)));
}

vec4 picture() {
    vec2 point = (gl_FragCoord.xy - 0.5 * RENDERSIZE) / min(RENDERSIZE.x, RENDERSIZE.y);
    vec2 jump = (isf_FragNormCoord - center) * RENDERSIZE / min(RENDERSIZE.x, RENDERSIZE.y) * (0.06 * push * pulse);
    vec4 field = IMG_THIS_NORM_PIXEL(flow);
    vec2 drift = vec2(0.013, rise * 0.07) * played;
    vec2 turn = vec2(1.0, 0.0); // each layer lies askew of the others, so that no rows show
    float wide = WIDE;
    float near = 0.35;          // how much of the movement a layer takes
    float sum = 0.0;
    float pale = 0.0;
    float veil = 0.0;
    for (int i = 0; i < LAYERS; i++) {
        vec2 from = (point - jump - field.xy * (i == 2 ? 0.3 : near) - drift * near) / wide; // discs stay round
        vec2 at = vec2(from.x * turn.x - from.y * turn.y, from.x * turn.y + from.y * turn.x) + 0.5;
        vec2 cell = floor(at);
        vec4 grain = texelFetch(dust, (ivec2(cell) & 31) + ivec2(0, 32 * i), 0);
        vec2 away = (at - cell - grain.xy) * wide;
        float shape = max(1.0 - dot(away, away) * grain.z, 0.0);
        // The furthest are points in a glow, the nearest far out of focus, with no edge to be seen.
        float point_light = shape * shape;
        float core = point_light * point_light;
        core *= core; // a small light
        point_light = 0.45 * point_light * shape + 0.9 * core;
        // Those between have a core in a wide glow; the nearest are discs with a brighter rim, as bokeh is.
        float halo = shape * shape * shape * (0.5 + 0.6 * wave * pulse) + 1.1 * core * shape * shape;
        float bokeh = smoothstep(0.0, 0.3, shape) * (0.5 + 0.5 * (1.0 - shape) + 0.45 * exp(-40.0 * (shape - 0.16) * (shape - 0.16)) + 0.35 * dot(away, vec2(-0.6, 0.8)) * sqrt(grain.z));
        if (i == 0) sum += grain.w * point_light;
        else if (i == 1) pale += grain.w * halo;
        else veil += grain.w * bokeh;
        turn = vec2(turn.x * 0.36 - turn.y * 0.933, turn.x * 0.933 + turn.y * 0.36);
        wide *= GROWTH;
        near *= 1.7;
    }
    // An accent flares in the frame in which it begins.
    vec4 around = IMG_THIS_NORM_PIXEL(mist);
    vec3 tint = around.rgb;
    float clear = around.a;
    float strong = max(pulse, 0.8 * peak);
    float power = 1.3 * glow * field.z * (1.0 + 5.0 * wave * strong) * clear;
    vec3 light = (sum + pale) * tint * power;
    // However bright the wave is, the photo shows through what is near.
    float disc = (0.10 + 0.44 * soft) * veil * clear * (0.5 + 1.5 * wave * strong + 0.8 * peak);
    light += disc * glow * 0.85 * tint;
    // The photo is darker and deeper in colour, most towards its corners and where it is bright, so that
    // snow too is a ground for light; there each particle also colours what is around it.
    vec3 below = IMG_NORM_PIXEL(inputImage, 0.5 + (isf_FragNormCoord - 0.5) * (1.0 - 0.07 * bump * pulse - 0.08 * bump * peak)).rgb;
    float grey = dot(below, LUMA);
    float pale_ground = smoothstep(0.4, 0.95, grey);
    // Light hangs in the air where the dust is dense, and flares with it.
    float air = haze * glow * (1.0 - 0.6 * pale_ground) * field.w * (0.3 + 0.7 * clear) * (0.14 + 0.5 * wave * strong + 0.4 * peak);
    light += air * tint * tint;
    float shade = dim * clamp(0.15 + 1.3 * dot(point, point), 0.0, 1.0);
    below = clamp(mix(vec3(grey), below, 1.0 + 0.5 * dim), 0.0, 1.0);
    below *= mix(vec3(1.0), below, 1.6 * shade) * (1.0 - 0.8 * shade * smoothstep(0.05, 0.5, grey));
    below *= mix(vec3(1.0), tint, pale_ground * min(0.9 * dim * (0.2 + 0.8 * clear) + 0.7 * (1.0 - exp(-1.2 * pale * power - air)), 1.0) * 0.3); // dusk, not grey
    below *= 1.0 + 0.3 * wave * strong * (1.0 - grey);
    // However bright a light is, it keeps its colour around a core that is white.
    float most = max(light.r, max(light.g, light.b));
    vec3 tone = mix(light / max(most, 1e-4), vec3(1.0), 0.7 * smoothstep(2.0, 8.0, most));
    return vec4(min(below, 1.0) + (tone - min(below, 1.0) * tone) * (1.0 - exp(-most)), 1.0);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = throws();
    else if (PASSINDEX == 1) gl_FragColor = moved();
    else if (PASSINDEX == 2) gl_FragColor = misted();
    else if (PASSINDEX == 3) gl_FragColor = particle();
    else gl_FragColor = picture();
}
