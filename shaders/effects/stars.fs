/*{
    "ISFVSN": "2",
    "VSN": "2",
    "TITLE": "Starfield",
    "TITLE_RU": "Звёзды",
    "DESCRIPTION": "A flight through stars and clouds of the photo's colours, with the photo in front as a planet in the light of a sun. Each accent makes it swell, sends a ring of light out from it and pushes the flight on; at the drop it leaps to light speed, stars draw long streaks and slow down again.",
    "DESCRIPTION_RU": "Полёт сквозь звёзды и облака в цветах фото, а само фото впереди — планета в свете солнца. Каждый акцент раздувает её, пускает от неё кольцо света и ускоряет полёт; на дропе он срывается на скорость света, звёзды вытягиваются в длинные полосы и снова замедляются.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Photo", "Beat", "Scene"],
    "INPUTS": [
        {"NAME": "photo", "TYPE": "image"},
        {"NAME": "size", "LABEL": "Size of the photo", "LABEL_RU": "Размер фото", "GROUP": "place", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.66},
        {"NAME": "center", "LABEL": "Place of the photo", "LABEL_RU": "Положение фото", "TYPE": "point2D", "MIN": [0.0, 0.0], "MAX": [1.0, 1.0], "DEFAULT": [0.5, 0.5]},
        {"NAME": "speed", "LABEL": "Speed", "LABEL_RU": "Скорость", "TYPE": "float", "MIN": 0.0, "MAX": 3.0, "DEFAULT": 1.0},
        {"NAME": "push", "LABEL": "Push of an accent", "LABEL_RU": "Толчок от акцента", "GROUP": "response", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.9, "IDENTITY": 0.0},
        {"NAME": "leap", "LABEL": "Leap at the drop", "LABEL_RU": "Рывок на дропе", "GROUP": "response", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.8, "IDENTITY": 0.0},
        {"NAME": "streak", "LABEL": "Length of the streaks", "LABEL_RU": "Длина полос", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.4, "IDENTITY": 0.0},
        {"NAME": "amount", "LABEL": "Number of stars", "LABEL_RU": "Количество звёзд", "TYPE": "float", "MIN": 0.1, "MAX": 1.0, "DEFAULT": 1.0},
        {"NAME": "clouds", "LABEL": "Clouds", "LABEL_RU": "Облака", "GROUP": "response", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "IDENTITY": 0.0},
        {"NAME": "color", "LABEL": "Colour of the light", "LABEL_RU": "Цвет света", "TYPE": "color", "DEFAULT": [0.55, 0.72, 1.0, 1.0], "PHOTO": "vivid"},
        {"NAME": "level", "LABEL": "Level", "LABEL_RU": "Уровень", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "BIND": {"bind": "level.envelope", "smooth": 0.2}},
        {"NAME": "treble", "LABEL": "Sparkle", "LABEL_RU": "Искры", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.3, "BIND": {"bind": "treble.envelope", "curve": "in"}},
        {"NAME": "pulse", "LABEL": "Accent", "LABEL_RU": "Акцент", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "accent.pulse", "decay": 0.32}},
        {"NAME": "count", "LABEL": "Accents so far", "LABEL_RU": "Сколько было акцентов", "UNIT": "count", "TYPE": "float", "MIN": 0.0, "MAX": 16384.0, "DEFAULT": 0.0, "BIND": {"bind": "accent.count", "smooth": 0.5}},
        {"NAME": "since", "LABEL": "Seconds since the drop", "LABEL_RU": "Секунды после дропа", "UNIT": "s", "TYPE": "float", "MIN": 0.0, "MAX": 600.0, "DEFAULT": 600.0, "BIND": "drop.since"}
    ],
    "PASSES": [
        {"TARGET": "flight", "WIDTH": 112, "HEIGHT": 3, "FLOAT": true},
        {"TARGET": "space", "WIDTH": "max(ceil($WIDTH / 8), 16)", "HEIGHT": "max(ceil($HEIGHT / 8), 16)", "FLOAT": true},
        {"TARGET": "depths", "WIDTH": "max(ceil($WIDTH / 2), min($WIDTH, 400))", "HEIGHT": "max(ceil($HEIGHT / 2), min($HEIGHT, 400))"},
        {"TARGET": "globe", "WIDTH": "ceil(max(min($WIDTH, $HEIGHT) * $size * 1.1, 16))", "HEIGHT": "ceil(max(min($WIDTH, $HEIGHT) * $size * 1.1, 16))"},
        {}
    ]
}*/

// The frame is cut into sectors about the photo, and each layer has one star in each sector. A
// star moves on a ray, so it never leaves its sector, and a pixel has to look at one star a layer.
// The last layer has a third of the sectors, so its stars can be large.
// Where the stars are is the distance flown, in closed form: any frame can be drawn by itself.

const float SECTORS = 112.0;
const int LAYERS = 3;
const float LARGE = 28.0;    // sectors of the last layer
const float TURN = 6.28318531;
const float CRUISE = 0.07;   // depths a second; a star lives for one depth
const float PUSH = 0.05;     // depths of an accent
const float LEAP = 1.5;      // depths a second at the drop
const float SLOW = 1.6;      // seconds in which a leap slows down to a third

varying vec2 point; // of this pixel from the middle of the flight, in short sides (stars.vs)
varying vec2 ball;  // in radii of the planet
varying vec3 drive; // the leap; a pixel, in short sides; the planet's radius

// Three numbers from 0 to 1 out of one (PCG, O'Neill 2014).
vec3 chances(int n) {
    uint state = uint(n) * 747796405u + 2891336453u;
    uint word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
    word = (word >> 22u) ^ word;
    return vec3(float(word & 1023u), float((word >> 10u) & 1023u), float((word >> 20u) & 1023u)) / 1023.0;
}

// The star of one sector and layer: where in the sector (0 to 1), how far from the middle are its
// head and its tail (short sides), and how bright it is.
vec4 star() {
    ivec2 cell = ivec2(gl_FragCoord.xy);
    float far = speed * CRUISE * TIME + push * PUSH * count + leap * LEAP * SLOW * (1.0 - exp(-since / SLOW));
    float pace = speed * CRUISE + push * PUSH * 5.0 * pulse + LEAP * drive.x;
    float life = chances(cell.x + 128 * cell.y).x * 0.97 + 0.241 * float(cell.y) + far;
    int times = int(floor(life));
    vec3 luck = chances(cell.x + 128 * cell.y + 512 * (times + 1));
    float depth = 1.0 - fract(life);
    float aside = 0.07 + 0.5 * luck.x; // from the axis of the flight
    float head = aside / max(depth, 0.02);
    float shutter = 0.12 * streak * streak + 0.6 * streak * min(drive.x, 1.0);
    float tail = aside / (max(depth, 0.02) + shutter * pace);
    float there = step(chances(cell.x + 128 * cell.y + 7919 * times).y, amount);
    float bright = smoothstep(0.0, 0.35, 1.0 - depth) * (0.25 + 0.75 * luck.z * luck.z) * there;
    return vec4(0.36 + 0.28 * luck.y, head, tail, bright);
}

// Noise of two numbers (value noise), 0 to 1.
float noise(vec2 p) {
    vec2 f = fract(p);
    f = f * f * f * (f * (f * 6.0 - 15.0) + 10.0);
    int i = int(floor(p.x)) + 512 * int(floor(p.y));
    return mix(mix(chances(i).x, chances(i + 1).x, f.x), mix(chances(i + 512).x, chances(i + 513).x, f.x), f.y);
}

float clouds_at(vec2 p) {
    float sum = 0.0;
    float share = 0.5;
    for (int i = 0; i < 4; i++) {
        sum += share * noise(p);
        p = 2.03 * vec2(0.8 * p.x - 0.6 * p.y, 0.6 * p.x + 0.8 * p.y) + 31.7;
        share *= 0.45;
    }
    return sum;
}

// What is behind the stars: clouds in the colours of the photo's places, and the light of the leap.
vec4 behind() {
    float unit = min(RENDERSIZE.x, RENDERSIZE.y);
    vec2 p = (isf_FragNormCoord - center) * RENDERSIZE / unit;
    float r = length(p);
    vec2 way = p * (1.0 - 0.10 * min(drive.x, 1.0)) * 1.7 + vec2(40.0 + 0.013 * TIME, 40.0 - 0.021 * TIME);
    float bend = clouds_at(0.7 * way + 7.0);
    float thick = clouds_at(0.8 * way + 2.2 * bend);
    // The clouds lie in a band across the picture, as those of a galaxy do, with dark lanes in it.
    float across = (0.5 * p.x + 0.87 * p.y + 0.9 * (bend - 0.45)) / 0.5;
    float band = exp(-across * across);
    vec2 uv = clamp(isf_FragNormCoord + 0.25 * (vec2(bend, thick) - 0.47), 0.02, 0.98);
    vec3 tone = textureLod(photo, uv, log2(IMG_SIZE(photo).x / 5.0)).rgb;
    float grey = dot(tone, vec3(0.2126, 0.7152, 0.0722));
    tone = max(mix(vec3(grey), tone, 2.0) + 0.04 * color.rgb, 0.0);
    tone *= 0.42 / (0.12 + max(tone.r, max(tone.g, tone.b))); // of one brightness, bright photo or dark
    float veil = smoothstep(0.16, 0.74, thick) * (0.4 + 0.75 * band);
    vec3 sum = vec3(0.006, 0.008, 0.02) + 0.03 * tone;
    sum += clouds * veil * veil * tone * (1.5 + 1.1 * level + 1.1 * pulse + 0.8 * drive.x);
    sum += clouds * 0.35 * mix(color.rgb, tone, 0.4) * pow(veil, 4.0) * (0.4 + level + 0.6 * pulse);
    // Light from behind the photo, and rays of it at the leap.
    sum += color.rgb * (0.05 + 0.10 * level + 0.22 * pulse) * exp(-2.6 * max(r - 0.5 * size, 0.0) - 1.0 * r);
    float angle = atan(p.y, p.x) / TURN + 0.5;
    float ray = noise(vec2(mod(angle * 64.0, 64.0), 11.0)) * noise(vec2(mod(angle * 23.0, 23.0), 5.0 + 2.0 * since));
    sum += mix(color.rgb, vec3(1.0), 0.35) * drive.x * (0.45 * exp(-2.2 * r) + 1.3 * ray * ray * exp(-0.9 * r));
    return vec4(sum, 1.0);
}

// The stars' light.
vec3 stars_here() {
    float r = length(point);
    float turn = atan(point.y, point.x) / TURN + 0.5;
    float pixel = drive.y;
    vec3 sum = vec3(0.0);
    for (int i = 0; i < LAYERS; i++) {
        float k = float(i);
        float sectors = i == LAYERS - 1 ? LARGE : SECTORS;
        float arc = r * TURN / sectors;  // width of the sector here
        float sector = fract(turn + 0.37 * k / sectors) * sectors;
        vec4 star = texelFetch(flight, ivec2(int(sector), i), 0);
        float across = (fract(sector) - star.x) * arc;
        float along = r - clamp(r, star.z, star.y);
        float on = clamp((r - star.z) / max(star.y - star.z, 1e-4), 0.0, 1.0);
        // A round core in a wide glow, which ends before the sector does; never finer than a pixel.
        float core = min(star.y, 1.2) * (i == LAYERS - 1 ? 0.0048 : 0.003 + 0.0009 * k);
        float wide = max(core, 0.75 * pixel);
        float far = across * across + along * along;
        float reach = min(7.0 * wide, 0.35 * arc);
        float glow = max(1.0 - far / (reach * reach), 0.0);
        float light = (1.3 * exp(-far / (wide * wide)) + 0.28 * glow * glow * glow) * min(glow * 4.0, 1.0);
        light *= star.w * (0.15 + 0.85 * on) * min(core / pixel + 0.25, 1.0);
        sum += light * (i == 1 ? vec3(1.0, 0.86, 0.70) : mix(color.rgb, vec3(1.0), i == 0 ? 0.5 : 0.75));
    }
    return sum * 2.0 * (0.75 + 0.7 * treble + 1.1 * pulse + 0.9 * drive.x);
}

// Half a step of 8 bits of noise (interleaved gradient noise, Jimenez 2014): hides bands.
float dither() {
    return (fract(52.9829189 * fract(dot(gl_FragCoord.xy, vec2(0.06711056, 0.00583715)))) - 0.5) / 255.0;
}

// Space and its stars, in large frames at half their size.
vec4 far_away() {
    return vec4(1.0 - exp(-1.2 * (IMG_THIS_NORM_PIXEL(space).rgb + stars_here())) + dither(), 1.0);
}

// The photo as a planet in the light of a sun to the upper left, which stands still. Alpha: its air,
// thin in the middle and thick at the limb, bright on the side of the sun.
vec4 planet() {
    vec2 q = 2.0 * isf_FragNormCoord - 1.0;
    float r = min(length(q), 1.0);
    vec3 normal = vec3(q, sqrt(1.0 - r * r));
    // Drawn on a ball: what is in the middle comes nearer, what is at the limb turns away.
    vec2 on = q * mix(1.0, asin(r) / max(r, 1e-3) * 0.6366, 0.7);
    vec2 shape = IMG_SIZE(photo) / min(IMG_SIZE(photo).x, IMG_SIZE(photo).y);
    vec2 uv = 0.5 + 0.49 * on / shape;
    uv.y += 0.85 * (0.5 - 0.49 / shape.y); // of an upright photo the upper part: heads
    vec3 ground = IMG_NORM_PIXEL(photo, clamp(uv, 0.0, 1.0)).rgb;
    float sun = dot(normal, vec3(-0.48, 0.56, 0.675));
    ground *= 0.08 + 0.92 * smoothstep(-0.35, 0.75, sun);
    float gleam = pow(max(dot(normal, normalize(vec3(-0.48, 0.56, 1.675))), 0.0), 24.0);
    ground += (1.0 - ground) * 0.08 * gleam * vec3(1.0, 0.97, 0.92);
    float air = pow(1.0 - normal.z, 2.6) * (0.12 + 0.95 * smoothstep(-0.3, 0.8, sun));
    return vec4(ground, min(air, 1.0));
}

vec4 sky() {
    float r = length(ball);
    float shown = step(0.01, size);
    vec3 light = IMG_THIS_NORM_PIXEL(depths).rgb;
    float out_r = max(r - 1.0, 0.0) * drive.z;
    float side = 0.5 + 0.5 * dot(ball / max(r, 1e-3), vec2(-0.65, 0.76));
    vec3 glow = color.rgb * (0.30 + 0.30 * level + 0.9 * pulse + 0.8 * drive.x) * (0.7 * exp(-26.0 * out_r) + 0.45 * exp(-7.0 * out_r));
    glow *= 0.25 + 0.75 * side;
    // A ring of light leaves the planet with each accent, and thins out on its way.
    float ring = (r - 1.0 - 1.15 * (1.0 - pulse)) / (0.035 + 0.13 * (1.0 - pulse));
    glow += mix(color.rgb, vec3(1.0), 0.3) * 0.9 * pulse * pulse * exp(-ring * ring) * step(1e-4, pulse);
    light += (1.0 - light) * (1.0 - exp(-glow)) * shown;
    vec4 ground = IMG_NORM_PIXEL(globe, clamp(0.5 + 0.5 * ball, 0.0, 1.0));
    ground.rgb *= 1.0 + 0.22 * pulse + 0.25 * drive.x;
    vec3 haze = mix(color.rgb, vec3(1.0), 0.45) * ground.a * (0.8 + 0.6 * pulse + 0.3 * drive.x);
    ground.rgb += (1.0 - min(ground.rgb, 1.0)) * haze;
    light = mix(light, ground.rgb, clamp((1.0 - r) * drive.z / drive.y + 0.5, 0.0, 1.0) * shown);
    return vec4(light + dither(), 1.0);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = star();
    else if (PASSINDEX == 1) gl_FragColor = behind();
    else if (PASSINDEX == 2) gl_FragColor = far_away();
    else if (PASSINDEX == 3) gl_FragColor = planet();
    else gl_FragColor = sky();
}
