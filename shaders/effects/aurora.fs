/*{
    "ISFVSN": "2",
    "VSN": "1",
    "TITLE": "Aurora",
    "DESCRIPTION": "Curtains of northern light in the photo's own colours, or in yours, over the darkened photo. Each curtain grows and brightens with its own part of the sound: the low notes at the back, the high ones in front.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Photo", "Spectrum", "Scene"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "photo", "TYPE": "image"},
        {"NAME": "bass", "LABEL": "Back curtains", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "BIND": {"bind": "bass.envelope", "smooth": 0.15}},
        {"NAME": "mid", "LABEL": "Middle curtains", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "BIND": {"bind": "mid.envelope", "smooth": 0.15}},
        {"NAME": "treble", "LABEL": "Front curtain", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "BIND": {"bind": "treble.envelope", "smooth": 0.15}},
        {"NAME": "amount", "LABEL": "Brightness", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 1.0, "IDENTITY": 0.0},
        {"NAME": "height", "LABEL": "Height", "TYPE": "float", "MIN": 0.2, "MAX": 2.0, "DEFAULT": 1.0},
        {"NAME": "place", "LABEL": "Distance from below", "TYPE": "float", "MIN": -0.2, "MAX": 0.8, "DEFAULT": 0.25},
        {"NAME": "speed", "LABEL": "Speed", "TYPE": "float", "MIN": 0.0, "MAX": 3.0, "DEFAULT": 1.0},
        {"NAME": "own", "LABEL": "Colours of the photo", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.8},
        {"NAME": "color", "LABEL": "Colour below", "TYPE": "color", "DEFAULT": [0.25, 1.0, 0.62, 1.0]},
        {"NAME": "second", "LABEL": "Colour above", "TYPE": "color", "DEFAULT": [0.55, 0.3, 1.0, 1.0]},
        {"NAME": "dim", "LABEL": "Dim the photo", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.55, "IDENTITY": 0.0}
    ],
    "PASSES": [
        {"TARGET": "palette", "WIDTH": 6, "HEIGHT": 1, "FLOAT": true},
        {"TARGET": "folds", "WIDTH": "max($WIDTH / 2, min($WIDTH, 240))", "HEIGHT": 5, "FLOAT": true},
        {"TARGET": "sky", "WIDTH": "max($WIDTH / 4, min($WIDTH, 120))", "HEIGHT": "max($HEIGHT / 4, min($HEIGHT, 120))", "FLOAT": true},
        {}
    ]
}*/

// All that is particular to a curtain depends on the place along it alone, so it is found once for
// each column; the sky, at a quarter of the size, only looks it up.

const int CURTAINS = 5;

// Noise of two numbers (value noise on PCG's permutation, O'Neill 2014), 0 to 1.
float chance(int n) {
    uint state = uint(n) * 747796405u + 2891336453u;
    uint word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
    return float((word >> 22u) ^ word & 65535u) / 65535.0;
}

float noise(float x, float y, int seed) {
    vec2 p = vec2(x, y);
    vec2 f = fract(p);
    f = f * f * (3.0 - 2.0 * f);
    int i = int(floor(x)) + 1024 * (int(floor(y)) + 1024 * seed);
    return mix(mix(chance(i), chance(i + 1), f.x), mix(chance(i + 1024), chance(i + 1025), f.x), f.y);
}

// Pixel i is the colour of the photo in one of six places: the mean, where colourful pixels count
// more, made as bright and as pure as light is; alpha says whether there is any colour at all.
vec4 colours() {
    float i = floor(gl_FragCoord.x);
    vec2 corner = vec2(mod(i, 3.0) / 3.0, step(3.0, i) * 0.5);
    vec4 sum = vec4(0.0);
    for (int y = 0; y < 12; y++)
        for (int x = 0; x < 12; x++) {
            vec3 tone = IMG_NORM_PIXEL(photo, corner + (vec2(x, y) + 0.5) / 12.0 * vec2(1.0 / 3.0, 0.5)).rgb;
            float most = max(max(tone.r, tone.g), tone.b);
            float least = min(min(tone.r, tone.g), tone.b);
            sum += vec4(tone, 1.0) * (0.02 + (most - least) * most);
        }
    vec3 tone = sum.rgb / sum.a;
    float most = max(max(tone.r, tone.g), max(tone.b, 0.02));
    float least = min(min(tone.r, tone.g), tone.b);
    return vec4((tone - 0.75 * least) / (most - 0.75 * least), smoothstep(0.05, 0.3, (most - least) / most));
}

// One curtain at one place along it: its lower edge, how high it stands, how bright it is there.
vec4 fold() {
    int i = int(gl_FragCoord.y);
    float kind = float(i) / float(CURTAINS - 1); // 0 at the back, 1 in front
    float sound = i < 2 ? bass : i < 4 ? mid : treble;
    float t = TIME * speed * (0.14 + 0.05 * kind) + 5.3 * float(i);
    // Wider than the frame, since rays lean; in short sides, so that folds keep their shape.
    float frame = IMG_SIZE(inputImage).x / min(IMG_SIZE(inputImage).x, IMG_SIZE(inputImage).y);
    float x = (1.4 * isf_FragNormCoord.x - 0.2) * frame + 4.0;
    float bend = noise(x * 1.3, t * 0.8, i) - 0.5;
    float along = x + 0.55 * bend + 0.12 * noise(x * 4.0, t, i + 8);
    float edge = 0.42 * (noise(along * 0.9, t * 0.6, i + 16) - 0.5) + 0.14 * noise(along * 2.7, t * 0.9, i + 24);
    edge += place + 0.26 * (1.0 - kind) - 0.05;
    float rays = noise(along * 9.0, t * 1.7, i + 32) * 0.6 + noise(along * 31.0 + 2.0 * t, t * 2.6, i + 40) * 0.4;
    float veil = smoothstep(0.22, 0.75, noise(along * 0.8 - t * 0.5, t * 0.7, i + 48));
    float tall = height * (0.10 + 0.30 * sound) * (0.55 + 0.75 * rays + 0.3 * bend);
    float bright = veil * (0.34 + 1.06 * sound * sound) * (0.3 + 1.5 * rays * rays);
    return vec4(edge, max(tall, 0.02), bright, bend);
}

vec4 curtains() {
    vec2 size = IMG_SIZE(inputImage);
    float y = isf_FragNormCoord.y * size.y / min(size.x, size.y);
    float whole = size.y / min(size.x, size.y);
    vec3 sum = vec3(0.0);
    for (int i = 0; i < CURTAINS; i++) {
        // Rays lean outwards as they rise, as from a point far below.
        float x = 0.5 + (isf_FragNormCoord.x - 0.5) * (1.0 - 0.18 * isf_FragNormCoord.y) / 1.4;
        vec4 told = IMG_NORM_PIXEL(folds, vec2(x, (float(i) + 0.5) / float(CURTAINS)));
        float rise = (y - told.x * whole) / (told.y * (0.5 + 0.5 * whole));
        float light = rise > 0.0 ? exp(-1.7 * rise) : exp(12.0 * rise);
        light *= told.z * smoothstep(-0.25, 0.10, rise);
        float k = float(i);
        vec4 below = IMG_PIXEL(palette, vec2(k + 0.5, 0.5));
        vec4 above = IMG_PIXEL(palette, vec2(mod(k + 3.0, 6.0) + 0.5, 0.5));
        vec3 low = mix(color.rgb, below.rgb, own * below.a);
        vec3 high = mix(second.rgb, above.rgb, own * above.a);
        sum += light * mix(low, 0.8 * high, smoothstep(0.0, 1.3, rise + 0.5 * told.w));
    }
    return vec4(amount * sum, 1.0);
}

// Half a step of 8 bits of noise (interleaved gradient noise, Jimenez 2014): hides bands.
float dither() {
    return (fract(52.9829189 * fract(dot(gl_FragCoord.xy, vec2(0.06711056, 0.00583715)))) - 0.5) / 255.0;
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = colours();
    else if (PASSINDEX == 1) gl_FragColor = fold();
    else if (PASSINDEX == 2) gl_FragColor = curtains();
    else {
        vec3 picture = IMG_THIS_PIXEL(inputImage).rgb * (1.0 - dim);
        vec3 light = IMG_THIS_NORM_PIXEL(sky).rgb;
        light = light / (1.0 + 0.35 * light); // bright folds stay coloured
        gl_FragColor = vec4(1.0 - (1.0 - picture) * max(1.0 - light, 0.0) + dither(), 1.0);
    }
}
