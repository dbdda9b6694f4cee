/*{
    "ISFVSN": "2",
    "VSN": "2",
    "TITLE": "Film grain",
    "TITLE_RU": "Зерно плёнки",
    "DESCRIPTION": "Fine grain over the whole picture, strongest in its middle tones, as fast film shows it. Every grain costs the encoder: with the defaults a video takes two to three times the bits, with twice the grain ten times.",
    "DESCRIPTION_RU": "Мелкое зерно по всему кадру, сильнее всего в средних тонах, как на чувствительной плёнке. Каждое зёрнышко стоит бит: с настройками по умолчанию видео занимает в два-три раза больше места, с вдвое большим зерном — в десять раз.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Filter", "Finish", "Film"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "heard", "LABEL": "Seconds of sound", "LABEL_RU": "Секунды звука", "UNIT": "s", "TYPE": "float", "MIN": 0.0, "MAX": 36000.0, "DEFAULT": 0.0, "BIND": "sounding.sum"},
        {"NAME": "amount", "LABEL": "Amount", "LABEL_RU": "Сила", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.26, "IDENTITY": 0.0},
        {"NAME": "size", "LABEL": "Size of a grain, pixels of 1080", "LABEL_RU": "Размер зерна, пиксели при высоте 1080", "UNIT": "px", "TYPE": "float", "MIN": 1.0, "MAX": 6.0, "DEFAULT": 2.8},
        {"NAME": "color", "LABEL": "Colour of the grain", "LABEL_RU": "Цветность зерна", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.1, "IDENTITY": 0.0},
        {"NAME": "shadows", "LABEL": "In the shadows", "LABEL_RU": "В тенях", "ADVANCED": true, "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.3},
        {"NAME": "highlights", "LABEL": "In the highlights", "LABEL_RU": "В светах", "ADVANCED": true, "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.05},
        {"NAME": "rate", "LABEL": "Film frames a second", "LABEL_RU": "Кадров плёнки в секунду", "UNIT": "fps", "ADVANCED": true, "TYPE": "float", "MIN": 0.0, "MAX": 60.0, "DEFAULT": 12.0, "IDENTITY": 0.0}
    ],
    "PASSES": [
        {"TARGET": "white"},
        {"TARGET": "across"},
        {"TARGET": "sheet"},
        {}
    ]
}*/

// A sheet of grain is drawn once; a frame of the film shows it turned over and moved.

const float TAPS = 6.0;

// A random number from 0 to 1 for two whole ones (PCG, O'Neill 2014, as a hash: Jarzynski and
// Olano 2020, "Hash Functions for GPU Rendering").
float chance(uint place, uint salt) {
    uint x = (place + 65537u * salt) * 747796405u + 2891336453u;
    x = ((x >> ((x >> 28u) + 4u)) ^ x) * 277803737u;
    return float(((x >> 22u) ^ x) >> 8u) / 16777216.0;
}

// Four channels of noise: one for all colours, one for each.
vec4 white_noise() {
    uint place = uint(gl_FragCoord.x) + 8192u * uint(gl_FragCoord.y);
    vec4 noise = vec4(chance(place, 11u), chance(place, 12u), chance(place, 13u), chance(place, 14u));
    return 0.5 + 0.5 * (noise - 0.5);
}

// Blurred to the size of a grain and made as strong as it was: the weights' squares sum to 1.
vec4 clumped(sampler2D image, vec2 direction) {
    float deviation = size * (0.06 + 0.36 * min(RENDERSIZE.x, RENDERSIZE.y) / 1080.0);
    vec4 sum = vec4(0.0);
    float squares = 0.0;
    for (float i = -TAPS; i <= TAPS; i++) {
        float weight = exp(-0.5 * i * i / (deviation * deviation));
        vec2 place = fract((gl_FragCoord.xy + i * direction) / RENDERSIZE); // around: it repeats
        sum += weight * (IMG_NORM_PIXEL(image, place) - 128.0 / 255.0);
        squares += weight * weight;
    }
    return 128.0 / 255.0 + sum / sqrt(squares);
}

vec4 sheet_of_grain() {
    vec4 noise = clumped(across, vec2(0.0, 1.0));
    return vec4(mix(noise.rrr, noise.gba, color), 1.0);
}

vec4 grainy() {
    vec4 picture = IMG_THIS_PIXEL(inputImage);
    uint film = uint(heard * rate + 0.01);
    vec2 uv = isf_FragNormCoord;
    uv = mix(uv, 1.0 - uv, step(0.5, vec2(chance(film, 3u), chance(film, 4u))));
    uv += floor(vec2(chance(film, 5u), chance(film, 6u)) * RENDERSIZE) / RENDERSIZE;
    vec3 noise = IMG_NORM_PIXEL(sheet, fract(uv)).rgb - 128.0 / 255.0;
    float light = dot(picture.rgb, vec3(0.2126, 0.7152, 0.0722));
    float ends = mix(shadows, highlights, smoothstep(0.3, 0.7, light));
    float strength = mix(ends, 1.0, clamp(4.0 * light * (1.0 - light), 0.0, 1.0));
    return vec4(clamp(picture.rgb + 0.55 * amount * strength * noise, 0.0, 1.0), picture.a);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = white_noise();
    else if (PASSINDEX == 1) gl_FragColor = clumped(white, vec2(1.0, 0.0));
    else if (PASSINDEX == 2) gl_FragColor = sheet_of_grain();
    else gl_FragColor = grainy();
}
