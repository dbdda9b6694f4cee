/*{
    "ISFVSN": "2",
    "VSN": "1",
    "TITLE": "Starfield",
    "DESCRIPTION": "Through the stars, with the photo as the sky behind them. Each beat pushes the flight on; at the drop it leaps to light speed, stars draw long streaks and slow down again.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Photo", "Beat", "Scene"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "speed", "LABEL": "Speed", "TYPE": "float", "MIN": 0.0, "MAX": 3.0, "DEFAULT": 1.0},
        {"NAME": "push", "LABEL": "Push on the beat", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "IDENTITY": 0.0},
        {"NAME": "leap", "LABEL": "Leap at the drop", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "IDENTITY": 0.0},
        {"NAME": "streak", "LABEL": "Length of the streaks", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.35, "IDENTITY": 0.0},
        {"NAME": "amount", "LABEL": "Number of stars", "TYPE": "float", "MIN": 0.1, "MAX": 1.0, "DEFAULT": 0.85},
        {"NAME": "color", "LABEL": "Colour", "TYPE": "color", "DEFAULT": [0.72, 0.84, 1.0, 1.0]},
        {"NAME": "treble", "LABEL": "Sparkle", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.3, "BIND": {"bind": "treble.envelope", "curve": "in"}},
        {"NAME": "dim", "LABEL": "Dim the photo", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "IDENTITY": 0.0},
        {"NAME": "beats", "LABEL": "Beats so far", "TYPE": "float", "MIN": 0.0, "MAX": 4096.0, "DEFAULT": 0.0, "BIND": "beat.count"},
        {"NAME": "within", "LABEL": "Within the beat", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "BIND": "beat.phase"},
        {"NAME": "since", "LABEL": "Seconds since the drop", "TYPE": "float", "MIN": 0.0, "MAX": 600.0, "DEFAULT": 600.0, "BIND": "drop.since"}
    ],
    "PASSES": [
        {"TARGET": "flight", "WIDTH": 84, "HEIGHT": 4, "FLOAT": true},
        {}
    ]
}*/

// The frame is cut into sectors about its middle, and each layer has one star in each sector. A
// star moves on a ray, so it never leaves its sector, and a pixel has to look at one star a layer.
// Where the stars are is the distance flown, in closed form: any frame can be drawn by itself.

const float SECTORS = 84.0;
const int LAYERS = 4;
const float TURN = 6.28318531;
const float CRUISE = 0.085;  // depths a second; a star lives for one depth
const float BEAT = 0.05;     // depths on a beat
const float LEAP = 1.6;      // depths a second at the drop
const float SLOW = 2.2;      // seconds in which a leap slows down to a third

// Three numbers from 0 to 1 out of one (PCG, O'Neill 2014).
vec3 chances(int n) {
    uint state = uint(n) * 747796405u + 2891336453u;
    uint word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
    word = (word >> 22u) ^ word;
    return vec3(float(word & 1023u), float((word >> 10u) & 1023u), float((word >> 20u) & 1023u)) / 1023.0;
}

// How far was flown, and how fast it goes now: steadily, by a push that eases out within each
// beat, and by a leap that slows down.
vec2 flown() {
    float left = 1.0 - within;
    float slow = exp(-since / SLOW);
    float far = speed * CRUISE * TIME + push * BEAT * (beats + 1.0 - left * left) + leap * LEAP * SLOW * (1.0 - slow);
    float pace = speed * CRUISE + push * BEAT * 4.0 * left + leap * LEAP * slow;
    return vec2(far, pace);
}

// The star of one sector and layer: where in the sector (0 to 1), how far from the middle are its
// head and its tail (short sides), and how bright it is.
vec4 star() {
    ivec2 cell = ivec2(gl_FragCoord.xy);
    vec2 fly = flown();
    float life = chances(cell.x + 128 * cell.y).x * 0.97 + 0.241 * float(cell.y) + fly.x;
    int times = int(floor(life));
    vec3 told = chances(cell.x + 128 * cell.y + 512 * (times + 1));
    float depth = 1.0 - fract(life);
    float aside = 0.05 + 0.45 * told.x; // from the axis of the flight
    float head = aside / max(depth, 0.02);
    float shutter = 0.01 + 0.42 * streak * streak;
    float tail = aside / (max(depth, 0.02) + shutter * fly.y * (1.0 + 2.0 * streak));
    float there = step(chances(cell.x + 128 * cell.y + 7919 * times).y, amount);
    float bright = smoothstep(0.0, 0.35, 1.0 - depth) * (0.25 + 0.75 * told.z * told.z) * there;
    return vec4(0.2 + 0.6 * told.y, head, tail, bright);
}

vec4 sky() {
    float unit = min(RENDERSIZE.x, RENDERSIZE.y);
    vec2 point = (gl_FragCoord.xy - 0.5 * RENDERSIZE) / unit;
    float r = length(point);
    float around = (atan(point.y, point.x) / TURN + 0.5) * SECTORS;
    float arc = r * TURN / SECTORS;  // width of the sector here
    float pixel = 1.0 / unit;
    vec3 sum = vec3(0.0);
    for (int i = 0; i < LAYERS; i++) {
        float k = float(i);
        float place = mod(around + 0.37 * k, SECTORS);
        vec4 told = texelFetch(flight, ivec2(int(place), i), 0);
        float across = (fract(place) - told.x) * arc;
        float along = r - clamp(r, told.z, told.y);
        float on = clamp((r - told.z) / max(told.y - told.z, 1e-4), 0.0, 1.0);
        float size = told.y * (0.0024 + 0.0009 * k);
        // A bright core in a faint glow, ending before the sector does; never finer than a pixel.
        float wide = min(max(size * (0.45 + 0.55 * on), 0.7 * pixel), max(0.058 * arc, 0.2 * pixel));
        float shape = max(1.0 - (across * across + along * along) / (12.0 * wide * wide), 0.0);
        shape *= shape;
        float light = 1.9 * told.w * shape * shape * (0.1 + 0.9 * on) * min(size / pixel + 0.2, 1.0);
        sum += light * (i == 1 ? vec3(1.0, 0.86, 0.70) : i == 3 ? vec3(1.0) : color.rgb);
    }
    float rush = leap * exp(-since / SLOW);
    vec3 picture = IMG_THIS_PIXEL(inputImage).rgb;
    picture *= 1.0 - dim * clamp(0.75 + 0.7 * r * r, 0.0, 1.0);
    vec3 light = sum * (1.0 + 0.8 * treble + 0.5 * rush) + color.rgb * 0.55 * rush * exp(-5.0 * r);
    return vec4(1.0 - (1.0 - picture) * max(1.0 - light, 0.0), 1.0);
}

void main() {
    gl_FragColor = PASSINDEX == 0 ? star() : sky();
}
