/*{
    "ISFVSN": "2",
    "VSN": "1",
    "TITLE": "Particles",
    "DESCRIPTION": "Glowing dust in front of the photo, embers that rise or snow that falls. Each kick sends a wave through it, which throws it outwards, and it drifts back; loud music carries it along.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Photo", "Beat", "Scene"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "history", "TYPE": "audioHistory", "PAST": 3.0, "FUTURE": 0.5, "MAX": 4},
        {"NAME": "amount", "LABEL": "Number", "TYPE": "float", "MIN": 0.05, "MAX": 1.0, "DEFAULT": 0.7},
        {"NAME": "size", "LABEL": "Size", "TYPE": "float", "MIN": 0.3, "MAX": 2.0, "DEFAULT": 1.0},
        {"NAME": "soft", "LABEL": "Out of focus in front", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "IDENTITY": 0.0},
        {"NAME": "rise", "LABEL": "Rising or falling", "TYPE": "float", "MIN": -2.0, "MAX": 2.0, "DEFAULT": 0.7},
        {"NAME": "push", "LABEL": "Thrown by the kick", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "IDENTITY": 0.0},
        {"NAME": "lift", "LABEL": "Carried by loud music", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.4, "IDENTITY": 0.0},
        {"NAME": "color", "LABEL": "Colour", "TYPE": "color", "DEFAULT": [1.0, 0.66, 0.32, 1.0]},
        {"NAME": "glow", "LABEL": "Brightness", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 1.0, "BIND": {"bind": "level.envelope", "curve": "in", "min": 0.45, "max": 1.35}},
        {"NAME": "twinkle", "LABEL": "Twinkle", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "BIND": {"bind": "treble.envelope", "min": 0.15, "max": 1.0}},
        {"NAME": "dim", "LABEL": "Dim the photo", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.3, "IDENTITY": 0.0}
    ],
    "PASSES": [
        {"TARGET": "thrown", "WIDTH": 64, "HEIGHT": 1, "FLOAT": true},
        {"TARGET": "flow", "WIDTH": "max($WIDTH / 16, 24)", "HEIGHT": "max($HEIGHT / 16, 24)", "FLOAT": true},
        {"TARGET": "dust", "WIDTH": 32, "HEIGHT": 160, "FLOAT": true},
        {}
    ]
}*/

// Five layers of cells, each cell with one particle: a pixel looks at one particle a layer. What
// differs from particle to particle is in a table of 32 x 32 cells a layer; what moves them
// together is a field of a few thousand pixels. Nothing is kept from frame to frame: inertia is
// the answer of a damped spring to the kicks of the last seconds, summed anew in each frame.

const float REACH = 1.3;   // seconds in which the wave of a kick crosses the picture
const float QUICK = 0.11;  // seconds from a kick to the furthest throw
const float HEAVY = 0.7;   // the same of loudness
const int LAYERS = 5;
const float WIDE = 0.085;  // of a cell of the furthest layer, in short sides
const float GROWTH = 1.42; // from layer to layer
const float PAST = 3.0;
const float SPAN = 3.5;

// Three numbers from 0 to 1 out of one (PCG, O'Neill 2014).
vec3 chances(int n) {
    uint state = uint(n) * 747796405u + 2891336453u;
    uint word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
    word = (word >> 22u) ^ word;
    return vec3(float(word & 1023u), float((word >> 10u) & 1023u), float((word >> 20u) & 1023u)) / 1023.0;
}

// What was heard `ago` seconds before now: loudness and kick.
vec2 heard(float ago) {
    return IMG_NORM_PIXEL(history, vec2((PAST - ago) / SPAN, 0.5)).gb;
}

// How far a kick has thrown what its wave has reached, and loudness has lifted everything; from
// left to right for waves that took 0 to REACH seconds to come. A critically damped answer,
// s / T exp(1 - s / T), which is 1 at its furthest.
vec4 throws() {
    float lag = isf_FragNormCoord.x * REACH;
    vec2 sum = vec2(0.0);
    for (int i = 0; i < 90; i++) {
        float s = (float(i) + 0.5) / 60.0;
        sum.x += heard(lag + s).y * s / QUICK * exp(1.0 - s / QUICK);
        float longer = 1.8 * s;
        sum.y += heard(longer).x * longer / HEAVY * exp(1.0 - longer / HEAVY);
    }
    return vec4(sum.x / 60.0 / 0.06, sum.y / 60.0, 0.0, 1.0); // a pulse of 180 ms is 0.06 s long
}

// Where everything at this place has been moved to, in short sides (x, y): eddies that change
// slowly, the throw outwards, the lift; and how much dust there is (z).
vec4 moved() {
    vec2 frame = IMG_SIZE(inputImage) / min(IMG_SIZE(inputImage).x, IMG_SIZE(inputImage).y);
    vec2 point = (isf_FragNormCoord - 0.5) * frame;
    float t = TIME * 0.23;
    vec2 eddy = vec2(
        cos(3.1 * point.y + 1.3 * t) + 0.6 * cos(5.3 * point.y - 2.1 * point.x - 1.7 * t),
        sin(2.7 * point.x - t) + 0.6 * sin(4.9 * point.x + 2.3 * point.y + 1.9 * t));
    float r = length(point);
    vec2 told = IMG_NORM_PIXEL(thrown, vec2(min(r / 1.1 + 0.01, 0.99), 0.5)).xy;
    vec2 away = point / max(r, 0.05) * smoothstep(0.0, 0.25, r);
    vec2 sum = 0.035 * eddy + push * 0.15 * told.x * away / (0.6 + r);
    sum.y += lift * 0.16 * told.y * (rise < 0.0 ? -1.0 : 1.0);
    // Dust is not spread evenly: it shows in clouds that pass slowly.
    float cloud = 0.5 + 0.25 * (sin(2.3 * point.x + 1.6 * point.y + 0.7 * t) + sin(3.4 * point.y - 2.2 * point.x - 1.1 * t));
    return vec4(sum, 0.25 + 1.15 * cloud * cloud * (3.0 - 2.0 * cloud), 1.0);
}

// One particle: its place in its cell, one over its radius squared in short sides, its brightness.
vec4 particle() {
    ivec2 cell = ivec2(gl_FragCoord.xy);
    vec3 first = chances(cell.x + 32 * cell.y);
    vec3 second = chances(cell.x + 32 * cell.y + 8192);
    vec3 third = chances(cell.x + 32 * cell.y + 16384);
    vec2 sway = vec2(sin(TIME * (0.4 + first.x) + 40.0 * second.x), cos(TIME * (0.5 + first.y) + 40.0 * second.y));
    vec2 middle = 0.5 + 0.30 * (first.xy - 0.5) + 0.07 * sway;

    int layer = cell.y / 32;
    float layers = float(layer);
    float pixel = 1.0 / min(IMG_SIZE(inputImage).x, IMG_SIZE(inputImage).y);
    float radius = 2.2 * max(0.0052 * pow(1.38, layers) * size * (0.45 + 0.55 * second.z * second.z), 0.9 * pixel);
    if (layer == LAYERS - 1) radius *= 0.45 + 1.1 * soft;
    radius = min(radius, 0.26 * WIDE * pow(GROWTH, layers)); // it stays within its cell

    float blink = 0.5 + 0.5 * sin(TIME * (2.0 + 5.0 * third.x) + 40.0 * third.y);
    float bright = mix(1.0, 0.15 + 1.35 * blink * blink, twinkle) * (0.14 + 0.86 * third.z * third.z * third.z);
    return vec4(middle, 1.0 / (radius * radius), bright * step(first.z, amount));
}

vec4 picture() {
    vec2 point = (gl_FragCoord.xy - 0.5 * RENDERSIZE) / min(RENDERSIZE.x, RENDERSIZE.y);
    vec3 field = IMG_THIS_NORM_PIXEL(flow).xyz;
    vec2 drift = vec2(0.013, rise * 0.07) * TIME;
    vec2 turn = vec2(1.0, 0.0); // each layer lies askew of the others, so that no rows show
    float wide = WIDE;
    float near = 0.35;          // how much of the movement a layer takes
    float sum = 0.0;
    float pale = 0.0;
    for (int i = 0; i < LAYERS; i++) {
        bool blurred = i == LAYERS - 1;
        vec2 from = (point - field.xy * (blurred ? 0.4 : near) - drift * near) / wide; // discs stay round
        vec2 at = vec2(from.x * turn.x - from.y * turn.y, from.x * turn.y + from.y * turn.x) + 0.5;
        vec2 cell = floor(at);
        vec4 told = texelFetch(dust, (ivec2(cell) & 31) + ivec2(0, 32 * i), 0);
        vec2 away = (at - cell - told.xy) * wide;
        float shape = max(1.0 - dot(away, away) * told.z, 0.0);
        // The nearest are out of focus: discs of even light. The others are points with a glow.
        float light = blurred ? soft * 0.42 * min(4.0 * shape, 1.0) * (1.3 - 0.5 * shape) : shape * shape * shape;
        if (i == 1) pale += told.w * light;
        else sum += told.w * light;
        turn = vec2(turn.x * 0.36 - turn.y * 0.933, turn.x * 0.933 + turn.y * 0.36);
        wide *= GROWTH;
        near *= 1.34;
    }
    vec3 light = (sum * color.rgb + pale * mix(color.rgb, vec3(1.0), 0.35)) * (1.6 * glow * field.z);
    vec3 below = IMG_THIS_PIXEL(inputImage).rgb * (1.0 - dim);
    return vec4(1.0 - (1.0 - below) * max(1.0 - light, 0.0), 1.0);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = throws();
    else if (PASSINDEX == 1) gl_FragColor = moved();
    else if (PASSINDEX == 2) gl_FragColor = particle();
    else gl_FragColor = picture();
}
