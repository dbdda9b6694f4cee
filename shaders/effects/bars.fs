/*{
    "ISFVSN": "2",
    "VSN": "2",
    "TITLE": "Bars",
    "TITLE_RU": "Столбики",
    "DESCRIPTION": "The spectrum as glowing bars, a curve or segments in front of the photo, in the photo's own colours: low notes in the middle, the left channel to the left, a faint reflection below.",
    "DESCRIPTION_RU": "Спектр перед фото — светящиеся столбики, кривая или сегменты в цветах самого фото: низкие ноты посередине, левый канал слева, внизу слабое отражение.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Photo", "Spectrum", "Beat"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "spectrum", "TYPE": "audioFFT", "SCALE": "track"},
        {"NAME": "pulse", "LABEL": "Pulse", "LABEL_RU": "Пульс", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": "accent"},
        {"NAME": "loud", "LABEL": "Loudness", "LABEL_RU": "Громкость", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 1.0, "BIND": {"bind": "level", "smooth": 0.3}},
        {"NAME": "style", "LABEL": "Style", "LABEL_RU": "Стиль", "TYPE": "long", "VALUES": [0, 1, 2], "LABELS": ["Bars", "Curve", "Segments"], "LABELS_RU": ["Столбики", "Кривая", "Сегменты"], "DEFAULT": 0},
        {"NAME": "color", "LABEL": "Colour of low notes", "LABEL_RU": "Цвет низких нот", "TYPE": "color", "DEFAULT": [1.0, 1.0, 1.0, 1.0], "PHOTO": "vivid"},
        {"NAME": "second", "LABEL": "Colour of high notes", "LABEL_RU": "Цвет высоких нот", "TYPE": "color", "DEFAULT": [1.0, 1.0, 1.0, 1.0], "PHOTO": "second"},
        {"NAME": "mirror", "LABEL": "Low notes in the middle", "LABEL_RU": "Низкие ноты посередине", "TYPE": "bool", "DEFAULT": true},
        {"NAME": "count", "LABEL": "Number of bars (0: as many as suit the picture)", "LABEL_RU": "Число столбиков (0: сколько подходит кадру)", "ADVANCED": true, "TYPE": "long", "MIN": 0, "MAX": 128, "DEFAULT": 0},
        {"NAME": "height", "LABEL": "Height", "LABEL_RU": "Высота", "GROUP": "place", "TYPE": "float", "MIN": 0.05, "MAX": 0.8, "DEFAULT": 0.25},
        {"NAME": "base", "LABEL": "Distance from below", "LABEL_RU": "Расстояние от нижнего края", "GROUP": "place", "ADVANCED": true, "TYPE": "float", "MIN": 0.0, "MAX": 0.9, "DEFAULT": 0.1},
        {"NAME": "middle", "LABEL": "Middle, from the left", "LABEL_RU": "Середина, от левого края", "GROUP": "place", "ADVANCED": true, "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
        {"NAME": "width", "LABEL": "Width", "LABEL_RU": "Ширина", "GROUP": "place", "TYPE": "float", "MIN": 0.1, "MAX": 1.0, "DEFAULT": 0.88},
        {"NAME": "thickness", "LABEL": "Thickness", "LABEL_RU": "Толщина", "ADVANCED": true, "TYPE": "float", "MIN": 0.1, "MAX": 1.0, "DEFAULT": 0.68},
        {"NAME": "glow", "LABEL": "Glow", "LABEL_RU": "Свечение", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "IDENTITY": 0.0},
        {"NAME": "reflection", "LABEL": "Reflection", "LABEL_RU": "Отражение", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.4, "IDENTITY": 0.0},
        {"NAME": "dim", "LABEL": "Shade behind the bars", "LABEL_RU": "Затемнение за столбиками", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.65, "IDENTITY": 0.0},
        {"NAME": "gain", "LABEL": "Sensitivity", "LABEL_RU": "Чувствительность", "GROUP": "response", "ADVANCED": true, "TYPE": "float", "MIN": 0.2, "MAX": 3.0, "DEFAULT": 1.0}
    ],
    "PASSES": [
        {"TARGET": "levels", "WIDTH": "max($count, (1 - min($count, 1)) * 2 * floor(min(7 + 8.5 * $WIDTH / $HEIGHT, 24)))", "HEIGHT": 1, "FLOAT": true},
        {"TARGET": "back"},
        {"TARGET": "columns", "WIDTH": "$WIDTH", "HEIGHT": 1, "FLOAT": true},
        {"TARGET": "light", "WIDTH": "max($WIDTH / 6, 16)", "HEIGHT": "max($HEIGHT / 6, 16)"},
        {}
    ]
}*/

// Per frame two passes of a row are drawn, one of a thirty-sixth of the frame, and one of the whole
// frame with three texture fetches. What is behind stands still.

#ifndef SAFE_AREA
#define SAFE_AREA vec4(0.0)
#endif

// Where the bars stand, in shares of the frame: left, below, width, height.
vec4 area() {
    vec2 low = SAFE_AREA.xy;
    vec2 high = 1.0 - SAFE_AREA.zw;
    vec2 frame = IMG_SIZE(inputImage);
    float upright = min(1.25 * frame.x / frame.y, 1.0);
    vec2 size = vec2((high.x - low.x) * width, height * upright);
    return vec4(mix(low.x, high.x, middle) - 0.5 * size.x, max(base, low.y + 0.04), size);
}

float bar_count() { return IMG_SIZE(levels).x; }

// Pitch at a place from left to right.
float pitch(float place) { return mirror ? abs(2.0 * place - 1.0) : place; }

// The bar that stands at gl_FragCoord.x; quiet bands stay low.
vec4 level() {
    float bars = RENDERSIZE.x;
    float sum = 0.0;
    for (float i = 0.0; i < 3.0; i++) {
        float place = (gl_FragCoord.x - 0.5 + (i + 0.5) / 3.0) / bars;
        float row = mirror ? 0.25 + 0.5 * step(0.5, place) : 0.5; // the channel, or both
        sum += IMG_NORM_PIXEL(spectrum, vec2(pitch(place), row)).r / 3.0;
    }
    float force = (0.35 + 0.7 * loud * loud) * (0.8 + 0.5 * pulse);
    return vec4(min(gain * force * pow(sum, 1.25), 1.0));
}

// The photo, darker from the tips of the bars down on the whole width, and more so where it is bright.
// Bars in the middle of the frame have a band.
vec4 background() {
    vec4 place = area();
    float up = (isf_FragNormCoord.y - place.y) / place.w;
    float below = mix(1.0, smoothstep(-1.2, 0.0, up), smoothstep(0.3, 0.4, place.y));
    float shade = dim * smoothstep(1.3, -0.1, up) * below;
    vec3 tone = IMG_THIS_PIXEL(inputImage).rgb;
    float bright = dot(tone, vec3(0.2126, 0.7152, 0.0722));
    return vec4(tone * (1.0 - shade * mix(0.75, 1.0, smoothstep(0.1, 0.6, bright))), 1.0);
}

// Cubic B-spline through the levels (Sigg and Hadwiger, GPU Gems 2, chapter 20).
float smooth_level(float across) {
    float at = across - 0.5;
    float f = fract(at);
    float g = 1.0 - f;
    vec4 w = vec4(g * g * g, 4.0 - 6.0 * f * f + 3.0 * f * f * f, 4.0 - 6.0 * g * g + 3.0 * g * g * g, f * f * f) / 6.0;
    ivec4 i = clamp(int(floor(at)) + ivec4(-1, 0, 1, 2), 0, int(bar_count()) - 1);
    return dot(w, vec4(texelFetch(levels, ivec2(i.x, 0), 0).r, texelFetch(levels, ivec2(i.y, 0), 0).r,
                       texelFetch(levels, ivec2(i.z, 0), 0).r, texelFetch(levels, ivec2(i.w, 0), 0).r));
}

// What stands in each column of pixels, in pixels. Red: how high it reaches; green: how much longer
// than level the curve is there; blue: the curve, for the light. Alpha is 0 beside the bars.
vec4 outline() {
    vec4 place = area();
    vec2 size = place.zw * IMG_SIZE(inputImage);
    float across = (gl_FragCoord.x - place.x * RENDERSIZE.x) / size.x;
    float inside = step(abs(across - 0.5), 0.5);
    float at = across * bar_count();
    float curve = smooth_level(at);
    float slope = (smooth_level(at + 0.25) - smooth_level(at - 0.25)) * 2.0 * size.y * bar_count() / size.x;
    float value = style == 1 ? curve : IMG_PIXEL(levels, vec2(floor(at) + 0.5, 0.5)).r;
    float ends = exp(-30.0 * max(abs(across - 0.5) - 0.5, 0.0));
    return vec4(value * size.y, sqrt(1.0 + slope * slope), curve * ends, inside);
}

// Light that the bars throw, most of it at their tips: how much of it there is. Where most of them
// are high there is less, so that it shows their contour rather than a box of haze.
vec4 halo() {
    vec4 place = area();
    vec2 reach = vec2(0.022, 0.06) * min(RENDERSIZE.x, RENDERSIZE.y) / RENDERSIZE;
    float up = (isf_FragNormCoord.y - place.y) / place.w;
    float under = exp(20.0 * min(up, 0.0)); // close to the line
    up = max(up, 0.0);
    float sum = 0.0;
    float tips = 0.0;
    float weights = 0.0;
    for (float i = -4.0; i <= 4.0; i++) {
        float weight = exp(-0.35 * i * i);
        float value = IMG_NORM_PIXEL(columns, vec2(isf_FragNormCoord.x + 0.35 * i * reach.x, 0.5)).b;
        float past = max(up - value, 0.0) * place.w / reach.y;
        sum += weight * (0.25 + value) * step(0.01, value) * exp(-1.6 * past);
        tips += weight * value;
        weights += weight;
    }
    float mean = 0.0;
    for (float i = 0.5; i < 8.0; i++) mean += IMG_NORM_PIXEL(columns, vec2(place.x + place.z * i / 8.0, 0.5)).b / 8.0;
    float tip = min(up * weights / max(tips, 0.02 * weights), 1.0);
    float crowd = 1.0 / (1.0 + 6.0 * max(mean - 0.3, 0.0));
    return vec4(under * crowd * mix(0.45, 1.3, tip * tip) * sum / weights);
}

vec4 bars() {
    vec4 place = area();
    vec2 size = place.zw * RENDERSIZE;
    vec2 at = gl_FragCoord.xy - place.xy * RENDERSIZE;
    float unit = size.x / bar_count();                       // pixels from bar to bar
    vec4 column = texelFetch(columns, ivec2(gl_FragCoord.x, 0), 0);
    float radius = 0.5 * thickness * unit;
    float below = step(at.y, 0.0);
    float beside = (fract(at.x / unit) - 0.5) * unit;
    float rise = mix(at.y, -2.0 * at.y, below);
    float tall = max(column.r, style == 1 ? 1.5 : 2.0 * radius);
    float shape;
    float fill = 1.0;
    if (style == 0) {
        // A capsule from radius to tall - radius; its mirror image hangs below, half as tall.
        rise -= below * radius;
        float past = rise - clamp(rise, radius, tall - radius);
        shape = radius + 0.5 - length(vec2(beside, past));
    } else if (style == 1) {
        float past = (tall - rise) / column.g;
        float line = max(0.007 * min(RENDERSIZE.x, RENDERSIZE.y), 1.5);
        shape = past + 0.5;
        fill = mix(1.0, 0.1 + 0.5 * rise / tall, clamp(past - line + 0.5, 0.0, 1.0));
        fill *= clamp(12.5 - 25.0 * abs(at.x / size.x - 0.5), 0.0, 1.0);
    } else {
        // Flat pills, one above the other; the topmost is as bright as what of it is reached.
        float pitch_ = max(0.62 * unit, 4.0);
        float row = floor(rise / pitch_);
        vec2 half_size = vec2(radius, 0.3 * pitch_);
        float corner = min(half_size.x, half_size.y) * 0.8;
        vec2 q = abs(vec2(beside, rise - (row + 0.5) * pitch_)) - half_size + corner;
        shape = corner + 0.5 - length(max(q, 0.0)) - min(max(q.x, q.y), 0.0);
        fill = clamp(column.r / pitch_ - row, row < 0.5 ? 0.35 : 0.0, 1.0);
    }
    float outline_ = max(0.0035 * min(RENDERSIZE.x, RENDERSIZE.y), 0.8);
    float edge = clamp(shape / outline_ + 1.0, 0.0, 1.0) * column.a * color.a * (1.0 - below);
    edge *= style == 1 ? 1.0 - clamp(shape, 0.0, 1.0) : fill;
    shape = clamp(shape, 0.0, 1.0) * column.a * fill;
    shape *= mix(1.0, reflection * max(1.0 - 2.2 * rise / size.y, 0.0), below);
    vec3 tone = mix(color.rgb, second.rgb, pitch(clamp(at.x / size.x, 0.0, 1.0)));
    float up = clamp(0.5 * rise / size.y + 0.5 * min(rise / tall, 1.0), 0.0, 1.0);
    float grey = dot(tone, vec3(0.2126, 0.7152, 0.0722));
    tone = clamp(mix(vec3(grey), tone, 1.35), 0.0, 1.0); // between two hues, too
    tone = mix(tone, vec3(1.0), 0.2 * pulse);
    vec3 body = mix(tone * 0.75, mix(tone, vec3(1.0), 0.25), up * up * (3.0 - 2.0 * up));
    // A light cap, as round as the bar.
    if (style == 0) body = mix(body, mix(tone, vec3(1.0), 0.75), smoothstep(2.2 * radius, 1.2 * radius, tall - rise) * smoothstep(2.0 * radius, 6.0 * radius, tall) * (1.0 - 0.6 * below));

    vec3 photo = IMG_THIS_PIXEL(back).rgb;
    vec3 shine = tone * (IMG_THIS_NORM_PIXEL(light).r * glow * (0.55 + 1.2 * pulse) * color.a);
    photo = 1.0 - (1.0 - photo) * (1.0 - min(shine, 1.0));
    photo *= 1.0 - 0.55 * edge; // a fine dark outline
    return vec4(mix(photo, body, color.a * shape), 1.0);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = level();
    else if (PASSINDEX == 1) gl_FragColor = background();
    else if (PASSINDEX == 2) gl_FragColor = outline();
    else if (PASSINDEX == 3) gl_FragColor = halo();
    else gl_FragColor = bars();
}
