/*{
    "ISFVSN": "2",
    "VSN": "2",
    "TITLE": "Vignette",
    "TITLE_RU": "Виньетка",
    "DESCRIPTION": "The picture darkens softly towards its corners, or takes on a colour there, with a little more light in its middle; an accent opens it for a moment, the loudest moments keep it open.",
    "DESCRIPTION_RU": "К углам кадр мягко темнеет или окрашивается, а в середине немного светлее; акцент на мгновение раскрывает её, самые громкие моменты держат её открытой.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Filter", "Finish", "Lens"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "amount", "LABEL": "Amount", "LABEL_RU": "Сила", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.7, "IDENTITY": 0.0},
        {"NAME": "size", "LABEL": "Size of what stays clear", "LABEL_RU": "Размер светлой области", "GROUP": "place", "TYPE": "float", "MIN": 0.0, "MAX": 1.5, "DEFAULT": 0.38},
        {"NAME": "softness", "LABEL": "Softness", "LABEL_RU": "Мягкость", "ADVANCED": true, "TYPE": "float", "MIN": 0.0, "MAX": 1.5, "DEFAULT": 1.0},
        {"NAME": "roundness", "LABEL": "Roundness", "LABEL_RU": "Округлость", "ADVANCED": true, "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.25},
        {"NAME": "center", "LABEL": "Middle", "LABEL_RU": "Центр", "TYPE": "point2D", "MIN": [0.0, 0.0], "MAX": [1.0, 1.0], "DEFAULT": [0.5, 0.5]},
        {"NAME": "color", "LABEL": "Colour", "LABEL_RU": "Цвет", "TYPE": "color", "DEFAULT": [0.0, 0.0, 0.0, 1.0]},
        {"NAME": "pulse", "LABEL": "Accent", "LABEL_RU": "Акцент", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "accent.pulse", "decay": 0.4}},
        {"NAME": "peak", "LABEL": "Loudest moments", "LABEL_RU": "Самые громкие моменты", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "loudness", "from": [0.86, 0.985], "curve": "in", "smooth": 0.3}},
        {"NAME": "opens", "LABEL": "Opens on an accent", "LABEL_RU": "Раскрытие на акценте", "GROUP": "response", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "IDENTITY": 0.0}
    ]
}*/

// Half a step of 8 bits of noise (interleaved gradient noise, Jimenez 2014): hides bands.
float dither() {
    return (fract(52.9829189 * fract(dot(gl_FragCoord.xy, vec2(0.06711056, 0.00583715)))) - 0.5) / 255.0;
}

void main() {
    // 1 at the middle of the frame's sides; round, at the ends of its short side.
    vec2 round_unit = vec2(min(RENDERSIZE.x, RENDERSIZE.y));
    vec2 away = 2.0 * (gl_FragCoord.xy - center * RENDERSIZE) / mix(RENDERSIZE, round_unit, roundness);
    float edge = max(softness, 0.01);
    float far = length(away);
    float open = opens * max(pulse, 0.5 * peak);
    float dark = smoothstep(size + 0.35 * open, size + 0.35 * open + edge, far) * amount * color.a * (1.0 - 0.3 * open);
    vec4 picture = IMG_THIS_PIXEL(inputImage);
    // More light in the middle, by a curve that keeps black and white.
    float lamp = amount * color.a * (0.12 + 0.75 * open) * (1.0 - smoothstep(0.0, size + edge, far));
    vec3 lit = 1.0 - pow(1.0 - clamp(picture.rgb, 0.0, 1.0), vec3(1.0 + lamp));
    vec3 shaded = mix(mix(picture.rgb, lit, min(8.0 * lamp, 1.0)), color.rgb, dark);
    gl_FragColor = vec4(clamp(shaded + min(32.0 * dark, 1.0) * dither(), 0.0, 1.0), picture.a);
}
