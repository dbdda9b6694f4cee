/*{
    "ISFVSN": "2",
    "VSN": "3",
    "TITLE": "Black and white",
    "TITLE_RU": "Чёрно-белое",
    "DESCRIPTION": "The picture drops to black and white on every accent, and its colours return over 300 ms.",
    "DESCRIPTION_RU": "На каждом акценте кадр становится чёрно-белым, и за 300 мс цвета возвращаются.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "PREMIUM": true,
    "CATEGORIES": ["Filter", "Beat", "Colour"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "kick", "LABEL": "Accent", "LABEL_RU": "Акцент", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "accent.pulse", "decay": 0.45, "curve": "out", "from": [0.0, 0.6], "smooth": 0.03}},
        {"NAME": "amount", "LABEL": "Amount", "LABEL_RU": "Сила", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 1.0, "IDENTITY": 0.0},
        {"NAME": "contrast", "LABEL": "Contrast of the grey", "LABEL_RU": "Контраст серого", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.4, "IDENTITY": 0.0},
        {"NAME": "tone", "LABEL": "Tone", "LABEL_RU": "Тон", "TYPE": "color", "DEFAULT": [1.0, 1.0, 1.0, 1.0]},
        {"NAME": "played", "LABEL": "Seconds of sound", "LABEL_RU": "Секунды звука", "UNIT": "s", "TYPE": "float", "MIN": 0.0, "MAX": 36000.0, "DEFAULT": 0.0, "BIND": {"bind": "sounding.sum", "smooth": 1.0}},
        {"NAME": "drift", "LABEL": "Drift", "LABEL_RU": "Медленное движение", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "IDENTITY": 0.0}
    ]
}*/

const vec3 LUMA = vec3(0.2126, 0.7152, 0.0722); // of BT.709, as the CSS filter grayscale() weighs

// Where a pixel comes from while the camera drifts over the picture, a little closer than it is.
// Added to the pixel's own place, so that no drift moves it by exactly nothing. What is sampled
// lies inside the picture.
vec2 drifting(vec2 uv) {
    float turn = 6.28318531 * played;
    vec2 to = vec2(sin(turn / 19.0), sin(turn / 14.3 + 1.9));
    float zoom = 1.0 + drift * (0.045 - 0.025 * cos(turn / 25.0));
    return uv + (0.5 - uv) * (1.0 - 1.0 / zoom) + 0.009 * drift * to;
}

void main() {
    vec4 picture = IMG_NORM_PIXEL(inputImage, drifting(isf_FragNormCoord));
    float grey = dot(picture.rgb, LUMA);
    float hard = clamp((1.0 + contrast) * (grey - 0.5) + 0.5, 0.0, 1.0);
    grey = mix(hard, hard * hard * (3.0 - 2.0 * hard), contrast); // an S-curve beside the slope
    gl_FragColor = vec4(mix(picture.rgb, grey * tone.rgb, min(amount * kick, 1.0)), picture.a);
}
