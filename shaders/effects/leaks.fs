/*{
    "ISFVSN": "2",
    "VSN": "1",
    "TITLE": "Light leaks",
    "TITLE_RU": "Засветы плёнки",
    "DESCRIPTION": "Warm light that leaks into an old camera: it drifts in from the edges and swells with the music, and every accent lets a burst of it in. The picture weaves a little in the gate, as film does.",
    "DESCRIPTION_RU": "Тёплый свет проникает в старую камеру: вплывает с краёв, нарастает с музыкой, и каждый акцент впускает вспышку. Кадр слегка дрожит, как плёнка в окне камеры.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Photo", "Film", "Scene"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "heard", "LABEL": "Seconds of sound", "LABEL_RU": "Секунды звука", "UNIT": "s", "TYPE": "float", "MIN": 0.0, "MAX": 36000.0, "DEFAULT": 0.0, "BIND": "sounding.sum"},
        {"NAME": "amount", "LABEL": "Amount of light", "LABEL_RU": "Количество света", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.55, "IDENTITY": 0.0},
        {"NAME": "color", "LABEL": "Colour of the light", "LABEL_RU": "Цвет света", "TYPE": "color", "DEFAULT": [1.0, 0.42, 0.12, 1.0]},
        {"NAME": "second", "LABEL": "Second colour", "LABEL_RU": "Второй цвет", "TYPE": "color", "DEFAULT": [1.0, 0.17, 0.1, 1.0]},
        {"NAME": "drift", "LABEL": "Drift", "LABEL_RU": "Медленное движение", "TYPE": "float", "MIN": 0.0, "MAX": 3.0, "DEFAULT": 1.0},
        {"NAME": "swell", "LABEL": "Swell", "LABEL_RU": "Нарастание", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "BIND": {"bind": "level.envelope", "curve": "in", "smooth": 0.4}},
        {"NAME": "hit", "LABEL": "Accent", "LABEL_RU": "Акцент", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "accent.pulse", "decay": 0.45}},
        {"NAME": "flare", "LABEL": "Flare of an accent", "LABEL_RU": "Вспышка на акценте", "GROUP": "response", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "IDENTITY": 0.0},
        {"NAME": "beams", "LABEL": "Beams from above", "LABEL_RU": "Лучи сверху", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0},
        {"NAME": "weave", "LABEL": "Gate weave", "LABEL_RU": "Дрожание кадра", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.3, "IDENTITY": 0.0},
        {"NAME": "fade", "LABEL": "Faded film", "LABEL_RU": "Выцветшая плёнка", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.22, "IDENTITY": 0.0}
    ],
    "PASSES": [
        {"TARGET": "wander", "WIDTH": 8, "HEIGHT": 1, "FLOAT": true},
        {"TARGET": "glow", "WIDTH": "max($WIDTH / 16, min($WIDTH, 96))", "HEIGHT": "max($HEIGHT / 16, min($HEIGHT, 96))", "FLOAT": true},
        {}
    ]
}*/

// Where each leak is and what the gate does: eight pixels. The light itself has no detail, so it
// is drawn at a sixteenth of the size. What is left for the whole frame is two fetches.

// Noise of one number (value noise on PCG's permutation, O'Neill 2014), 0 to 1.
float chance(int n) {
    uint state = uint(n) * 747796405u + 2891336453u;
    uint word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
    return float((word >> 22u) ^ word & 65535u) / 65535.0;
}

float noise(float x, int seed) {
    float f = fract(x);
    int i = int(floor(x)) + 4096 * seed;
    return mix(chance(i), chance(i + 1), f * f * (3.0 - 2.0 * f));
}

// Pixels 0 to 4 are leaks: place along the edge, depth, brightness, warmth. Pixel 6 is the gate:
// its offset in thousandths of the short side, and how bright the lamp is.
vec4 motion() {
    int i = int(gl_FragCoord.x);
    if (i == 6) {
        float t = heard * 11.0; // a hop with every other frame, and a slow slip
        vec2 hop = vec2(noise(t, 1), noise(t, 2)) - 0.5;
        vec2 slip = vec2(noise(heard * 0.9, 3), noise(heard * 1.3, 4)) - 0.5;
        return vec4(1.2 * hop + vec2(2.5, 4.0) * slip, noise(heard * 7.0, 5) - 0.5, 0.0);
    }
    float t = heard * drift * (0.11 + 0.03 * float(i)) + 3.7 * float(i);
    float along = noise(t, 10 + i);
    float depth = 0.22 * noise(t * 1.3, 20 + i) - 0.12;
    float bright = smoothstep(0.35, 0.85, noise(t * 1.7, 30 + i));
    return vec4(along, depth, bright, noise(t * 0.8, 40 + i));
}

// One leak: an oval of light that lies on an edge, whiter towards its middle.
vec3 leak(vec2 point, vec2 middle, vec2 wide, vec4 spot) {
    vec2 d = (point - middle) / wide;
    float far = dot(d, d);
    float light = spot.z / (1.0 + 0.6 * far) * exp(-1.25 * far); // a hot core in a wide haze
    vec3 tone = mix(color.rgb, second.rgb, spot.w);
    return light * mix(1.5 * tone, vec3(1.6, 1.2, 0.75), smoothstep(0.35, 1.1, light));
}

// Lamps above the frame whose beams cross as on a stage: faint with the level, and lit by an accent.
vec3 lamps(vec2 point, vec2 frame) {
    vec3 sum = vec3(0.0);
    for (int i = 0; i < 5; i++) {
        float k = float(i);
        vec2 from = vec2(frame.x * (k + 0.5) / 5.0, frame.y + 0.12);
        float lean = 0.62 * sin(heard * drift * (0.21 + 0.05 * k) + 2.4 * k) + 0.22 * (2.0 - k);
        vec2 to = point - from;
        float down = max(-to.y, 1e-3);
        float aside = (to.x - lean * down) / (0.03 + 0.15 * down);
        float cone = exp(-aside * aside) * (1.0 - 0.75 * smoothstep(0.1, 1.1 * frame.y, down));
        vec3 tone = i == 2 ? vec3(1.0, 0.94, 0.84) : i % 2 == 0 ? color.rgb : second.rgb;
        sum += cone * (i == 2 ? 0.8 : 1.0) * tone;
    }
    // Less where the picture is bright already, and in its middle, where faces are.
    vec3 below = IMG_NORM_PIXEL(inputImage, isf_FragNormCoord).rgb;
    vec2 off = (isf_FragNormCoord - vec2(0.5, 0.6)) / vec2(0.22, 0.35);
    sum *= (1.0 - 0.7 * smoothstep(0.3, 0.85, dot(below, vec3(0.2126, 0.7152, 0.0722)))) * (1.0 - 0.45 * exp(-dot(off, off)));
    return sum * (0.1 + 0.16 * swell + 1.4 * hit);
}

vec4 light() {
    vec2 frame = RENDERSIZE / min(RENDERSIZE.x, RENDERSIZE.y);
    vec2 point = isf_FragNormCoord * frame;
    float breath = 0.33 + 0.65 * swell + 1.1 * flare * hit;
    float grown = 0.85 + 0.25 * swell + 0.2 * flare * hit;
    vec3 sum = vec3(0.0);
    for (int i = 0; i < 5; i++) {
        vec4 spot = IMG_PIXEL(wander, vec2(float(i) + 0.5, 0.5));
        // The first three lean in from the sides, the others from above and below.
        vec2 middle = i < 3
            ? vec2(i == 1 ? frame.x - spot.y : spot.y, frame.y * spot.x)
            : vec2(frame.x * spot.x, i == 3 ? frame.y - spot.y : spot.y);
        vec2 wide = i < 3 ? vec2(0.24 + 0.14 * spot.w, 0.62) : vec2(0.75, 0.17 + 0.10 * spot.w);
        sum += leak(point, middle, wide * grown, spot);
    }
    // A thin veil across the picture from the brightest leak, as in a lens.
    vec4 first = IMG_PIXEL(wander, vec2(1.5, 0.5));
    float line = (point.y - frame.y * first.x) / 0.10;
    sum += 0.30 * first.z * exp(-line * line) * exp((point.x - frame.x) * 0.9) * mix(color.rgb, vec3(1.0), 0.25);
    sum *= breath;
    // An accent opens the back of the camera a crack: a hot streak from one side, and its echo from the other.
    vec4 crack = IMG_PIXEL(wander, vec2(2.5, 0.5));
    float side = crack.w < 0.5 ? point.x : frame.x - point.x;
    float lean = side / frame.x + 0.22 * (point.y / frame.y - crack.x);
    float streak = exp(-max(lean, 0.0) / 0.19) + 0.35 * exp(-max(1.0 - lean, 0.0) / 0.12);
    streak *= 0.55 + 0.45 * exp(-pow((point.y / frame.y - crack.x) / 0.45, 2.0));
    float burst = 6.5 * flare * hit * streak;
    sum += burst * mix(mix(color.rgb, second.rgb, 0.75 * smoothstep(0.5, 0.05, streak)), vec3(1.3, 1.05, 0.7), 0.55 * smoothstep(0.55, 1.1, streak));
    return vec4(amount * sum + beams * lamps(point, frame), 1.0);
}

// Half a step of 8 bits of noise (interleaved gradient noise, Jimenez 2014): hides bands.
float dither() {
    return (fract(52.9829189 * fract(dot(gl_FragCoord.xy, vec2(0.06711056, 0.00583715)))) - 0.5) / 255.0;
}

vec4 film() {
    vec4 gate = IMG_PIXEL(wander, vec2(6.5, 0.5));
    vec2 slip = weave * 0.0012 * gate.xy * min(RENDERSIZE.x, RENDERSIZE.y) / RENDERSIZE;
    vec2 uv = 0.5 + (isf_FragNormCoord - 0.5) * (1.0 - 0.012 * weave) + slip; // no edge comes into view
    vec3 picture = IMG_NORM_PIXEL(inputImage, uv).rgb;
    // Old film: blacks lifted and warm, highlights creamy, colours paler; the lamp is not steady.
    float grey = dot(picture, vec3(0.2126, 0.7152, 0.0722));
    vec3 old = mix(vec3(grey), picture, 0.78) * vec3(0.96, 0.905, 0.82) + vec3(0.03, 0.02, 0.022);
    picture = mix(picture, old, fade) * (1.0 + 0.05 * fade * gate.z);
    vec3 glare = IMG_THIS_NORM_PIXEL(glow).rgb;
    glare *= (1.0 - 0.25 * grey * grey) * mix(0.72, 1.0, smoothstep(0.0, 0.3, grey)); // no veil over the dark
    // Never a hard edge where light burns out: there it pales towards a warm white, in its own hue.
    float burnt = max(glare.r, max(glare.g, glare.b));
    glare = mix(glare / max(burnt, 1e-3), vec3(1.0, 0.9, 0.74), 0.7 * smoothstep(0.7, 2.4, burnt)) * (1.0 - exp(-1.05 * burnt));
    // White takes on the light's colour, where it cannot become brighter.
    float strong = max(glare.r, max(glare.g, glare.b));
    picture *= mix(vec3(1.0), glare / max(strong, 1e-3), 0.55 * min(strong, 1.0) * smoothstep(0.45, 0.95, grey));
    return vec4(1.0 - (1.0 - picture) * max(1.0 - glare, 0.0) + dither(), 1.0);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = motion();
    else if (PASSINDEX == 1) gl_FragColor = light();
    else gl_FragColor = film();
}
