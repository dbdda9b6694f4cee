/*{
    "ISFVSN": "2",
    "VSN": "2",
    "TITLE": "Equalizer",
    "TITLE_RU": "Эквалайзер",
    "DESCRIPTION": "A field of light along the lower edge: dots swell and shine as high as the spectrum reaches, in the photo's own colours, and fade to points above. Accents light them up; a single dot keeps each peak for a moment.",
    "DESCRIPTION_RU": "Поле света у нижнего края: точки растут и светятся до высоты спектра, в цветах самого фото, и выше тают до едва заметных. Акценты зажигают их; одна точка на мгновение задерживает каждый пик.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Photo", "Spectrum", "Beat"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "history", "TYPE": "audioHistory", "SCALE": "track", "PAST": 0.8, "FUTURE": 0.1, "MAX": 96},
        {"NAME": "pulse", "LABEL": "Pulse", "LABEL_RU": "Пульс", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": "accent"},
        {"NAME": "loud", "LABEL": "Loudness", "LABEL_RU": "Громкость", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 1.0, "BIND": {"bind": "level", "smooth": 0.3}},
        {"NAME": "cells", "LABEL": "Dots on the short side of the frame", "LABEL_RU": "Точек на короткой стороне кадра", "ADVANCED": true, "TYPE": "long", "MIN": 6, "MAX": 64, "DEFAULT": 32},
        {"NAME": "height", "LABEL": "Height", "LABEL_RU": "Высота", "GROUP": "place", "TYPE": "float", "MIN": 0.1, "MAX": 1.0, "DEFAULT": 0.24},
        {"NAME": "width", "LABEL": "Width", "LABEL_RU": "Ширина", "GROUP": "place", "TYPE": "float", "MIN": 0.1, "MAX": 1.0, "DEFAULT": 0.92},
        {"NAME": "base", "LABEL": "Distance from below", "LABEL_RU": "Расстояние от нижнего края", "GROUP": "place", "ADVANCED": true, "TYPE": "float", "MIN": 0.0, "MAX": 0.9, "DEFAULT": 0.05},
        {"NAME": "middle", "LABEL": "Middle, from the left", "LABEL_RU": "Середина, от левого края", "GROUP": "place", "ADVANCED": true, "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
        {"NAME": "color", "LABEL": "Colour", "LABEL_RU": "Цвет", "TYPE": "color", "DEFAULT": [1.0, 1.0, 1.0, 1.0], "PHOTO": "vivid"},
        {"NAME": "tip", "LABEL": "Colour of the tips", "LABEL_RU": "Цвет верхушек", "TYPE": "color", "DEFAULT": [1.0, 1.0, 1.0, 1.0], "PHOTO": "light"},
        {"NAME": "round", "LABEL": "Round dots", "LABEL_RU": "Округлость точек", "ADVANCED": true, "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 1.0},
        {"NAME": "glow", "LABEL": "Glow", "LABEL_RU": "Свечение", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "IDENTITY": 0.0},
        {"NAME": "mirror", "LABEL": "Low notes in the middle", "LABEL_RU": "Низкие ноты посередине", "TYPE": "bool", "DEFAULT": true},
        {"NAME": "dim", "LABEL": "Shade behind the dots", "LABEL_RU": "Затемнение за точками", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.65, "IDENTITY": 0.0},
        {"NAME": "gain", "LABEL": "Sensitivity", "LABEL_RU": "Чувствительность", "GROUP": "response", "ADVANCED": true, "TYPE": "float", "MIN": 0.2, "MAX": 3.0, "DEFAULT": 1.0}
    ],
    "PASSES": [
        {"TARGET": "levels", "WIDTH": "max(floor($cells * $width * $SAFE_WIDTH / min($WIDTH, $HEIGHT)), 4)", "HEIGHT": 1, "FLOAT": true},
        {"TARGET": "back"},
        {"TARGET": "light", "WIDTH": "max($WIDTH / 4, 16)", "HEIGHT": "max($HEIGHT / 4, 16)"},
        {}
    ]
}*/

#ifndef SAFE_AREA
#define SAFE_AREA vec4(0.0)
#endif

const float PAST = 0.8;   // as in the header
const float SPAN = 0.9;
const float HOLD = 0.12;  // seconds that a peak stays
const float FALL = 2.0;   // how fast it falls then, heights a second a second
const float NEAR = 0.16;  // the most that it is above its column
const float AHEAD = 0.08; // seconds that the spectrum takes to rise

float level(float pitch, float age) {
    return min(gain * pow(IMG_NORM_PIXEL(history, vec2((PAST - age) / SPAN, pitch)).r, 1.4), 1.0);
}

// Red: how high the column stands. Green: its peak, as it fell since.
vec4 column() {
    float place = gl_FragCoord.x / RENDERSIZE.x;
    float pitch = mirror ? abs(2.0 * place - 1.0) : place;
    float peak = 0.0;
    for (float i = 0.0; i < 22.0; i++) {
        float age = i / 30.0;
        float fallen = max(age - HOLD, 0.0);
        peak = max(peak, level(pitch, age) - FALL * fallen * fallen);
    }
    // An accent stands in full height in its own frame, ahead of the spectrum's rise.
    float now = level(pitch, 0.0);
    now = mix(now, max(now, level(pitch, -AHEAD)), pulse);
    // The lowest row is lit while anything sounds.
    now = max(now, 0.12 * smoothstep(0.0, 0.1, loud));
    float force = (0.35 + 0.75 * loud * loud) * (0.85 + 0.25 * pulse);
    return vec4(min(vec2(now, min(max(peak, now), now + NEAR)) * force, 1.0), 0.0, 1.0);
}

// Where the field is, in pixels: its lower left corner, the edge of a cell, and its rows.
vec4 field() {
    vec2 frame = IMG_SIZE(inputImage);
    float edge = width * (1.0 - SAFE_AREA.x - SAFE_AREA.z) * frame.x / IMG_SIZE(levels).x;
    float across = edge * IMG_SIZE(levels).x;
    float centre = mix(SAFE_AREA.x, 1.0 - SAFE_AREA.z, middle) * frame.x;
    float upright = min(1.25 * frame.x / frame.y, 1.0);
    float below = max(base, SAFE_AREA.y) * frame.y;
    return vec4(centre - 0.5 * across, below, edge, floor(height * upright * frame.y / edge));
}

// The photo, darker towards the foot of the field on the whole width, and more so where it is bright.
// A field in the middle of the frame has a band.
vec4 background() {
    vec4 at = field();
    float up = (gl_FragCoord.y - at.y) / (at.z * at.w);
    float below = mix(1.0, smoothstep(-1.2, 0.0, up), smoothstep(0.3, 0.4, at.y / RENDERSIZE.y));
    float shade = dim * smoothstep(1.4, -0.1, up) * below;
    vec3 tone = IMG_THIS_PIXEL(inputImage).rgb;
    float bright = dot(tone, vec3(0.2126, 0.7152, 0.0722));
    return vec4(tone * (1.0 - shade * mix(0.75, 1.0, smoothstep(0.1, 0.6, bright))), 1.0);
}

// Light around what is lit.
vec4 halo() {
    vec4 at = field();
    float across = at.z * IMG_SIZE(levels).x;
    vec2 spot = (isf_FragNormCoord * IMG_SIZE(back) - at.xy) / at.z;
    float near = IMG_NORM_PIXEL(levels, vec2(spot.x * at.z / across, 0.5)).r;
    float up = spot.y / at.w;
    float ends = 1.0 - smoothstep(0.0, 1.5, max(-spot.x, spot.x - IMG_SIZE(levels).x));
    float shine = min(near / 0.3, 1.0) * exp(-20.0 * max(up - near, 0.0)) * ends;
    shine *= up > 0.0 ? mix(0.55, 1.0, clamp(up / max(near, 0.02), 0.0, 1.0)) : 0.55 * exp(1.2 * spot.y);
    return vec4(shine);
}

vec4 equalizer() {
    vec4 at = field();
    vec2 spot = (gl_FragCoord.xy - at.xy) / at.z;
    vec2 cell = floor(spot);
    float columns = IMG_SIZE(levels).x;
    vec2 values = texelFetch(levels, ivec2(clamp(cell.x, 0.0, columns - 1.0), 0), 0).rg * at.w;
    vec2 last = vec2(columns, at.w) - 1.0;
    float inside = cell == clamp(cell, vec2(0.0), last) ? 1.0 : 0.0;
    float fill = clamp(values.r - cell.y, 0.0, 1.0);                   // the topmost swells
    float up = clamp(cell.y / max(values.r, 1.0), 0.0, 1.0);
    float peak = values.g > 1.5 && floor(values.g) == cell.y ? 1.0 - fill : 0.0;
    float on = max(fill, 0.6 * peak);

    // A dot at rest is a point that fades upwards; lit, it fills its cell.
    float swell = mix(0.09, 0.33 + 0.08 * up * up + 0.06 * pulse, on);
    vec2 q = abs(spot - cell - 0.5);
    float away = mix(max(q.x, q.y), length(q), round);
    float shape = clamp((swell - away) * at.z + 0.5, 0.0, 1.0) * inside;
    // The body below the tips is made of finer, clearer dots: what draws the eye is the outline.
    float clear = mix(0.85, 1.0, max(up, peak)) + 0.25 * pulse * fill;
    float rest = 0.4 * max(1.0 - 1.3 * cell.y / at.w, 0.0);
    vec3 tone = mix(color.rgb, tip.rgb, max(max(0.85 * clamp(1.6 * up - 0.6, 0.0, 1.0), 0.12), peak));
    tone = mix(tone, vec3(1.0), 0.4 * pulse * fill);

    vec3 below = IMG_THIS_PIXEL(back).rgb;
    float shine = IMG_THIS_NORM_PIXEL(light).r * glow * (0.25 + 0.5 * pulse) * color.a;
    below = 1.0 - (1.0 - below) * (1.0 - color.rgb * min(shine, 1.0));
    return vec4(mix(below, tone, color.a * shape * mix(rest, min(clear, 1.0), on)), 1.0);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = column();
    else if (PASSINDEX == 1) gl_FragColor = background();
    else if (PASSINDEX == 2) gl_FragColor = halo();
    else gl_FragColor = equalizer();
}
