/*{
    "ISFVSN": "2",
    "VSN": "2",
    "TITLE": "Aurora",
    "TITLE_RU": "Северное сияние",
    "DESCRIPTION": "Curtains of green and violet northern light in the photo's sky, or over its upper part where it has none, before which it darkens as at dusk; their hems are bright and fringed with rose, and what stands in the middle and all that lies below is left as it is. Each curtain grows with its own part of the sound: the low notes at the back, the high ones in front. Accents run along the folds as light, loud music raises them all, and the drop sets the whole sky alight.",
    "DESCRIPTION_RU": "Полосы зелёного и фиолетового северного сияния в небе на фото, а если неба нет — в верхней части кадра, которая темнеет, как в сумерках; их нижние края ярки и окаймлены розовым, а то, что стоит посередине и лежит ниже, остаётся нетронутым. Каждая полоса растёт со своей частью звука: низкие ноты дальше, высокие ближе. Акценты пробегают по складкам светом, громкая музыка поднимает все полосы, а дроп зажигает всё небо.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Photo", "Spectrum", "Scene"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "photo", "TYPE": "image"},
        {"NAME": "bass", "LABEL": "Back curtains", "LABEL_RU": "Дальние полосы", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "BIND": {"bind": "bass.envelope", "smooth": 0.15}},
        {"NAME": "mid", "LABEL": "Middle curtains", "LABEL_RU": "Средние полосы", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "BIND": {"bind": "mid.envelope", "smooth": 0.15}},
        {"NAME": "treble", "LABEL": "Front curtain", "LABEL_RU": "Ближняя полоса", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "BIND": {"bind": "treble.envelope", "smooth": 0.15}},
        {"NAME": "heard", "LABEL": "Seconds of sound", "LABEL_RU": "Секунды звука", "UNIT": "s", "TYPE": "float", "MIN": 0.0, "MAX": 36000.0, "DEFAULT": 0.0, "BIND": "sounding.sum"},
        {"NAME": "amount", "LABEL": "Brightness", "LABEL_RU": "Яркость", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 1.0, "IDENTITY": 0.0},
        {"NAME": "height", "LABEL": "Height", "LABEL_RU": "Высота", "GROUP": "place", "TYPE": "float", "MIN": 0.2, "MAX": 2.0, "DEFAULT": 1.0},
        {"NAME": "place", "LABEL": "Higher or lower", "LABEL_RU": "Выше или ниже", "GROUP": "place", "TYPE": "float", "MIN": -0.5, "MAX": 0.5, "DEFAULT": 0.0},
        {"NAME": "speed", "LABEL": "Speed", "LABEL_RU": "Скорость", "TYPE": "float", "MIN": 0.0, "MAX": 3.0, "DEFAULT": 1.0},
        {"NAME": "color", "LABEL": "Colour below", "LABEL_RU": "Цвет внизу", "TYPE": "color", "DEFAULT": [0.12, 1.0, 0.42, 1.0]},
        {"NAME": "second", "LABEL": "Colour above", "LABEL_RU": "Цвет вверху", "TYPE": "color", "DEFAULT": [0.5, 0.16, 1.0, 1.0]},
        {"NAME": "dim", "LABEL": "Night", "LABEL_RU": "Ночь", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "IDENTITY": 0.0},
        {"NAME": "behind", "LABEL": "Behind dark things", "LABEL_RU": "За тёмными предметами", "ADVANCED": true, "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.9, "IDENTITY": 0.0},
        {"NAME": "pulse", "LABEL": "Accent", "LABEL_RU": "Акцент", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "accent.pulse", "decay": 0.35}},
        {"NAME": "loud", "LABEL": "Loudness", "LABEL_RU": "Громкость", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "loudness", "from": [0.86, 0.985], "curve": "in", "smooth": 0.3}},
        {"NAME": "since", "LABEL": "Seconds since the drop", "LABEL_RU": "Секунды после дропа", "UNIT": "s", "TYPE": "float", "MIN": 0.0, "MAX": 600.0, "DEFAULT": 600.0, "BIND": "drop.since"}
    ],
    "PASSES": [
        {"TARGET": "horizon", "WIDTH": 1, "HEIGHT": 1, "FLOAT": true},
        {"TARGET": "open", "WIDTH": "max($WIDTH / 16, 24)", "HEIGHT": "max($HEIGHT / 16, 24)"},
        {"TARGET": "near", "WIDTH": "max($WIDTH / 16, 24)", "HEIGHT": "max($HEIGHT / 16, 24)"},
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

// Where the photo's sky ends, as a share of its height from below (red), how sure that is (green),
// and how bright the upper part is (blue): the row that parts a bright and even part above from a darker one below best.
vec4 skyline() {
    float rows[24];
    float sum = 0.0;
    for (int y = 0; y < 24; y++) {
        rows[y] = 0.0;
        for (int x = 0; x < 12; x++) {
            vec2 uv = (vec2(x, y) + 0.5) / vec2(12.0, 24.0);
            vec3 tone = textureLod(photo, uv, log2(IMG_SIZE(photo).y / 24.0)).rgb;
            rows[y] += dot(tone, vec3(0.2126, 0.7152, 0.0722)) / 12.0;
        }
        sum += rows[y];
    }
    float best = 0.0;
    float ends = 0.36;
    float low = 0.0;
    for (int y = 0; y < 18; y++) {
        low += rows[y];
        float share = float(y + 1) / 24.0;
        float step_up = (sum - low) / float(23 - y) - low / float(y + 1);
        // The variance between both parts (Otsu 1979), where the upper one is the brighter.
        float score = step_up * step_up * share * (1.0 - share) * sign(step_up);
        if (y >= 3 && score > best) {
            best = score;
            ends = share;
        }
    }
    float sure = smoothstep(0.003, 0.015, best);
    float bright = 0.0;
    for (int y = 14; y < 24; y++) bright += rows[y] / 10.0;
    // How much detail there is around the middle: a subject, or open sky.
    float detail = 0.0;
    float fine = log2(IMG_SIZE(photo).y / 128.0);
    for (int i = 0; i < 256; i++) {
        vec2 uv = vec2(0.34, 0.42) + vec2(i % 16, i / 16) * vec2(0.32, 0.5) / 15.0;
        vec3 apart = textureLod(photo, uv, fine).rgb - textureLod(photo, uv, fine + 2.5).rgb;
        detail += length(apart) / 256.0;
    }
    return vec4(mix(0.36, ends, sure), sure, bright, smoothstep(0.02, 0.055, detail));
}

// How much a colour looks like skin: red over green over blue, some way apart, and not pure.
float skin(vec3 tone) {
    float pure = (tone.r - tone.b) / max(tone.r, 0.05);
    return smoothstep(0.05, 0.16, tone.r - tone.b) * smoothstep(0.06, 0.13, tone.r - tone.g) * smoothstep(-0.02, 0.04, tone.g - tone.b) * (1.0 - smoothstep(0.6, 0.8, pure));
}

// Where sky can be: red is 1 where the picture is even and no skin is near. Green: how much of it is skin.
vec4 opened() {
    vec2 size = IMG_SIZE(inputImage);
    vec2 reach = 0.035 * min(size.x, size.y) / size;
    float sum = 0.0;
    float squares = 0.0;
    float flesh = 0.0;
    for (int i = 0; i < 25; i++) {
        vec3 tone = IMG_NORM_PIXEL(inputImage, isf_FragNormCoord + reach * (vec2(i % 5, i / 5) - 2.0) * 0.5).rgb;
        float grey = dot(tone, vec3(0.2126, 0.7152, 0.0722));
        sum += grey / 25.0;
        squares += grey * grey / 25.0;
        flesh += skin(tone) / 25.0;
    }
    float uneven = sqrt(max(squares - sum * sum, 0.0));
    // By day sky is also about as bright as the upper part of the photo is.
    float above = IMG_NORM_PIXEL(horizon, vec2(0.5)).b;
    float dark = mix(1.0, smoothstep(0.4, 0.75, sum / max(above, 0.05)), smoothstep(0.12, 0.45, above));
    return vec4((1.0 - smoothstep(0.03, 0.11, uneven)) * (1.0 - smoothstep(0.1, 0.5, flesh)) * dark, flesh, 0.0, 1.0);
}

// How much of the frame's height the photo fills: all of it unless it is much wider than the frame.
float tall() {
    vec2 frame = IMG_SIZE(inputImage);
    vec2 size = IMG_SIZE(photo);
    return clamp(size.y / size.x * frame.x / frame.y, 0.3, 1.0);
}

// How much of a place is beside or above the photo, where the frame is of another shape: nothing stands there.
float filled() {
    vec2 frame = IMG_SIZE(inputImage);
    vec2 size = IMG_SIZE(photo);
    vec2 share = min(vec2(size.x / size.y * frame.y / frame.x, size.y / size.x * frame.x / frame.y), 1.0);
    vec2 off = abs(isf_FragNormCoord - 0.5) - 0.5 * share;
    return smoothstep(-0.07, 0.02, max(off.x, off.y)) * step(min(share.x, share.y), 0.745); // a shape close to the frame's is cropped
}

// How much a place belongs to a subject in the middle, in photos that have one; a sky at night has none.
float subject() {
    vec2 found = IMG_NORM_PIXEL(horizon, vec2(0.5)).ba;
    float oval = length((isf_FragNormCoord - vec2(0.5, 0.5 + 0.04 * tall())) / vec2(0.21, 0.42 * tall()));
    return (1.0 - smoothstep(0.75, 1.5, oval)) * found.y * smoothstep(0.12, 0.3, found.x);
}

// Both blurred, so that no edge of them shows. By day nothing is sky that a ridge parts from the top.
vec4 blurred() {
    vec2 step_ = 1.6 / IMG_SIZE(open);
    vec2 sum = vec2(0.0);
    float day = smoothstep(0.12, 0.45, IMG_NORM_PIXEL(horizon, vec2(0.5)).b);
    for (int i = 0; i < 25; i++) {
        vec2 at = isf_FragNormCoord + step_ * (vec2(i % 5, i / 5) - 2.0);
        vec2 here = IMG_NORM_PIXEL(open, at).rg;
        float least = here.x;
        for (float y = at.y + 0.03; y < 0.97; y += 0.045) least = min(least, IMG_NORM_PIXEL(open, vec2(at.x, y)).r);
        sum += vec2(mix(here.x, min(here.x, smoothstep(0.05, 0.5, least)), day), here.y) / 25.0;
    }
    return vec4(sum, 0.0, 1.0);
}

// How much of the sky's light reaches this place: in the upper part, softly, hardly over a subject.
float lit(float free) {
    float high = smoothstep(0.36 + place, 0.72 + place, isf_FragNormCoord.y);
    return high * mix(1.0, mix(0.05, 1.0, free), behind) * (1.0 - 0.85 * subject());
}

// How much of the drop there is now.
float surge() {
    return exp(-since / 1.6) * smoothstep(-0.04, 0.05, since);
}

// The height of the frame where the sky ends.
float sky_ends() {
    return max(0.5 + (IMG_NORM_PIXEL(horizon, vec2(0.5)).r - 0.5) * tall(), 0.48);
}

// One curtain at one place along it: its lower edge, how high it stands, how bright it is there.
vec4 fold() {
    int i = int(gl_FragCoord.y);
    float kind = float(i) / float(CURTAINS - 1); // 0 at the back, 1 in front
    float sound = i < 2 ? bass : i < 4 ? mid : treble;
    float t = heard * speed * (0.14 + 0.05 * kind) + 5.3 * float(i);
    // Wider than the frame, since rays lean; in short sides, so that folds keep their shape.
    float frame = IMG_SIZE(inputImage).x / min(IMG_SIZE(inputImage).x, IMG_SIZE(inputImage).y);
    float x = (1.4 * isf_FragNormCoord.x - 0.2) * frame + 4.0;
    float bend = noise(x * 1.3, t * 0.8, i) - 0.5;
    float along = x + 0.55 * bend + 0.12 * noise(x * 4.0, t, i + 8);
    float edge = 0.62 * (noise(along * 0.9, t * 0.6, i + 16) - 0.5) + 0.16 * noise(along * 2.7, t * 0.9, i + 24);
    edge += 0.16 * (noise(along * 6.5, t * 1.2, i + 56) - 0.5) + 0.08 * (noise(along * 17.0, t * 1.9, i + 64) - 0.5); // ragged
    edge = 1.1 * edge + sky_ends() + place + 0.24 * (1.0 - kind) + 0.02;
    float rays = noise(along * 9.0, t * 1.7, i + 32) * 0.6 + noise(along * 31.0 + 2.0 * t, t * 2.6, i + 40) * 0.4;
    float veil = smoothstep(0.22, 0.75, noise(along * 0.8 - t * 0.5, t * 0.7, i + 48));
    // The light of an accent runs along the folds, from the middle to both sides.
    float run = abs(1.4 * isf_FragNormCoord.x - 0.7) * frame - 1.1 * (1.0 - sqrt(max(pulse, 0.0)));
    float flare = pulse * (0.4 + 0.9 * exp(-run * run / 0.08));
    float reach = height * (0.12 + 0.32 * sound + 0.16 * pulse + 0.2 * loud + 0.2 * surge()) * (0.5 + 0.85 * rays + 0.3 * bend);
    float shine = 0.07 + 0.3 * rays + 2.7 * rays * rays * rays;
    float bright = 1.2 * veil * ((0.26 + 0.85 * sound * sound) * (1.0 + 1.1 * loud) + 0.9 * surge() + 0.95 * flare) * shine;
    bright += 2.1 * flare * (0.3 + 0.7 * veil) * rays * rays * rays * rays;
    return vec4(edge, max(reach, 0.02), bright, bend);
}

// A colour as pure and as bright as light is.
vec3 pure(vec3 tone) {
    float most = max(max(tone.r, tone.g), max(tone.b, 0.02));
    float least = 0.75 * min(min(tone.r, tone.g), tone.b);
    return (tone - least) / max(most - least, 0.02);
}

vec4 curtains() {
    vec2 size = IMG_SIZE(inputImage);
    float y = isf_FragNormCoord.y * size.y / min(size.x, size.y);
    float whole = size.y / min(size.x, size.y);
    vec3 sum = vec3(0.0);
    float total = 0.0;
    float squares = 1e-5;
    for (int i = 0; i < CURTAINS; i++) {
        // Rays lean outwards as they rise, as from a point far below.
        float x = 0.5 + (isf_FragNormCoord.x - 0.5) * (1.0 - 0.18 * isf_FragNormCoord.y) / 1.4;
        vec4 curtain = IMG_NORM_PIXEL(folds, vec2(x, (float(i) + 0.5) / float(CURTAINS)));
        float rise = (y - curtain.x * whole) / (curtain.y * (0.5 + 0.5 * whole));
        float hem = clamp(9.0 + 16.0 * curtain.w, 3.0, 16.0); // how sharp it is, there
        float light = rise > 0.0 ? 0.7 * exp(-1.6 * rise) + 0.55 * exp(-7.0 * rise) : 1.25 * exp(hem * rise);
        light *= curtain.z * smoothstep(-1.5, 0.3, rise);
        float k = float(i) / float(CURTAINS - 1);
        vec3 low = mix(pure(color.rgb), pure(second.rgb), 0.5 * k * k);
        vec3 high = mix(pure(second.rgb), pure(color.rgb), 0.3 * (1.0 - k));
        vec3 tone = mix(low, 0.62 * high, smoothstep(0.0, 0.85, rise + 0.5 * curtain.w));
        // Nitrogen glows rose along the hem.
        tone = mix(tone, mix(pure(second.rgb), vec3(1.0, 0.32, 0.5), 0.6), 0.45 * exp(-max(rise + 0.06, 0.0) / 0.07) * (0.4 + 0.6 * k));
        sum += light * light * tone;
        total += light;
        squares += light * light;
    }
    // Where curtains cross, the brighter one gives the colour: their sum would be a pale cyan.
    return vec4(amount * total / squares * sum, 1.0);
}

// Half a step of 8 bits of noise (interleaved gradient noise, Jimenez 2014): hides bands.
float dither() {
    return (fract(52.9829189 * fract(dot(gl_FragCoord.xy, vec2(0.06711056, 0.00583715)))) - 0.5) / 255.0;
}

// The sky of the photo at dusk behind the light, and the photo below as it is but for the light
// that falls on it. Dark things stand before the light.
vec4 night() {
    vec3 picture = IMG_THIS_PIXEL(inputImage).rgb;
    float grey = dot(picture, vec3(0.2126, 0.7152, 0.0722));
    float up = isf_FragNormCoord.y - sky_ends();
    float above = IMG_NORM_PIXEL(horizon, vec2(0.5)).b;
    float day = smoothstep(0.12, 0.45, above);
    vec2 around = IMG_THIS_NORM_PIXEL(near).rg;
    float flesh = smoothstep(0.04, 0.3, around.y) * subject();
    float keep = max(flesh, 0.75 * subject());
    // Dusk comes down from the top: blue and deep there, and gone where the ground begins.
    float dusk = dim * smoothstep(-0.22, 0.42, up) * (1.0 - keep);
    float deep = dusk * mix(0.55, 1.0, day);
    vec3 dark = mix(picture, grey * vec3(0.42, 0.62, 1.1), 0.7 * deep);
    dark *= 1.0 - deep * (0.35 + 0.6 * smoothstep(0.05, 0.8, grey)) * (0.85 + 0.3 * day * around.x);
    // By day the ground lies in the dusk too, cooler and darker, least where the subject is.
    dark *= mix(vec3(1.0), vec3(0.62, 0.74, 0.9), 0.75 * dim * day * (1.0 - keep));
    // Everywhere a little harder, so that light has something to stand out from.
    float hard = 0.5 * dim * (1.0 - keep);
    dark += hard * dark * (1.0 - dark) * (2.0 * dark - 1.0 - 0.25 * day);
    vec3 light = IMG_THIS_NORM_PIXEL(sky).rgb;
    light *= 1.0 + 1.9 * day;
    // Gaps between the folds stay dark, and bright folds keep their rays.
    float power = max(max(light.r, light.g), max(light.b, 1e-4));
    float curve = pow(power, 1.45);
    light *= (0.92 + 0.08 * pulse) * curve / (0.75 + curve) / power;
    float bright = 0.1 + 0.9 * above;
    float aside = filled();
    light *= mix(1.0, 0.16 + 0.84 * smoothstep(0.02 * bright, 0.6 * bright, grey), behind * (1.0 - aside));
    light *= lit(max(around.x, aside)) * (1.0 - flesh);
    float fall = smoothstep(0.25, -0.25, up) * (0.08 + 0.4 * pulse + 0.9 * surge()) * (1.0 - 0.6 * keep);
    dark += dark * (1.0 - dark) * mix(color.rgb, second.rgb, 0.3) * 1.6 * amount * fall;
    return vec4(1.0 - (1.0 - clamp(dark, 0.0, 1.0)) * max(1.0 - light, 0.0) + dither(), 1.0);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = skyline();
    else if (PASSINDEX == 1) gl_FragColor = opened();
    else if (PASSINDEX == 2) gl_FragColor = blurred();
    else if (PASSINDEX == 3) gl_FragColor = fold();
    else if (PASSINDEX == 4) gl_FragColor = curtains();
    else gl_FragColor = night();
}
