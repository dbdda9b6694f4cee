/*{
    "ISFVSN": "2",
    "VSN": "2",
    "TITLE": "Waterfall",
    "TITLE_RU": "Водопад",
    "DESCRIPTION": "A floor of light below the photo, which it mirrors: the spectrum flows away over it in lanes to the horizon, low notes in the middle, and accents run along as bright rows.",
    "DESCRIPTION_RU": "Пол из света под фото, которое в нём отражается: спектр уходит по нему дорожками к горизонту, низкие ноты посередине, а акценты бегут яркими рядами.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Photo", "Spectrum"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "history", "TYPE": "audioHistory", "PAST": 4.0, "FUTURE": 0.1, "MAX": 96, "SCALE": "track"},
        {"NAME": "color", "LABEL": "Colour of low notes", "LABEL_RU": "Цвет низких нот", "TYPE": "color", "DEFAULT": [0.3, 0.75, 1.0, 1.0], "PHOTO": "vivid"},
        {"NAME": "second", "LABEL": "Colour of high notes", "LABEL_RU": "Цвет высоких нот", "TYPE": "color", "DEFAULT": [0.85, 0.4, 1.0, 1.0], "PHOTO": "second"},
        {"NAME": "horizon", "LABEL": "Horizon", "LABEL_RU": "Горизонт", "GROUP": "place", "TYPE": "float", "MIN": 0.2, "MAX": 0.9, "DEFAULT": 0.27},
        {"NAME": "seconds", "LABEL": "Seconds to the horizon", "LABEL_RU": "Секунды до горизонта", "UNIT": "s", "ADVANCED": true, "TYPE": "float", "MIN": 0.5, "MAX": 4.0, "DEFAULT": 3.6},
        {"NAME": "lanes", "LABEL": "Number of lanes", "LABEL_RU": "Число дорожек", "ADVANCED": true, "TYPE": "long", "MIN": 8, "MAX": 96, "DEFAULT": 44},
        {"NAME": "width", "LABEL": "Width", "LABEL_RU": "Ширина", "GROUP": "place", "TYPE": "float", "MIN": 0.3, "MAX": 3.0, "DEFAULT": 1.7},
        {"NAME": "mirror", "LABEL": "Low notes in the middle", "LABEL_RU": "Низкие ноты посередине", "TYPE": "bool", "DEFAULT": true},
        {"NAME": "gloss", "LABEL": "Reflection", "LABEL_RU": "Отражение", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "IDENTITY": 0.0},
        {"NAME": "dim", "LABEL": "Dim the photo", "LABEL_RU": "Затемнение фото", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.3, "IDENTITY": 0.0},
        {"NAME": "gain", "LABEL": "Sensitivity", "LABEL_RU": "Чувствительность", "GROUP": "response", "ADVANCED": true, "TYPE": "float", "MIN": 0.2, "MAX": 3.0, "DEFAULT": 1.0},
        {"NAME": "level", "LABEL": "Level", "LABEL_RU": "Уровень", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "BIND": {"bind": "level.envelope", "smooth": 0.2}},
        {"NAME": "bump", "LABEL": "The photo grows on an accent", "LABEL_RU": "Рост фото на акценте", "GROUP": "response", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "IDENTITY": 0.0},
        {"NAME": "sound", "LABEL": "Sound", "LABEL_RU": "Звук", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 1.0, "BIND": {"bind": "sounding", "from": [0.1, 1.0], "smooth": 0.5}},
        {"NAME": "pulse", "LABEL": "Accent", "LABEL_RU": "Акцент", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "accent.pulse", "decay": 0.3, "smooth": 0.05}},
        {"NAME": "since", "LABEL": "Seconds since the drop", "LABEL_RU": "Секунды после дропа", "UNIT": "s", "TYPE": "float", "MIN": 0.0, "MAX": 600.0, "DEFAULT": 600.0, "BIND": "drop.since"}
    ],
    "PASSES": [
        {"TARGET": "sheet", "WIDTH": "$lanes", "HEIGHT": 256, "FLOAT": true},
        {"TARGET": "soft", "WIDTH": 48, "HEIGHT": 64, "FLOAT": true},
        {}
    ]
}*/

#ifndef SAFE_AREA
#define SAFE_AREA vec4(0.0)
#endif

// `sheet` is the floor seen from above: a lane is a column, and the newest row is at the bottom.

const float PAST = 4.0; // as in the header
const float SPAN = 4.1;
const float AHEAD = 0.06; // seconds that the spectrum takes to rise
const float STEEP = 11.0; // how much further the horizon is than the viewer's feet

// How much of the drop there is now.
float surge() {
    return exp(-since / 1.0) * smoothstep(-0.04, 0.05, since);
}

// Light of a lane at an age: its colour times its brightness.
vec4 lit() {
    float age_s = isf_FragNormCoord.y * seconds;
    float pitch = mirror ? abs(2.0 * isf_FragNormCoord.x - 1.0) : isf_FragNormCoord.x;
    vec2 spot = vec2((PAST - age_s + AHEAD) / SPAN, 0.01 + 0.98 * pitch);
    float value = 0.0;
    float wide = 1.0 / (mirror ? float(lanes) : 2.0 * float(lanes)); // the notes of a lane
    for (int i = 0; i < 3; i++) value = max(value, IMG_NORM_PIXEL(history, spot + vec2(0.0, wide * (float(i) - 1.0) * 0.6)).r);
    vec4 then = IMG_NORM_PIXEL(history, spot);
    float light = sound * gain * smoothstep(0.22, 0.95, value); // in silence the floor goes dark
    light *= light * (0.5 + 0.5 * light) * (0.75 + 0.9 * then.b);
    vec3 tone = mix(color.rgb, second.rgb, smoothstep(0.1, 0.9, pitch));
    tone = mix(tone, vec3(1.0), 0.5 * smoothstep(0.6, 1.8, light));
    float row = sound * 0.06 * then.b * then.b * then.b; // an accent is a row of light across all lanes
    // In the accent's own frame the whole front of the floor lights up.
    float front = pulse * exp(-7.0 * age_s) * (0.25 + 0.75 * value);
    return vec4(tone * (light + row + front), 1.0) * (1.0 - smoothstep(0.6, 1.0, isf_FragNormCoord.y));
}

vec4 softened() {
    vec3 sum = vec3(0.0);
    for (int i = 0; i < 25; i++) {
        vec2 offset = vec2(i % 5 - 2, i / 5 - 2);
        sum += IMG_NORM_PIXEL(sheet, isf_FragNormCoord + offset * vec2(0.022, 0.016)).rgb * exp(-0.25 * dot(offset, offset));
    }
    return vec4(sum / 10.4, 1.0);
}

vec4 waterfall() {
    vec2 spot = isf_FragNormCoord;
    float far_edge = max(horizon, SAFE_AREA.y > 0.0 ? SAFE_AREA.y + 0.12 : 0.0); // never all below what apps cover
    float tall = RENDERSIZE.y / min(RENDERSIZE.x, RENDERSIZE.y);
    float down = (far_edge - spot.y) / far_edge;
    float wet = step(0.0, down);
    float near = max(down, 0.003);
    float age = (1.0 / near - 1.0) / STEEP;
    float across = 0.5 + (spot.x - 0.5) / (width * (near + 0.12));

    // The photo, which goes over into its mirror image on the dark floor: both are seen at the horizon,
    // so that nothing is cut there.
    float grown = 1.0 - bump * (0.035 * pulse + 0.05 * surge());
    vec2 at = vec2(spot.x, 2.0 * far_edge - spot.y);
    vec3 picture = IMG_NORM_PIXEL(inputImage, 0.5 + (spot - 0.5) * grown).rgb;
    vec3 mirrored = IMG_NORM_PIXEL(inputImage, 0.5 + (at - 0.5) * grown).rgb * gloss * (0.75 - 0.6 * down);
    float floor_ = smoothstep(-0.02, 0.42, down) * wet;
    picture *= mix(vec3(1.0), picture, 0.4 * dim) * (1.0 - 0.3 * dim);
    picture = mix(picture * mix(1.0, 0.55, smoothstep(-0.5, 0.25, down)), mirrored, floor_);

    // Lanes with gaps between them, which fade where they are finer than pixels.
    float lane = across * float(lanes);
    float fine = float(lanes) / (width * (near + 0.12) * RENDERSIZE.x);
    float gap = abs(fract(lane) - 0.5);
    float shape = mix(smoothstep(0.46, 0.46 - 0.10 - fine, gap), 0.8, clamp(2.5 * fine - 0.2, 0.0, 1.0));
    float inside = smoothstep(0.5, 0.49, abs(across - 0.5)) * wet;
    vec2 place = vec2((floor(lane) + 0.5) / float(lanes), age);
    vec3 light = IMG_NORM_PIXEL(sheet, place).rgb * shape * inside;
    float far = smoothstep(0.0, 0.22, down);
    vec3 glow = IMG_NORM_PIXEL(soft, vec2(across, age)).rgb * smoothstep(0.62, 0.46, abs(across - 0.5)) * wet;
    float strong = 1.0 + 0.35 * pulse + 0.9 * surge();
    vec3 sum = light * (1.1 * strong) * far + glow * 0.6 * strong * far;

    // Light stands over the horizon, from the lanes that reach it.
    float off = (spot.y - far_edge) * tall;
    vec3 tone = mix(color.rgb, second.rgb, clamp(abs(2.0 * spot.x - 1.0), 0.0, 1.0));
    float haze = 0.06 + 0.12 * level + 0.3 * pulse + 0.9 * surge();
    sum += tone * haze * exp(-off * off * (wet > 0.5 ? 200.0 : 130.0));
    sum = 1.0 - exp(-1.3 * sum);
    return vec4(1.0 - (1.0 - min(picture, 1.0)) * (1.0 - color.a * sum), 1.0);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = lit();
    else if (PASSINDEX == 1) gl_FragColor = softened();
    else gl_FragColor = waterfall();
}
