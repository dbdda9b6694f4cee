/*{
    "ISFVSN": "2",
    "VSN": "3",
    "TITLE": "Colour grade",
    "TITLE_RU": "Цветокоррекция",
    "DESCRIPTION": "Looks by name, and on top of them exposure, contrast, saturation, temperature, tint, gamma, faded blacks and the colours of shadows and highlights. Middle grey changes nothing there. White stays white, and accents and the loudest moments open the exposure a little.",
    "DESCRIPTION_RU": "Готовые стили, а поверх них экспозиция, контраст, насыщенность, температура, оттенок, гамма, осветлённое чёрное и цвета теней и светов; средний серый там ничего не меняет. Белое остаётся белым, а акценты и самые громкие моменты немного раскрывают экспозицию.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Filter", "Finish", "Colour"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "look", "LABEL": "Look", "LABEL_RU": "Стиль цвета", "TYPE": "long", "VALUES": [0, 1, 2, 3, 4, 5, 6, 7], "LABELS": ["None", "Warm film", "Cold night", "Teal and orange", "Bleach bypass", "Faded print", "Black and white", "Violet dusk"], "LABELS_RU": ["Нет", "Тёплая плёнка", "Холодная ночь", "Бирюза и оранжевый", "Без отбеливания", "Выцветший отпечаток", "Чёрно-белый", "Фиолетовые сумерки"], "DEFAULT": 1},
        {"NAME": "strength", "LABEL": "Strength of the look", "LABEL_RU": "Сила стиля", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 1.0, "IDENTITY": 0.0},
        {"NAME": "exposure", "LABEL": "Exposure, stops", "LABEL_RU": "Экспозиция, ступени", "UNIT": "stops", "TYPE": "float", "MIN": -2.0, "MAX": 2.0, "DEFAULT": 0.0, "IDENTITY": 0.0},
        {"NAME": "contrast", "LABEL": "Contrast", "LABEL_RU": "Контраст", "TYPE": "float", "MIN": -1.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0},
        {"NAME": "saturation", "LABEL": "Saturation", "LABEL_RU": "Насыщенность", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 1.0, "IDENTITY": 1.0},
        {"NAME": "temperature", "LABEL": "Temperature", "LABEL_RU": "Температура", "TYPE": "float", "MIN": -1.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0},
        {"NAME": "tint", "LABEL": "Green to magenta", "LABEL_RU": "От зелёного к пурпурному", "ADVANCED": true, "TYPE": "float", "MIN": -1.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0},
        {"NAME": "gamma", "LABEL": "Gamma", "LABEL_RU": "Гамма", "ADVANCED": true, "TYPE": "float", "MIN": 0.5, "MAX": 2.0, "DEFAULT": 1.0, "IDENTITY": 1.0},
        {"NAME": "fade", "LABEL": "Fade the blacks", "LABEL_RU": "Осветлить чёрное", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0},
        {"NAME": "shadows", "LABEL": "Colour of the shadows", "LABEL_RU": "Цвет теней", "TYPE": "color", "DEFAULT": [0.5, 0.5, 0.5, 1.0]},
        {"NAME": "highlights", "LABEL": "Colour of the highlights", "LABEL_RU": "Цвет светов", "TYPE": "color", "DEFAULT": [0.5, 0.5, 0.5, 1.0]},
        {"NAME": "pulse", "LABEL": "Accent", "LABEL_RU": "Акцент", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "accent.pulse", "decay": 0.35}},
        {"NAME": "peak", "LABEL": "Loudest moments", "LABEL_RU": "Самые громкие моменты", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "loudness", "from": [0.86, 0.985], "curve": "in", "smooth": 0.3}},
        {"NAME": "bump", "LABEL": "Exposure on an accent, stops", "LABEL_RU": "Экспозиция на акценте, ступени", "UNIT": "stops", "GROUP": "response", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.4, "IDENTITY": 0.0}
    ]
}*/

const vec3 LUMA = vec3(0.2126, 0.7152, 0.0722);

// The looks: contrast, saturation (0 is as it is), temperature, fade; and what is added to shadows
// and to highlights, which has no luma of its own.
const vec4 CURVE[8] = vec4[8](
    vec4(0.0), vec4(0.42, 0.0, 0.1, 0.12), vec4(0.3, -0.26, -0.6, 0.1), vec4(0.32, 0.1, 0.06, 0.04),
    vec4(0.65, -0.6, -0.06, 0.0), vec4(-0.3, -0.3, 0.12, 0.7), vec4(0.45, -1.0, 0.0, 0.08), vec4(0.16, 0.12, -0.08, 0.16));
const vec3 SHADE[8] = vec3[8](
    vec3(0.0), vec3(-0.085, 0.012, 0.07), vec3(-0.06, 0.01, 0.08), vec3(-0.075, 0.018, 0.045),
    vec3(-0.01, 0.003, 0.0), vec3(-0.02, 0.006, 0.0), vec3(0.0), vec3(0.022, -0.018, 0.1));
const vec3 GLOW[8] = vec3[8](
    vec3(0.0), vec3(0.055, 0.012, -0.055), vec3(-0.03, 0.005, 0.04), vec3(0.085, -0.014, -0.11),
    vec3(0.01, 0.0, -0.03), vec3(0.035, -0.004, -0.06), vec3(0.0), vec3(0.08, -0.028, 0.04));

// What a colour adds: nothing where it is middle grey or transparent.
vec3 lift(vec4 color) {
    return 0.6 * color.a * (color.rgb - 0.5);
}

void main() {
    vec4 picture = IMG_THIS_PIXEL(inputImage);
    vec4 named = strength * CURVE[look];
    float warm = temperature + named.z;

    // sRGB is nearly a power of 2.2: a stop is a factor here as well. The white balance keeps luma.
    vec3 balance = vec3(1.0 + 0.16 * warm + 0.05 * tint, 1.0 - 0.1 * tint, 1.0 - 0.2 * warm + 0.05 * tint);
    vec3 color = picture.rgb * balance * (exp2(exposure / 2.2) / dot(balance, LUMA));
    // Of white only little is coloured: snow by a warm look is still snow.
    float high = dot(picture.rgb, LUMA);
    float white = smoothstep(0.6, 0.95, high) * (1.0 - smoothstep(0.1, 0.4, max(picture.r, max(picture.g, picture.b)) - min(picture.r, min(picture.g, picture.b))));
    color = mix(color, picture.rgb * exp2(exposure / 2.2), 0.8 * white);
    // An accent's light bends towards white, so that nothing clips.
    color = clamp(color, 0.0, 1.0);
    color = mix(color, 1.0 - pow(1.0 - color, vec3(exp2(bump * max(pulse, 0.5 * peak)))), smoothstep(0.0, 0.25, high));
    if (gamma != 1.0) color = pow(color, vec3(1.0 / gamma));

    // An S that keeps black, middle grey and white.
    float slope = clamp(contrast + named.x, -1.0, 1.0);
    color += slope * color * (1.0 - color) * (2.0 * color - 1.0);

    float light = dot(color, LUMA);
    color = mix(vec3(light), color, max(saturation + named.y, 0.0));
    float dark = 1.0 - light;
    color += (strength * SHADE[look] + lift(shadows)) * dark * dark;
    color += strength * GLOW[look] * smoothstep(0.02, 0.6, light) * (1.0 - 0.45 * light) * (1.0 - 0.85 * white);
    color += lift(highlights) * light * (2.0 - light) * light;
    float veil = clamp(fade + named.w, 0.0, 1.0);
    color = mix(color, vec3(0.62, 0.6, 0.61), 0.17 * veil * (1.0 - 0.55 * light));
    gl_FragColor = vec4(clamp(color, 0.0, 1.0), picture.a);
}
