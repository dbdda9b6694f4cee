/*{
    "ISFVSN": "2",
    "VSN": "2",
    "TITLE": "Tunnel",
    "TITLE_RU": "Тоннель",
    "DESCRIPTION": "The photo at the end of a corridor that its light falls into. Frames of light come out of it and pass by as each accent is heard; at the drop the flight leaps forward.",
    "DESCRIPTION_RU": "Фото в конце коридора, в который падает его свет. Оттуда выходят рамки света и проносятся мимо в момент каждого акцента; на дропе полёт рвётся вперёд.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Photo", "Beat", "Motion"],
    "INPUTS": [
        {"NAME": "photo", "TYPE": "image"},
        {"NAME": "history", "TYPE": "audioHistory", "PAST": 0.5, "FUTURE": 4.0, "MAX": 8},
        {"NAME": "pulse", "LABEL": "Accent", "LABEL_RU": "Акцент", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "accent.pulse", "decay": 0.22, "smooth": 0.04}},
        {"NAME": "level", "LABEL": "Level", "LABEL_RU": "Уровень", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "BIND": {"bind": "level.envelope", "smooth": 0.2}},
        {"NAME": "since", "LABEL": "Seconds since the drop", "LABEL_RU": "Секунды после дропа", "UNIT": "s", "TYPE": "float", "MIN": 0.0, "MAX": 600.0, "DEFAULT": 600.0, "BIND": "drop.since"},
        {"NAME": "heard", "LABEL": "Seconds of sound", "LABEL_RU": "Секунды звука", "UNIT": "s", "TYPE": "float", "MIN": 0.0, "MAX": 36000.0, "DEFAULT": 0.0, "BIND": "sounding.sum"},
        {"NAME": "size", "LABEL": "Size of the photo", "LABEL_RU": "Размер фото", "GROUP": "place", "TYPE": "float", "MIN": 0.2, "MAX": 0.9, "DEFAULT": 0.56},
        {"NAME": "center", "LABEL": "Place of the photo", "LABEL_RU": "Положение фото", "TYPE": "point2D", "MIN": [0.0, 0.0], "MAX": [1.0, 1.0], "DEFAULT": [0.5, 0.5]},
        {"NAME": "speed", "LABEL": "Speed", "LABEL_RU": "Скорость", "TYPE": "float", "MIN": 0.25, "MAX": 3.0, "DEFAULT": 1.0},
        {"NAME": "twist", "LABEL": "Twist", "LABEL_RU": "Закручивание", "TYPE": "float", "MIN": -1.0, "MAX": 1.0, "DEFAULT": 0.1, "IDENTITY": 0.0},
        {"NAME": "rings", "LABEL": "Frames of light", "LABEL_RU": "Рамки света", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.8, "IDENTITY": 0.0},
        {"NAME": "calm", "LABEL": "No frames of light below (share of the height)", "LABEL_RU": "Без рамок света внизу (доля высоты)", "ADVANCED": true, "TYPE": "float", "MIN": 0.0, "MAX": 0.5, "DEFAULT": 0.0, "IDENTITY": 0.0},
        {"NAME": "streaks", "LABEL": "Streaks", "LABEL_RU": "Полосы", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "IDENTITY": 0.0},
        {"NAME": "leap", "LABEL": "Leap at the drop", "LABEL_RU": "Рывок на дропе", "GROUP": "response", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.7, "IDENTITY": 0.0},
        {"NAME": "color", "LABEL": "Colour of the light", "LABEL_RU": "Цвет света", "TYPE": "color", "DEFAULT": [1.0, 0.62, 0.3, 1.0], "PHOTO": "vivid"}
    ],
    "PASSES": [
        {"TARGET": "ahead", "WIDTH": 512, "HEIGHT": 1},
        {"TARGET": "spill", "WIDTH": 64, "HEIGHT": 64, "FLOAT": true},
        {"TARGET": "inner", "WIDTH": "ceil($WIDTH / 2)", "HEIGHT": "ceil($HEIGHT / 2)", "FLOAT": true},
        {}
    ]
}*/

// The corridor has the photo's shape. Depth is 1 at the photo and falls towards the viewer, as the
// photo's size over that of the corridor's section. Walls move by the time and by the leap, light by
// the time alone, so that each frame of light passes by when it is heard. What is soft is drawn at
// half the frame's size.

const float PAST = 0.5;   // as in the header
const float SPAN = 4.5;
const float PACE = 0.26;  // depths a second
const float TURN = 6.28318531;
const float SHOULDER = 1.25; // light never burns out hard

varying vec2 place;     // of this pixel in the frame, counted from the middle of the photo (tunnel.vs)
varying vec2 half_size; // half the photo's sides
varying vec4 flight;    // the leap; how far the flight has come; turn of the walls near the viewer; mipmap of the photo

vec3 pale() { return mix(color.rgb, vec3(1.0), 0.65); }

// Light on the walls from the viewer (left) to the photo: of the accent that is heard when that part
// of the corridor passes the middle of the frame's edge. The mean over a pixel of the frame there, or
// a frame of light thinner than one would glitter.
vec4 light() {
    float depth = isf_FragNormCoord.x;
    vec2 sides = 2.0 * IMG_SIZE(inner);
    float span = depth * depth / (min(sides.x, sides.y) * min(half_size.x, half_size.y));
    float bright = rings * (1.0 - 0.75 * smoothstep(0.80, 1.0, depth)) * (0.35 + 0.65 * smoothstep(0.0, 0.5, depth));
    vec3 sum = vec3(0.0);
    for (int i = 0; i < 4; i++) {
        float ahead_s = (depth + span * (0.25 * float(i) - 0.375) - 0.42) / (PACE * speed);
        float known = smoothstep(-0.5, -0.3, ahead_s) * (1.0 - smoothstep(3.4, 3.9, ahead_s));
        float accent = IMG_NORM_PIXEL(history, vec2((PAST + ahead_s) / SPAN, 0.5)).b * known;
        vec3 shine = color.rgb * accent * accent * 0.9 + pale() * smoothstep(0.6, 0.95, accent) * 1.5;
        sum += 0.25 * (1.0 - exp(-SHOULDER * bright * shine));
    }
    return vec4(sum, 1.0);
}

// The photo far out of focus, by where its light leaves it: around it from left to right, the mean of
// ever more of it from bottom to top.
vec4 spilled() {
    float angle = TURN * (gl_FragCoord.x - 0.5) / (RENDERSIZE.x - 1.0); // both ends are one place
    vec2 way = vec2(cos(angle), sin(angle));
    way /= max(abs(way.x), abs(way.y));
    vec3 sum = vec3(0.0);
    for (int i = 0; i < 24; i++) {
        float turn = (float(i % 6) - 2.5) * 0.11;
        vec2 to = vec2(way.x - turn * way.y, way.y + turn * way.x);
        vec2 uv = 0.5 + 0.5 * to * (0.95 - 0.2 * float(i / 6) * (1.0 + isf_FragNormCoord.y));
        sum += textureLod(photo, clamp(uv, 0.0, 1.0), log2(IMG_SIZE(photo).x / 12.0)).rgb;
    }
    return vec4(sum / 24.0, 1.0);
}

// A number from 0 to 1 out of one (PCG, O'Neill 2014).
float chance(int n) {
    uint state = uint(n) * 747796405u + 2891336453u;
    uint word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
    return float(((word >> 22u) ^ word) & 65535u) / 65535.0;
}

// Half a step of 8 bits of noise (interleaved gradient noise, Jimenez 2014): hides bands.
float dither() {
    return (fract(52.9829189 * fract(dot(gl_FragCoord.xy, vec2(0.06711056, 0.00583715)))) - 0.5) / 255.0;
}

// The larger of both sides, rounded where they meet, alike at every size.
float section(vec2 p) {
    p = abs(p);
    float most = max(p.x, p.y);
    float near = max(0.16 * most - abs(p.x - p.y), 0.0);
    return most + near * near / max(0.64 * most, 1e-4);
}

// A place in the photo's sections as the corridor has it there, which turns towards the viewer.
vec2 turned(vec2 q, float own) {
    float turn = flight.z * (1.0 - 1.0 / max(own, 1.0));
    vec2 p = q * half_size;
    return vec2(p.x - turn * p.y, turn * p.x + p.y) * inversesqrt(1.0 + turn * turn) / half_size;
}

// Streaks along the walls: one at most in each of many lanes, drawn out by the leap.
float streak(float around, float depth, float flown, float fast, float pixel) {
    float lane = around * 150.0;
    int number = int(floor(lane));
    float luck = chance(number + 200);
    float life = depth * (1.0 + luck) + flown * (1.3 + luck) + 17.3 * luck;
    float dash = 1.0 - fract(life);
    float beam = smoothstep(0.93 - 0.7 * min(fast, 1.0), 1.0, dash) * smoothstep(1.0, 0.985, dash);
    beam *= beam * step(chance(number + int(floor(life)) * 131), 0.2 + 0.6 * fast);
    float across = abs(fract(lane) - 0.5) * 2.0;
    beam *= max(1.0 - across * across * (2.5 - fast), 0.0) * smoothstep(1.0, 0.7, depth);
    beam *= smoothstep(0.06, 0.02, 1.5 * pixel * depth); // lanes thinner than a pixel would glitter
    return streaks * (0.25 + 0.5 * level + 1.6 * fast) * beam;
}

// Walls at half the frame's size: the photo's light, weaker and weaker, on boards that pass, and the
// light around the photo. Alpha: how much of the frames of light is seen.
vec4 walls() {
    float unit = min(RENDERSIZE.x, RENDERSIZE.y);
    vec2 q = place / half_size;
    q = turned(q, section(q));
    float r = max(section(q), 1.0);
    float depth = 1.0 / r;
    float fast = flight.x;
    float around = fract(atan(q.y, q.x) / TURN);
    vec3 tone = textureLod(spill, vec2((63.0 * around + 0.5) / 64.0, 0.25 + 0.5 * (1.0 - depth)), 0.0).rgb;
    vec3 wall = tone * tone * (0.22 + 1.5 * depth * depth * (0.5 + 0.4 * level + 0.9 * pulse + fast));
    // Boards are brighter towards the photo, and each has a groove before the next.
    float board = fract(7.0 * (depth + flight.y));
    float pixel = 0.5 / (unit * min(half_size.x, half_size.y)); // of the frame, in the photo's sections
    float blur = clamp(7.0 * depth * depth * pixel, 0.02, 0.5);
    float groove = smoothstep(0.10 + blur, 0.06, board) + smoothstep(0.99 - blur, 1.0, board);
    wall *= (0.72 + 0.4 * board) * (1.0 - 0.6 * groove * smoothstep(0.5, 0.1, blur));
    vec2 side = abs(q);
    wall *= side.x > side.y ? 0.82 : q.y < 0.0 ? 0.62 : 1.0;
    wall *= 1.0 - 0.4 * smoothstep(0.12, 0.0, abs(side.x - side.y) / r); // corners are dark
    wall += (mix(tone, color.rgb, 0.5) + 0.15) * streak(around, depth, flight.y, fast, pixel);

    float halo = 0.12 + 0.2 * level * level + 0.9 * pulse + 1.3 * fast;
    wall += color.rgb * halo * exp((1.0 - r) * (5.5 - 3.0 * min(fast, 1.0))) * (0.35 + 0.65 * smoothstep(0.0, 0.5, depth));
    // The frame around the photo flashes with the accent.
    wall += mix(color.rgb, pale(), pulse) * pulse * 1.6 * exp((1.0 - r) * 20.0);
    // Where words stand there are no frames of light.
    float words = 0.92 * (1.0 - smoothstep(0.75 * calm, calm + 1e-3, isf_FragNormCoord.y)) * step(1e-3, calm);
    return vec4(1.0 - exp(-SHOULDER * wall) + dither(), 1.0 - words);
}

vec4 tunnel() {
    vec2 q = place / half_size;
    float own = section(q);
    float pixel = 1.0 / (min(RENDERSIZE.x, RENDERSIZE.y) * min(half_size.x, half_size.y));
    float depth = 1.0 / max(section(turned(q, own)), 1.0);
    vec4 wall = IMG_THIS_NORM_PIXEL(inner);
    vec3 frames = IMG_NORM_PIXEL(ahead, vec2(depth, 0.5)).rgb;
    vec3 sum = 1.0 - (1.0 - wall.rgb) * (1.0 - wall.a * frames);
    vec3 picture = textureLod(photo, clamp(0.5 + 0.5 * q, 0.0, 1.0), flight.w).rgb;
    picture += (1.0 - picture) * (0.16 * pulse + 0.16 * flight.x) * mix(color.rgb, vec3(1.0), 0.5);
    sum = mix(sum, picture, clamp((1.0 - own) / pixel + 0.5, 0.0, 1.0));
    // A hairline of light around the photo.
    float rim = clamp(1.5 - abs(own - 1.0) / max(pixel, 0.004 + 0.012 * pulse), 0.0, 1.0);
    rim *= min((0.006 + 0.012 * pulse) / pixel, 1.0);
    return vec4(mix(sum, pale(), rim * min(0.30 + 0.7 * pulse + 0.2 * level, 1.0)) + dither(), 1.0);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = light();
    else if (PASSINDEX == 1) gl_FragColor = spilled();
    else if (PASSINDEX == 2) gl_FragColor = walls();
    else gl_FragColor = tunnel();
}
