/*{
    "ISFVSN": "2",
    "VSN": "2",
    "TITLE": "Ring",
    "TITLE_RU": "Кольцо",
    "DESCRIPTION": "The photo in a circle with a thin bright rim and the spectrum around it as layers of light in fine peaks, as bars or a line, on a blurred copy of itself: low notes below, high notes above, both sides alike. Accents light it up and make it grow at once, and what it was a moment ago shows behind it.",
    "DESCRIPTION_RU": "Фото в круге с тонким ярким ободком на своей размытой копии, вокруг спектр: слои света с тонкими зубцами, столбики или линия; низкие ноты внизу, высокие вверху, обе стороны одинаковы. Акценты зажигают его и сразу увеличивают, а позади видно, каким оно было мгновение назад.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Photo", "Spectrum", "Beat"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "photo", "TYPE": "image"},
        {"NAME": "history", "TYPE": "audioHistory", "SCALE": "track", "PAST": 0.5, "FUTURE": 0.1, "MAX": 96},
        {"NAME": "pulse", "LABEL": "Pulse", "LABEL_RU": "Пульс", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": "accent"},
        {"NAME": "bass", "LABEL": "Bass", "LABEL_RU": "Бас", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "bass.envelope", "curve": "in", "smooth": 0.08}},
        {"NAME": "loud", "LABEL": "Loudness", "LABEL_RU": "Громкость", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 1.0, "BIND": {"bind": "level", "smooth": 0.3}},
        {"NAME": "amount", "LABEL": "Growth with accents and bass", "LABEL_RU": "Рост от акцентов и баса", "GROUP": "response", "TYPE": "float", "MIN": 0.0, "MAX": 0.25, "DEFAULT": 0.06, "IDENTITY": 0.0},
        {"NAME": "glow", "LABEL": "Glow", "LABEL_RU": "Свечение", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "IDENTITY": 0.0},
        {"NAME": "style", "LABEL": "Style", "LABEL_RU": "Стиль", "TYPE": "long", "VALUES": [0, 1, 2], "LABELS": ["Curve", "Bars", "Line"], "LABELS_RU": ["Кривая", "Столбики", "Линия"], "DEFAULT": 0},
        {"NAME": "color", "LABEL": "Colour", "LABEL_RU": "Цвет", "TYPE": "color", "DEFAULT": [1.0, 1.0, 1.0, 1.0], "PHOTO": "vivid"},
        {"NAME": "second", "LABEL": "Colour of the outermost", "LABEL_RU": "Цвет внешнего слоя", "TYPE": "color", "DEFAULT": [1.0, 1.0, 1.0, 0.4], "PHOTO": "vivid"},
        {"NAME": "front", "LABEL": "Colour of the rim and the tips", "LABEL_RU": "Цвет ободка и кончиков", "ADVANCED": true, "TYPE": "color", "DEFAULT": [1.0, 1.0, 1.0, 1.0]},
        {"NAME": "count", "LABEL": "Number of bars", "LABEL_RU": "Число столбиков", "ADVANCED": true, "TYPE": "long", "MIN": 16, "MAX": 256, "DEFAULT": 112},
        {"NAME": "place", "LABEL": "Middle, from 0 to 1", "LABEL_RU": "Центр, от 0 до 1", "TYPE": "point2D", "MIN": [0.0, 0.0], "MAX": [1.0, 1.0], "DEFAULT": [0.5, 0.5]},
        {"NAME": "size", "LABEL": "Size of the photo", "LABEL_RU": "Размер фото", "GROUP": "place", "TYPE": "float", "MIN": 0.1, "MAX": 0.9, "DEFAULT": 0.6},
        {"NAME": "reach", "LABEL": "Reach of the spectrum", "LABEL_RU": "Высота спектра", "GROUP": "place", "TYPE": "float", "MIN": 0.02, "MAX": 0.5, "DEFAULT": 0.11},
        {"NAME": "thickness", "LABEL": "Thickness of bars and line", "LABEL_RU": "Толщина столбиков и линии", "ADVANCED": true, "TYPE": "float", "MIN": 0.1, "MAX": 1.0, "DEFAULT": 0.5},
        {"NAME": "background", "LABEL": "Background", "LABEL_RU": "Фон", "TYPE": "long", "VALUES": [0, 1], "LABELS": ["The photo, blurred", "The picture below"], "LABELS_RU": ["Размытое фото", "Кадр под слоем"], "DEFAULT": 0},
        {"NAME": "dim", "LABEL": "Dim the background", "LABEL_RU": "Затемнение фона", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.4},
        {"NAME": "gain", "LABEL": "Sensitivity", "LABEL_RU": "Чувствительность", "GROUP": "response", "ADVANCED": true, "TYPE": "float", "MIN": 0.2, "MAX": 3.0, "DEFAULT": 1.0}
    ],
    "PASSES": [
        {"TARGET": "small", "WIDTH": "max($WIDTH / 8, 32)", "HEIGHT": "max($HEIGHT / 8, 32)", "FLOAT": true},
        {"TARGET": "across", "WIDTH": "max($WIDTH / 8, 32)", "HEIGHT": "max($HEIGHT / 8, 32)", "FLOAT": true},
        {"TARGET": "blurred", "WIDTH": "max($WIDTH / 8, 32)", "HEIGHT": "max($HEIGHT / 8, 32)", "FLOAT": true},
        {"TARGET": "back"},
        {"TARGET": "disc", "WIDTH": "floor($size * min($WIDTH, $HEIGHT)) + 4", "HEIGHT": "floor($size * min($WIDTH, $HEIGHT)) + 4"},
        {"TARGET": "levels", "WIDTH": 256, "HEIGHT": 1, "FLOAT": true},
        {"TARGET": "columns", "WIDTH": 1024, "HEIGHT": 1, "FLOAT": true},
        {}
    ]
}*/

// Per frame the last three passes are drawn: two of a row, and one of the whole frame with three
// texture fetches. The others depend on nothing that changes.

#ifndef SAFE_AREA
#define SAFE_AREA vec4(0.0)
#endif

const float TAPS = 14.0;
const float BLUR = 0.06;        // standard deviation of the blur, in short sides of the frame
const float PI = 3.14159265;
const float PAST = 0.5;         // as in the header
const float SPAN = 0.6;
const float POINTS = 96.0;      // of the curve, from the bottom to the top
const float FOLDS = 4.0;        // of the fine peaks, from the bottom to the top
const float LAG = 0.05;         // seconds between the innermost curve and the next
const float AHEAD = 0.08;       // seconds that the spectrum takes to rise
const float MARGIN = 0.05;      // share of the short side that stays free at the edges

// A small copy of the middle of the picture, where the photo fills it whatever its shape.
vec4 shrunk() {
    vec2 filled = IMG_SIZE(photo) / RENDERSIZE;
    float zoom = max(min(filled.x, filled.y) / max(filled.x, filled.y), 0.2);
    vec4 sum = vec4(0.0);
    for (int y = 0; y < 4; y++)
        for (int x = 0; x < 4; x++) {
            vec2 uv = (gl_FragCoord.xy + (vec2(x, y) - 1.5) / 4.0) / RENDERSIZE;
            sum += IMG_NORM_PIXEL(inputImage, 0.5 + zoom * (uv - 0.5));
        }
    return sum / 16.0;
}

vec4 blur(sampler2D image, vec2 direction) {
    vec2 deviation = direction * BLUR * min(RENDERSIZE.x, RENDERSIZE.y) / RENDERSIZE;
    vec4 sum = vec4(0.0);
    float weights = 0.0;
    for (float i = -TAPS; i <= TAPS; i++) {
        float d = i / TAPS * 2.6;
        float weight = exp(-0.5 * d * d);
        sum += weight * IMG_NORM_PIXEL(image, isf_FragNormCoord + d * deviation);
        weights += weight;
    }
    return sum / weights;
}

// Cubic B-spline in four bilinear fetches (Sigg and Hadwiger, GPU Gems 2, chapter 20): a small
// picture drawn large without the diamonds of linear filtering.
vec3 smoothly(sampler2D image, vec2 uv) {
    vec2 size = IMG_SIZE(image);
    vec2 texel = uv * size - 0.5;
    vec2 f = fract(texel);
    vec2 g = 1.0 - f;
    vec2 w0 = g * g * g / 6.0;
    vec2 w3 = f * f * f / 6.0;
    vec2 w1 = 2.0 / 3.0 - 0.5 * f * f * (2.0 - f);
    vec2 low = w0 + w1;
    vec2 w2 = 1.0 - low - w3;
    vec2 a = (floor(texel) - 0.5 + w1 / low) / size;
    vec2 b = (floor(texel) + 1.5 + w3 / (w2 + w3)) / size;
    vec3 bottom = mix(IMG_NORM_PIXEL(image, vec2(b.x, a.y)).rgb, IMG_NORM_PIXEL(image, a).rgb, low.x);
    vec3 top = mix(IMG_NORM_PIXEL(image, b).rgb, IMG_NORM_PIXEL(image, vec2(a.x, b.y)).rgb, low.x);
    return mix(top, bottom, low.y);
}

// Half a step of 8 bits of noise (interleaved gradient noise, Jimenez 2014): hides bands.
float dither() {
    return (fract(52.9829189 * fract(dot(gl_FragCoord.xy, vec2(0.06711056, 0.00583715)))) - 0.5) / 255.0;
}

// Where the ring is, in pixels from the lower left corner: within what apps leave free.
vec2 middle() { return mix(SAFE_AREA.xy, 1.0 - SAFE_AREA.zw, place) * RENDERSIZE; }

vec4 background_() {
    vec2 side = isf_FragNormCoord - 0.5;
    float unit = min(RENDERSIZE.x, RENDERSIZE.y);
    float far = max(length(gl_FragCoord.xy - middle()) / unit - 0.5 * size, 0.0) / 0.2;
    float shade = 1.0 - 0.4 * exp(-far * far);
    vec3 tone;
    if (background == 0) {
        tone = smoothly(blurred, isf_FragNormCoord);
        tone = max(mix(vec3(dot(tone, vec3(0.2126, 0.7152, 0.0722))), tone, 1.25), 0.0);
        shade *= (1.0 - dim) * (1.1 - 0.7 * dot(side, side));
    } else {
        tone = IMG_THIS_PIXEL(inputImage).rgb;
        shade = mix(1.0, shade, dim / 0.4);
    }
    return vec4(tone * clamp(shade, 0.0, 1.0) + dither(), 1.0);
}

// The photo in a circle, premultiplied, with a fine bright rim.
vec4 circle() {
    vec2 photo_size = IMG_SIZE(photo);
    float across = RENDERSIZE.x - 4.0;
    vec2 point = (gl_FragCoord.xy - 0.5 * RENDERSIZE) / across;
    vec2 shown = min(photo_size.x, photo_size.y) / photo_size;
    // Heads are above the middle of a tall photo.
    vec2 centre = vec2(0.5, clamp(0.58, 0.5 * shown.y, 1.0 - 0.5 * shown.y));
    vec3 picture = IMG_NORM_PIXEL(photo, centre + point * shown).rgb;
    float inside = (0.5 - length(point)) * across; // pixels
    float rim = clamp(max(0.017 * across, 1.5) + 0.5 - inside, 0.0, 1.0);
    picture *= 1.0 - 0.35 * exp(-inside / (0.04 * across)); // a little depth at the edge
    return vec4(mix(picture, front.rgb, 0.95 * rim), 1.0) * clamp(inside + 0.5, 0.0, 1.0);
}

// At a place around the ring, from the bottom (0) to the top (1): red the level now, green and blue
// what it was one and two lags ago. Peaks stand out, and the highest octaves stay away from the seam.
vec4 level() {
    float pitch = 0.02 + 0.9 * gl_FragCoord.x / RENDERSIZE.x;
    vec3 found;
    for (int i = 0; i < 3; i++) {
        vec2 at = vec2((PAST - LAG * float(i)) / SPAN, pitch);
        found[i] = IMG_NORM_PIXEL(history, at).r;
    }
    // An accent stands in full height in its own frame, ahead of the spectrum's rise.
    float soon = IMG_NORM_PIXEL(history, vec2((PAST + AHEAD) / SPAN, pitch)).r;
    found.r = mix(found.r, max(found.r, soon), pulse);
    return vec4(gain * pow(found, vec3(2.1)), 1.0);
}

// Cubic B-spline through POINTS of the levels: a curve without corners.
vec3 smooth_levels(float around) {
    float at = around * POINTS - 0.5;
    float f = fract(at);
    float g = 1.0 - f;
    vec4 w = vec4(g * g * g, 4.0 - 6.0 * f * f + 3.0 * f * f * f, 4.0 - 6.0 * g * g + 3.0 * g * g * g, f * f * f) / 6.0;
    vec3 sum = vec3(0.0);
    for (int i = 0; i < 4; i++) {
        float x = abs(floor(at) + float(i) - 0.5);
        sum += w[i] * IMG_NORM_PIXEL(levels, vec2(min(x, 2.0 * POINTS - x) / POINTS, 0.5)).rgb;
    }
    return sum;
}

// Rises as x does and never passes 1.
vec3 limited(vec3 x) { return 1.0 - exp(-max(x, 0.0)); }

// What stands above the usual around a place: red, green and blue as in level(). So a wide swell of
// the spectrum does not bulge.
vec3 spikes(float around, out vec3 wide) {
    wide = vec3(0.0);
    for (float i = -3.0; i <= 3.0; i++) {
        float x = 1.0 - abs(1.0 - abs(around + 0.022 * i));
        wide += IMG_NORM_PIXEL(levels, vec2(x, 0.5)).rgb / 7.0;
    }
    return max(smooth_levels(around) - 0.9 * wide, 0.0);
}

// Heights at a place around the ring, in reaches. The curve and the line have fine peaks on top:
// the spectrum once more, small and to and fro FOLDS times.
vec3 heights(float around) {
    vec3 wide;
    vec3 tall = spikes(around, wide);
    float force = (0.3 + 0.7 * loud * loud) * (0.8 + 0.6 * pulse);
    if (style == 1) return limited(force * (0.06 + 0.6 * wide + 3.6 * tall));
    vec3 near;
    vec3 fine = spikes(1.0 - abs(mod(FOLDS * around + 0.37, 2.0) - 1.0), near);
    return limited(force * (0.05 + 0.3 * wide + 1.1 * tall + 3.7 * fine * (0.45 + 0.8 * wide)));
}

// What stands at a place around the ring, from the bottom to the top, in reaches. Red: how high it
// is; green and blue: what is behind; alpha: how much longer than the circle the curve is there.
vec4 outline() {
    float around = gl_FragCoord.x / RENDERSIZE.x;
    if (style == 1) {
        float bars = float(count) * 0.5;
        around = (floor(around * bars) + 0.5) / bars;
    }
    vec3 tall = heights(around);
    float slope = (heights(around + 0.001).r - heights(around - 0.001).r) * reach / (0.002 * PI * (0.5 * size + 0.5 * reach));
    if (style != 0) return vec4(tall, sqrt(1.0 + slope * slope));
    tall.g = max(tall.g, tall.r);
    tall.b = max(tall.b, tall.g);
    return vec4(tall * vec3(0.72, 0.86, 1.0) + vec3(0.0, 0.02, 0.04), sqrt(1.0 + 0.52 * slope * slope));
}

vec4 ring() {
    float scale = 1.0 + amount * (0.75 * pulse + 0.6 * bass);
    float unit = min(RENDERSIZE.x, RENDERSIZE.y) * scale;
    vec2 point = gl_FragCoord.xy - middle();
    float far = length(point);
    float radius = 0.5 * size * unit;
    // The blurred photo breathes in with the ring, a little.
    float zoom = background == 0 ? 1.0 - 0.25 * (scale - 1.0) : 1.0;
    vec3 light = IMG_NORM_PIXEL(back, 0.5 + (isf_FragNormCoord - 0.5) * zoom).rgb;
    float around = atan(abs(point.x), -point.y) / PI; // 0 at the bottom, 1 at the top
    float rise = far - radius;
    vec4 found = IMG_NORM_PIXEL(columns, vec2(around, 0.5));
    // The nearest edge bounds it.
    vec2 low = max(vec2(MARGIN * min(RENDERSIZE.x, RENDERSIZE.y)), SAFE_AREA.xy * RENDERSIZE);
    vec2 high = RENDERSIZE - max(vec2(MARGIN * min(RENDERSIZE.x, RENDERSIZE.y)), SAFE_AREA.zw * RENDERSIZE);
    vec2 room = min(middle() - low, high - middle());
    float most = min(reach * unit, max(0.94 * (min(room.x, room.y) - radius), 0.12 * radius));
    vec3 tall = found.rgb * most;
    // Light outside of what stands there.
    float shine = glow * (0.2 + 0.55 * pulse + 0.15 * bass) * exp2(-24.0 * max(rise - 0.8 * tall.r, 0.0) / unit);
    light = 1.0 - (1.0 - light) * (1.0 - color.rgb * (min(shine, 1.0) * color.a));
    if (style == 0) {
        // What it was comes first, outermost; what it is now lies on top: hot at the rim, deep
        // further out, with a fine bright edge.
        vec3 cover = clamp(tall + 0.5 - rise, 0.0, 1.0);
        float out_ = clamp(rise / most, 0.0, 1.0);
        light = mix(light, second.rgb, second.a * cover.b * (1.0 - 0.5 * out_));
        light = mix(light, color.rgb, color.a * cover.g * (0.65 - 0.3 * out_));
        float hot = (0.3 + 0.35 * pulse) * exp(-5.0 * out_);
        light = mix(light, mix(color.rgb * (0.85 + 0.15 * pulse), front.rgb, hot), color.a * cover.r * (0.92 - 0.25 * out_));
        float line = max(0.0022 * unit, 0.7);
        float edge = abs(rise - tall.r) / found.a;
        light = mix(light, mix(color.rgb, front.rgb, 0.55 + 0.3 * pulse), front.a * color.a * 0.85 * clamp(line + 0.5 - edge, 0.0, 1.0));
    } else if (style == 1) {
        float bars = float(count) * 0.5;
        float step_size = PI * radius / bars;
        float thick = 0.5 * thickness * step_size;
        float end = max(tall.r, 2.0 * thick) - thick;
        float beside = (fract(around * bars) - 0.5) * step_size * far / radius;
        float start = rise - 0.014 * unit;
        float shape = clamp(thick + 0.5 - length(vec2(beside, start - clamp(start, thick, end))), 0.0, 1.0);
        float tip = clamp(start / end, 0.0, 1.0);
        light = mix(light, mix(color.rgb, front.rgb, 0.75 * tip), color.a * shape);
    } else {
        float line = max(0.012 * thickness * unit, 1.2);
        float edge = abs(rise - tall.r - 0.016 * unit) / found.a;
        light = mix(light, color.rgb, color.a * 0.22 * clamp(tall.r + 0.5 - rise, 0.0, 1.0));
        light = mix(light, front.rgb, front.a * clamp(line + 0.5 - edge, 0.0, 1.0));
    }
    vec2 texel = point / scale / IMG_SIZE(disc) + 0.5;
    vec4 picture = IMG_NORM_PIXEL(disc, texel) * step(far, radius + 1.0);
    return vec4(picture.rgb * (1.0 + 0.3 * pulse * glow) + light * (1.0 - picture.a), 1.0);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = shrunk();
    else if (PASSINDEX == 1) gl_FragColor = blur(small, vec2(1.0, 0.0));
    else if (PASSINDEX == 2) gl_FragColor = blur(across, vec2(0.0, 1.0));
    else if (PASSINDEX == 3) gl_FragColor = background_();
    else if (PASSINDEX == 4) gl_FragColor = circle();
    else if (PASSINDEX == 5) gl_FragColor = level();
    else if (PASSINDEX == 6) gl_FragColor = outline();
    else gl_FragColor = ring();
}
