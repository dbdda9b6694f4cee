/*{
    "ISFVSN": "2",
    "VSN": "3",
    "TITLE": "Waveform",
    "TITLE_RU": "Волна трека",
    "DESCRIPTION": "The track along the lower edge, as rounded bars or as one smooth shape, that passes a line of light: what was heard is bright on the left, what is to come waits on the right.",
    "DESCRIPTION_RU": "Трек у нижнего края — скруглённые столбики или одна гладкая фигура — проходит через линию света: прозвучавшее ярко слева, предстоящее ждёт справа.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Photo", "Waveform"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "history", "TYPE": "audioHistory", "PAST": 8.0, "FUTURE": 8.0, "MAX": 24, "SCALE": "track"},
        {"NAME": "shape", "LABEL": "Shape", "LABEL_RU": "Форма", "TYPE": "long", "VALUES": [0, 1], "LABELS": ["Bars", "Smooth"], "LABELS_RU": ["Столбики", "Сплошная"], "DEFAULT": 0},
        {"NAME": "color", "LABEL": "Colour", "LABEL_RU": "Цвет", "TYPE": "color", "DEFAULT": [1.0, 0.62, 0.3, 1.0], "PHOTO": "vivid"},
        {"NAME": "second", "LABEL": "Colour of the tips", "LABEL_RU": "Цвет верхушек", "TYPE": "color", "DEFAULT": [1.0, 0.3, 0.5, 1.0], "PHOTO": "second"},
        {"NAME": "pale", "LABEL": "Colour of what is to come", "LABEL_RU": "Цвет предстоящего", "ADVANCED": true, "TYPE": "color", "DEFAULT": [1.0, 1.0, 1.0, 0.62], "PHOTO": "light"},
        {"NAME": "height", "LABEL": "Height", "LABEL_RU": "Высота", "GROUP": "place", "TYPE": "float", "MIN": 0.05, "MAX": 1.0, "DEFAULT": 0.24},
        {"NAME": "place", "LABEL": "Distance from below", "LABEL_RU": "Расстояние от нижнего края", "GROUP": "place", "ADVANCED": true, "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.13},
        {"NAME": "seconds", "LABEL": "Seconds shown", "LABEL_RU": "Показано секунд", "UNIT": "s", "ADVANCED": true, "TYPE": "float", "MIN": 1.0, "MAX": 10.0, "DEFAULT": 6.5},
        {"NAME": "thickness", "LABEL": "Thickness of a bar", "LABEL_RU": "Толщина столбика", "ADVANCED": true, "TYPE": "float", "MIN": 0.1, "MAX": 1.0, "DEFAULT": 0.58},
        {"NAME": "count", "LABEL": "Bars a second", "LABEL_RU": "Столбиков в секунду", "UNIT": "1/s", "ADVANCED": true, "TYPE": "float", "MIN": 4.0, "MAX": 30.0, "DEFAULT": 10.0},
        {"NAME": "focus", "LABEL": "Higher in the middle", "LABEL_RU": "Выше посередине", "ADVANCED": true, "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.45, "IDENTITY": 0.0},
        {"NAME": "glow", "LABEL": "Glow", "LABEL_RU": "Свечение", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "IDENTITY": 0.0},
        {"NAME": "line", "LABEL": "Line in the middle", "LABEL_RU": "Линия посередине", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.7, "IDENTITY": 0.0},
        {"NAME": "dim", "LABEL": "Dim what lies behind", "LABEL_RU": "Затемнение позади", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "IDENTITY": 0.0},
        {"NAME": "bump", "LABEL": "The photo grows on an accent", "LABEL_RU": "Рост фото на акценте", "GROUP": "response", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "IDENTITY": 0.0},
        {"NAME": "pulse", "LABEL": "Accent", "LABEL_RU": "Акцент", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "accent.pulse", "decay": 0.3, "smooth": 0.05}},
        {"NAME": "since", "LABEL": "Seconds since the drop", "LABEL_RU": "Секунды после дропа", "UNIT": "s", "TYPE": "float", "MIN": 0.0, "MAX": 600.0, "DEFAULT": 600.0, "BIND": "drop.since"},
        {"NAME": "total", "LABEL": "Length of the video", "LABEL_RU": "Длительность видео", "UNIT": "s", "TYPE": "float", "MIN": 0.0, "MAX": 36000.0, "DEFAULT": 36000.0, "BIND": "time.total"},
        {"NAME": "heard", "LABEL": "Seconds of sound", "LABEL_RU": "Секунды звука", "UNIT": "s", "TYPE": "float", "MIN": 0.0, "MAX": 36000.0, "DEFAULT": 0.0, "BIND": "sounding.sum"}
    ],
    "PASSES": [
        {"TARGET": "clock", "WIDTH": 960, "HEIGHT": 1, "FLOAT": true},
        {"TARGET": "heights", "WIDTH": 600, "HEIGHT": 1, "FLOAT": true},
        {"TARGET": "soft", "WIDTH": 128, "HEIGHT": 1, "FLOAT": true},
        {"TARGET": "columns", "WIDTH": "$WIDTH", "HEIGHT": 2, "FLOAT": true},
        {"TARGET": "strip"},
        {}
    ]
}*/

varying float middle; // of the shape, from below, in short sides of the frame (waveform.vs)
varying float nearer; // the part of the photo that is seen

// The shape is drawn over seconds of sound: it stands still in silence, which takes no room in it.

const float PAST = 8.0;  // as in the header
const float FUTURE = 8.0;
const float SPAN = 10.0; // seconds of sound in `heights`, with now in the middle

// Seconds of sound from now to the middle of each column of `history`; negative before now.
vec4 clock_at() {
    int columns = int(IMG_SIZE(clock).x);
    int now = int(floor(float(columns) * PAST / (PAST + FUTURE) + 0.5));
    int here = int(gl_FragCoord.x);
    float sum = 0.0;
    for (int i = min(here, now); i <= max(here, now - 1); i++) {
        float level = IMG_NORM_PIXEL(history, vec2((float(i) + 0.5) / float(columns), 0.5)).g;
        sum += min(20.0 * level, 1.0) * (i == here ? 0.5 : 1.0);
    }
    return vec4(sum * (PAST + FUTURE) / float(columns) * (here < now ? -1.0 : 1.0));
}

float clock_of(float time) { return IMG_NORM_PIXEL(clock, vec2((PAST + time) / (PAST + FUTURE), 0.5)).r; }

// Seconds from now at which so many seconds of sound will have passed: `clock` only rises. It is
// exact, so that a step of time in silence changes nothing.
float time_of(float sounded) {
    int columns = int(IMG_SIZE(clock).x);
    int low = 0;
    int high = columns - 1;
    while (high - low > 1) {
        int middle = (low + high) / 2;
        if (texelFetch(clock, ivec2(middle, 0), 0).r < sounded) low = middle; else high = middle;
    }
    float from = texelFetch(clock, ivec2(low, 0), 0).r;
    float part = (sounded - from) / max(texelFetch(clock, ivec2(high, 0), 0).r - from, 1e-6);
    return (float(low) + 0.5 + clamp(part, 0.0, 1.0)) * (PAST + FUTURE) / float(columns) - PAST;
}

// How strong the sound is so many seconds from now, 0 to 1. Each range of notes counts by the track's
// own scale, so that a loud master has peaks too.
float strength_at(float time) {
    float x = clamp((PAST + time) / (PAST + FUTURE), 0.0, 1.0);
    vec3 ranges = vec3(0.0);
    for (int i = 0; i < 8; i++) {
        vec3 bins = (vec3(0.0, 8.0, 16.0) + float(i) + 0.5) / 24.0;
        ranges += vec3(
            IMG_NORM_PIXEL(history, vec2(x, bins.x)).r,
            IMG_NORM_PIXEL(history, vec2(x, bins.y)).r,
            IMG_NORM_PIXEL(history, vec2(x, bins.z)).r) / 8.0;
    }
    vec4 now = IMG_NORM_PIXEL(history, vec2(x, 0.5));
    float sum = dot(ranges * ranges, vec3(0.62, 0.5, 0.36)) * (0.3 + 0.7 * now.g) + 0.30 * now.b * now.b;
    return (1.0 - exp(-1.9 * sum)) * 1.15;
}

// The height at so many seconds of sound from now. Beyond the ends of the track it is mirrored and
// fades, as if the song went on; what `history` does not reach in a long silence is flat.
vec4 height_at() {
    float sounded = (isf_FragNormCoord.x - 0.5) * SPAN;
    float left = total - TIME;
    float start = -heard;
    float end = left < FUTURE ? clock_of(left) : 1e3;
    float beyond = max(max(start - sounded, sounded - end), 0.0);
    float known = sounded > end ? smoothstep(FUTURE, FUTURE - 2.0, left) : 1.0;
    sounded = sounded < start ? 2.0 * start - sounded : sounded > end ? 2.0 * end - sounded : sounded;
    if (TIME > PAST) known *= smoothstep(0.0, 0.4, sounded - clock_of(-PAST));
    if (left > FUTURE) known *= smoothstep(0.0, 0.4, clock_of(FUTURE) - sounded);
    float time = time_of(sounded);
    float sum = 0.0;
    for (int i = -1; i <= 1; i++) sum += (i == 0 ? 0.5 : 0.25) * strength_at(time + 0.02 * float(i));
    return vec4(sum * known * exp(-0.7 * beyond));
}

vec4 softened() {
    float sum = 0.0;
    for (int i = -6; i <= 6; i++)
        sum += IMG_NORM_PIXEL(heights, isf_FragNormCoord + vec2(float(i) * 0.004, 0.0)).r * exp(-0.06 * float(i * i));
    return vec4(sum / 6.7);
}

// How much of the drop there is now.
float surge() {
    return exp(-since / 1.0) * smoothstep(-0.04, 0.05, since);
}

// How far a column of pixels is from now, in short sides of a frame of that width, and how long a second is.
vec2 from_now(vec2 picture) {
    vec2 frame = picture / min(picture.x, picture.y);
    return vec2((isf_FragNormCoord.x - 0.5) * frame.x, max(frame.x, 1.4) / min(seconds, SPAN));
}

// What stands in each column of pixels. Below: how high its bar or the shape is; how far it is from the
// middle of its bar, or by how much less the slope of the shape makes a distance; the most that could
// stand there; how high the light is. Above: how near it is to now, how much of it was heard, the line,
// and the line's light.
vec4 column() {
    vec2 picture = IMG_SIZE(inputImage);
    float unit = min(picture.x, picture.y);
    vec2 at = from_now(picture);
    float offset = at.x / at.y;
    float heat = exp(-abs(offset) * 3.5);
    if (gl_FragCoord.y > 1.0) {
        float stroke = clamp(0.0016 * unit + 1.0 - abs(at.x) * unit, 0.0, 1.0);
        float shine = glow * exp(-abs(at.x) * 38.0) * (0.25 + 0.5 * pulse + 0.6 * surge());
        return vec4(heat, 1.0 - smoothstep(-0.006, 0.006, at.x), line * stroke, line * shine);
    }
    float tall = 0.5 * height * (1.0 + 0.18 * pulse + 0.25 * surge());
    tall *= mix(1.0, 0.35 + 0.65 * exp(-5.0 * at.x * at.x), focus);
    tall *= 1.0 + (0.9 * pulse + 0.3 * surge()) * exp(-9.0 * offset * offset); // what is heard now leaps
    float wide = IMG_NORM_PIXEL(soft, vec2(0.5 + offset / SPAN, 0.5)).r * tall;
    float step_s = 1.0 / count;
    float bar = (floor((heard + offset) * count) + 0.5) * step_s - heard;
    float radius = 0.5 * thickness * step_s * at.y;
    float rise = max(IMG_NORM_PIXEL(heights, vec2(0.5 + bar / SPAN, 0.5)).r * tall, radius);
    if (shape == 0) return vec4(rise, at.x - bar * at.y, tall, wide);
    rise = max(wide, 0.002);
    float slope = dFdx(rise) * unit;
    return vec4(rise, inversesqrt(1.0 + slope * slope), tall, wide);
}

// The shape, its light and its shade where they reach (waveform.vs), over nothing: premultiplied.
vec4 drawn() {
    float unit = min(RENDERSIZE.x, RENDERSIZE.y);
    float y = gl_FragCoord.y / unit - middle;
    vec4 bar = texelFetch(columns, ivec2(gl_FragCoord.x, 0), 0);
    vec4 now = texelFetch(columns, ivec2(gl_FragCoord.x, 1), 0);
    float radius = shape == 0 ? 0.5 * thickness / count * from_now(RENDERSIZE).y : 3.0 / unit;
    float off = length(vec2(shape == 0 ? bar.y : 0.0, max(abs(y) - bar.x + radius, 0.0))) - radius;
    off *= shape == 0 ? 1.0 : bar.y;
    float ink = clamp(0.5 - off * unit, 0.0, 1.0);
    float edge = max(1.0 - 90.0 * max(off, 0.0), 0.0); // a dark edge, which holds the shape off a bright photo

    // What lies behind is dimmed in a soft band alone.
    float band = exp(-y * y / (0.45 * height * height + 0.004));
    band = max(band, 0.8 * smoothstep(0.16, -0.16, y * unit / RENDERSIZE.y));
    float through = (1.0 - 0.92 * dim * band) * (1.0 - 0.8 * dim * edge * edge * edge);

    float heat = now.x;
    float played = now.y;
    vec3 tone = mix(color.rgb, second.rgb, smoothstep(0.15, 1.0, abs(y) / max(bar.z, 0.01)));
    float lit = glow * exp(-max(abs(y) - 0.6 * bar.w, 0.0) * 22.0) * smoothstep(0.0, 0.02, bar.w);
    lit *= (0.35 + 0.45 * pulse + 0.7 * heat * (0.4 + pulse) + 0.5 * surge()) * mix(0.35, 1.0, max(played, heat));
    // The line, in a glow that accents swell.
    float along = 1.0 - smoothstep(0.55, 1.05, abs(y) / (0.7 * height));
    vec3 light = tone * lit + color.rgb * now.w * along;
    light = 1.0 - 1.0 / (1.0 + light + 0.5 * light * light); // a shoulder: it never burns out hard
    vec4 sum = vec4(light, 1.0 - through * (1.0 - max(light.r, max(light.g, light.b))));

    if (shape == 1) { // a lighter core, and thin tips
        float core = 1.0 - smoothstep(0.25, 0.6, abs(y) / max(bar.x, 0.004));
        tone = mix(tone, mix(color.rgb, vec3(1.0), 0.4), core);
        ink *= mix(0.72, 1.0, core);
    }
    vec3 hot = mix(tone, vec3(1.0), max(0.55 * heat * (0.35 + 0.65 * pulse), 0.3 * pulse));
    vec4 body = mix(vec4(mix(pale.rgb, hot, 0.8 * heat), mix(pale.a, 1.0, 0.6 * heat)), vec4(hot, color.a), played);
    sum = mix(sum, vec4(body.rgb, 1.0), ink * body.a);
    return mix(sum, vec4(mix(color.rgb, vec3(1.0), 0.75), 1.0), now.z * along);
}

vec4 waveform() {
    vec3 below = IMG_NORM_PIXEL(inputImage, 0.5 + (isf_FragNormCoord - 0.5) * nearer).rgb;
    vec4 above = IMG_THIS_PIXEL(strip);
    return vec4(below * (1.0 - above.a) + above.rgb, 1.0);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = clock_at();
    else if (PASSINDEX == 1) gl_FragColor = height_at();
    else if (PASSINDEX == 2) gl_FragColor = softened();
    else if (PASSINDEX == 3) gl_FragColor = column();
    else if (PASSINDEX == 4) gl_FragColor = drawn();
    else gl_FragColor = waveform();
}
