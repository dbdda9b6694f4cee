/*{
    "ISFVSN": "2",
    "VSN": "4",
    "TITLE": "Letterbox",
    "TITLE_RU": "Киноэкран",
    "DESCRIPTION": "The picture as on a cinema's screen: bars close in as the video begins, and the picture moves down between them, so that heads stay in it. As an anamorphic lens does, it draws lights out into fine streaks. With each accent the bars part, the picture comes nearer and its colours shine on them; in the loudest moments the screen stays further open. In a square or tall frame the bars stay slim. In a chain text comes after it, or is cut.",
    "DESCRIPTION_RU": "Кадр как на экране кинотеатра: в начале видео сходятся полосы, и кадр опускается между ними так, чтобы головы остались в нём. Огни вытягиваются в тонкие полосы, как в анаморфотном объективе. С каждым акцентом полосы расходятся, кадр приближается, и его цвета ложатся на них; в самые громкие моменты экран остаётся раскрытым шире. В квадратном и вертикальном кадре полосы узкие. Текст в цепочке ставьте после, иначе он будет обрезан.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Filter", "Finish"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "ratio", "LABEL": "Width to height", "LABEL_RU": "Ширина к высоте", "ADVANCED": true, "TYPE": "float", "MIN": 1.0, "MAX": 4.0, "DEFAULT": 2.39},
        {"NAME": "amount", "LABEL": "How far closed", "LABEL_RU": "Насколько закрыто", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 1.0, "IDENTITY": 0.0, "BIND": {"keys": [[0.0, 0.0], [1.6, 1.0, "inout"]]}},
        {"NAME": "keep", "LABEL": "Keep the top of the picture", "LABEL_RU": "Сохранять верх кадра", "ADVANCED": true, "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.85, "IDENTITY": 0.0},
        {"NAME": "pulse", "LABEL": "Accent", "LABEL_RU": "Акцент", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "accent.pulse", "decay": 0.5, "from": [0.0, 0.85], "smooth": 0.02}},
        {"NAME": "punch", "LABEL": "Opens on an accent", "LABEL_RU": "Раскрытие на акценте", "GROUP": "response", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.42, "IDENTITY": 0.0},
        {"NAME": "peak", "LABEL": "Loudest moments", "LABEL_RU": "Самые громкие моменты", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "loudness", "from": [0.86, 0.985], "curve": "in", "smooth": 0.5}},
        {"NAME": "open", "LABEL": "Opens in the loudest moments", "LABEL_RU": "Раскрытие в самые громкие моменты", "GROUP": "response", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 1.0, "IDENTITY": 0.0},
        {"NAME": "streak", "LABEL": "Streaks of light", "LABEL_RU": "Полосы света", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 1.0, "IDENTITY": 0.0},
        {"NAME": "spill", "LABEL": "Light on the bars", "LABEL_RU": "Свет на полосах", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.15, "IDENTITY": 0.0},
        {"NAME": "softness", "LABEL": "Soft edge", "LABEL_RU": "Мягкий край", "ADVANCED": true, "TYPE": "float", "MIN": 0.0, "MAX": 0.2, "DEFAULT": 0.0},
        {"NAME": "color", "LABEL": "Colour", "LABEL_RU": "Цвет", "TYPE": "color", "DEFAULT": [0.0, 0.0, 0.0, 1.0]},
        {"NAME": "played", "LABEL": "Seconds of sound", "LABEL_RU": "Секунды звука", "UNIT": "s", "TYPE": "float", "MIN": 0.0, "MAX": 36000.0, "DEFAULT": 0.0, "BIND": {"bind": "sounding.sum", "smooth": 1.0}},
        {"NAME": "drift", "LABEL": "Drift", "LABEL_RU": "Медленное движение", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "IDENTITY": 0.0}
    ],
    "PASSES": [
        {"TARGET": "small", "WIDTH": "max($WIDTH / 8, 16)", "HEIGHT": "max($HEIGHT / 5, 16)"},
        {"TARGET": "near", "WIDTH": "max($WIDTH / 8, 16)", "HEIGHT": "max($HEIGHT / 5, 16)", "FLOAT": true},
        {"TARGET": "drawn", "WIDTH": "max($WIDTH / 8, 16)", "HEIGHT": "max($HEIGHT / 5, 16)"},
        {"TARGET": "thrown", "WIDTH": "max($WIDTH / 16, 16)", "HEIGHT": "max($HEIGHT / 16, 16)"},
        {}
    ]
}*/

const float WIDE = 1.4;  // width to height from which the shape is cut as it is
const float SLIM = 0.12; // the highest bar in other frames, in short sides
const int TAPS = 8;      // on each side of a pixel
const float REACH = 0.36; // half the length of a streak, in widths of the frame
const vec3 LUMA = vec3(0.2126, 0.7152, 0.0722);
const vec3 LENS = vec3(0.55, 0.78, 1.0); // the colour that the lens gives its streaks

// Where a pixel comes from while the camera drifts over the picture, a little closer than it is.
// Added to the pixel's own place, so that no drift moves it by exactly nothing. What is sampled
// lies inside the picture.
vec2 drifting(vec2 uv) {
    float turn = 6.28318531 * played;
    vec2 to = vec2(sin(turn / 19.0), sin(turn / 14.3 + 1.9));
    float zoom = 1.0 + drift * (0.045 - 0.025 * cos(turn / 25.0));
    return uv + (0.5 - uv) * (1.0 - 1.0 / zoom) + 0.009 * drift * to;
}

// A small copy. Alpha is how much of it is a light: far brighter than what is above and below it.
vec4 shrunk() {
    vec4 sum = vec4(0.0);
    for (int y = 0; y < 4; y++)
        for (int x = 0; x < 4; x++) {
            vec3 color = IMG_NORM_PIXEL(inputImage, (gl_FragCoord.xy + (vec2(x, y) - 1.5) / 4.0) / RENDERSIZE).rgb;
            sum += vec4(color, smoothstep(0.4, 0.9, dot(color, LUMA)));
        }
    return sum / 16.0;
}

// Lights drawn out a little along the row. A light is bright over a small height, in something dark.
vec4 begun() {
    vec3 sum = vec3(0.0);
    for (int i = -TAPS; i <= TAPS; i++) {
        vec2 from = isf_FragNormCoord + vec2(REACH * float(i) / float(TAPS * TAPS), 0.0);
        vec4 here = IMG_NORM_PIXEL(small, from);
        vec4 above = IMG_NORM_PIXEL(small, from + vec2(0.0, 0.05));
        vec4 below = IMG_NORM_PIXEL(small, from - vec2(0.0, 0.05));
        float dark = 1.0 - 0.5 * dot(above.rgb + below.rgb, LUMA);
        float light = max(here.a - max(above.a, below.a), 0.0) * dark;
        sum += here.rgb * light * (0.25 + light) * step(abs(from.x - 0.5), 0.5);
    }
    return vec4(sum / float(2 * TAPS + 1), 1.0);
}

// And on to their whole length: each step is as wide as what was drawn before.
vec4 streaks() {
    vec3 sum = vec3(0.0);
    float weights = 0.0;
    for (int i = -TAPS; i <= TAPS; i++) {
        float d = float(i) / float(TAPS);
        float weight = exp(-3.5 * abs(d)) * (1.0 - d * d);
        vec2 from = isf_FragNormCoord + vec2(REACH * d, 0.0);
        sum += weight * IMG_NORM_PIXEL(near, from).rgb * step(abs(from.x - 0.5), 0.5);
        weights += weight;
    }
    return vec4(8.0 * sum / weights, 1.0); // a share of 8 bits would show its steps
}

// A mean of the picture around each place, wide: the light that it throws on the bars.
vec4 flattened() {
    vec3 sum = vec3(0.0);
    for (int i = 0; i < 49; i++)
        sum += IMG_NORM_PIXEL(small, isf_FragNormCoord + vec2(0.10, 0.08) * (vec2(i % 7, i / 7) - 3.0) / 3.0).rgb / 49.0;
    return vec4(sum, 1.0);
}

// What the bars cover on each side, in pixels: beside the picture only where the frame is wide.
vec2 bars() {
    vec2 cut = 0.5 * max(RENDERSIZE - vec2(RENDERSIZE.y * ratio, RENDERSIZE.x / ratio), 0.0);
    float side = min(RENDERSIZE.x, RENDERSIZE.y);
    bool wide = RENDERSIZE.x >= WIDE * RENDERSIZE.y;
    return wide ? cut : vec2(0.0, min(cut.y, SLIM * side));
}

vec4 screen() {
    float on = min(amount, 1.0);
    vec2 closed = amount * bars();
    vec2 bar = closed * (1.0 - punch * pulse) * (1.0 - open * smoothstep(0.0, 1.0, peak));
    float side = min(RENDERSIZE.x, RENDERSIZE.y);
    float edge = 1.0 + softness * side * amount;
    // Where there is no bar, the soft edge of one lies outside the frame too.
    vec2 spare = edge * step(bar, vec2(0.01));
    vec2 inside = 0.5 * RENDERSIZE - bar + spare - abs(gl_FragCoord.xy - 0.5 * RENDERSIZE);
    // The share of a pixel that lies outside is covered: a bar glides, also when it is slow.
    vec2 clear = clamp((inside + 0.5) / edge, 0.0, 1.0);
    // The more of the height is open, the less the picture is moved down.
    vec2 from = isf_FragNormCoord + vec2(0.0, keep * bar.y / RENDERSIZE.y);
    from += (vec2(0.5, 0.6) - isf_FragNormCoord) * on * (0.12 * punch * pulse + 0.09 * open * peak);
    from = mix(from, drifting(from), on);
    vec4 picture = IMG_NORM_PIXEL(inputImage, from);
    // Streaks flash with the accent and stay while it is loud.
    vec3 light = IMG_NORM_PIXEL(drawn, from).rgb;
    float most = max(light.r, max(light.g, light.b));
    light = LENS * (0.35 * most + 0.65 * light) * streak * on * (0.4 + 4.5 * pulse + 3.0 * peak);
    light = light / (1.0 + light);
    // A hint of a film's print: contrast in the middle tones, and corners that fall off.
    vec2 off = (2.0 * isf_FragNormCoord - 1.0) * vec2(1.0, 0.55);
    vec3 tone = clamp(picture.rgb, 0.0, 1.0);
    tone += on * 0.35 * tone * (1.0 - tone) * (2.0 * tone - 0.95);
    tone *= 1.0 - on * 0.14 * (1.0 - max(pulse, peak)); // the lamp of the projector
    tone += on * (0.16 * pulse + 0.22 * peak) * tone * (1.0 - tone);
    tone *= 1.0 - on * 0.30 * smoothstep(0.35, 1.3, dot(off, off));
    tone = 1.0 - (1.0 - tone) * (1.0 - light * (1.0 - 0.85 * dot(tone, LUMA)));
    // The bars catch the light of the picture beside them, which dies away towards the frame's edge.
    vec2 beyond = max(-inside, 0.0) / side;
    float lit = max(pulse, 0.7 * peak);
    float out_ = max(beyond.x, beyond.y);
    float fall = exp(-out_ / (0.025 + 0.045 * lit)) + 0.7 * lit * exp(-out_ / 0.004);
    vec2 next_to = clamp(isf_FragNormCoord, bar / RENDERSIZE + 0.02, 1.0 - bar / RENDERSIZE - 0.02);
    next_to += 0.8 * (next_to - isf_FragNormCoord); // mirrored, as polished frames do
    vec3 glow = IMG_NORM_PIXEL(thrown, next_to + from - isf_FragNormCoord).rgb;
    glow = max(mix(vec3(dot(glow, LUMA)), glow, 1.8), 0.0);
    glow = min(spill * on * fall * (0.25 + 1.25 * lit) * glow * (0.35 + 0.65 * glow), 0.9);
    vec3 cover = color.rgb + (1.0 - color.rgb) * glow;
    return vec4(mix(tone, cover, color.a * (1.0 - clear.x * clear.y)), mix(picture.a, 1.0, color.a * (1.0 - clear.x * clear.y)));
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = shrunk();
    else if (PASSINDEX == 1) gl_FragColor = begun();
    else if (PASSINDEX == 2) gl_FragColor = streaks();
    else if (PASSINDEX == 3) gl_FragColor = flattened();
    else gl_FragColor = screen();
}
