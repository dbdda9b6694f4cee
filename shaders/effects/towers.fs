/*{
    "ISFVSN": "2",
    "VSN": "3",
    "TITLE": "Towers",
    "TITLE_RU": "Колонны",
    "DESCRIPTION": "A row of dark glass columns in perspective near the lower edge, lit from their bright tops down in colours of the photo's own places, with their light above them and their reflection in the floor. Their peaks hang above them for a moment and fall, and accents light them up; in the loudest moments all of them stand higher and shine.",
    "DESCRIPTION_RU": "Ряд колонн из тёмного стекла в перспективе у нижнего края, подсвеченных сверху вниз в цветах соответствующих мест фото, со светом над ними и отражением в полу. Пики на мгновение зависают над ними и падают, а акценты зажигают их; в самые громкие моменты все они выше и сияют.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Photo", "Spectrum", "Beat"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "photo", "TYPE": "image"},
        {"NAME": "history", "TYPE": "audioHistory", "SCALE": "track", "PAST": 0.8, "FUTURE": 0.1, "MAX": 96},
        {"NAME": "pulse", "LABEL": "Pulse", "LABEL_RU": "Пульс", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": "accent"},
        {"NAME": "loud", "LABEL": "Loudness", "LABEL_RU": "Громкость", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 1.0, "BIND": {"bind": "level", "smooth": 0.3}},
        {"NAME": "loudest", "LABEL": "Loudest moments", "LABEL_RU": "Самые громкие моменты", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "loudness", "from": [0.86, 0.985], "curve": "in", "smooth": 0.3}},
        {"NAME": "axis", "LABEL": "They stand on", "LABEL_RU": "Колонны стоят на", "TYPE": "long", "VALUES": [0, 1], "LABELS": ["A level line", "An upright line"], "LABELS_RU": ["Горизонтальной линии", "Вертикальной линии"], "DEFAULT": 0},
        {"NAME": "line", "LABEL": "Where the line is", "LABEL_RU": "Положение линии", "GROUP": "place", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.08},
        {"NAME": "count", "LABEL": "Number of columns (0: as many as suit the picture)", "LABEL_RU": "Число колонн (0: сколько подходит кадру)", "ADVANCED": true, "TYPE": "long", "MIN": 0, "MAX": 160, "DEFAULT": 0},
        {"NAME": "color", "LABEL": "Colour", "LABEL_RU": "Цвет", "TYPE": "color", "DEFAULT": [1.0, 1.0, 1.0, 1.0], "PHOTO": "vivid"},
        {"NAME": "second", "LABEL": "Colour of the high notes", "LABEL_RU": "Цвет высоких нот", "TYPE": "color", "DEFAULT": [1.0, 1.0, 1.0, 1.0], "PHOTO": "second"},
        {"NAME": "tint", "LABEL": "Colours from the photo's own places", "LABEL_RU": "Цвета из соответствующих мест фото", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
        {"NAME": "height", "LABEL": "Height", "LABEL_RU": "Высота", "GROUP": "place", "TYPE": "float", "MIN": 0.05, "MAX": 1.0, "DEFAULT": 0.28},
        {"NAME": "thickness", "LABEL": "Thickness", "LABEL_RU": "Толщина", "ADVANCED": true, "TYPE": "float", "MIN": 0.1, "MAX": 1.0, "DEFAULT": 0.66},
        {"NAME": "peaks", "LABEL": "Peaks", "LABEL_RU": "Пики", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "IDENTITY": 0.0},
        {"NAME": "glow", "LABEL": "Glow", "LABEL_RU": "Свечение", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "IDENTITY": 0.0},
        {"NAME": "mirror", "LABEL": "Low notes in the middle", "LABEL_RU": "Низкие ноты посередине", "TYPE": "bool", "DEFAULT": true},
        {"NAME": "dim", "LABEL": "Shade behind the columns", "LABEL_RU": "Затемнение за колоннами", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "IDENTITY": 0.0},
        {"NAME": "gain", "LABEL": "Sensitivity", "LABEL_RU": "Чувствительность", "GROUP": "response", "ADVANCED": true, "TYPE": "float", "MIN": 0.2, "MAX": 3.0, "DEFAULT": 1.0}
    ],
    "PASSES": [
        {"TARGET": "palette", "WIDTH": 9, "HEIGHT": 1},
        {"TARGET": "back"},
        {"TARGET": "levels", "WIDTH": "max($count, (1 - min($count, 1)) * 2 * floor(min(5 + 5 * ((1 - $axis) * $WIDTH / $HEIGHT + $axis * $HEIGHT / $WIDTH), 14)))", "HEIGHT": 1, "FLOAT": true},
        {"TARGET": "light", "WIDTH": "max($WIDTH / 6, 16)", "HEIGHT": "max($HEIGHT / 6, 16)"},
        {}
    ]
}*/

#ifndef SAFE_AREA
#define SAFE_AREA vec4(0.0)
#endif

const float PAST = 0.8;   // as in the header
const float SPAN = 0.9;
const float HOLD = 0.1;   // seconds that a peak stays
const float FALL = 2.4;   // how fast it falls then, heights a second a second
const float NEAR = 0.09;  // the most that it is above its column
const float AHEAD = 0.08; // seconds that the spectrum takes to rise
const float SIDE = 0.07;  // share of the width that stays free at either end
const float EYE = 1.75;   // height of the vanishing point above the line, in heights
const float DEEP = 0.13;  // how much smaller the back of a column is than its front

// The colour of an upright strip of the photo: its saturated parts count most, and it is light
// enough to be a light.
vec4 from_photo() {
    vec3 sum = vec3(0.0);
    float weights = 0.0;
    for (int i = 0; i < 48; i++) {
        vec2 uv = vec2((gl_FragCoord.x - 0.5 + (float(i % 4) + 0.5) / 4.0) / RENDERSIZE.x, (float(i / 4) + 0.5) / 12.0);
        vec3 tone = textureLod(photo, uv, max(log2(IMG_SIZE(photo).x / 16.0), 0.0)).rgb;
        float most = max(tone.r, max(tone.g, tone.b));
        float weight = 0.004 + most * (most - min(tone.r, min(tone.g, tone.b)));
        sum += weight * tone;
        weights += weight;
    }
    vec3 tone = sum / weights + 0.04;
    tone /= max(tone.r, max(tone.g, tone.b));
    tone *= tone; // as saturated as the photo's strongest colours, not as its mean
    float dark = 1.0 - dot(tone, vec3(0.2126, 0.7152, 0.0722));
    // Two opposite hues would mix to grey: there the one colour stays.
    float high = (gl_FragCoord.x - 0.5) / (RENDERSIZE.x - 1.0);
    high = mirror ? abs(2.0 * high - 1.0) : high;
    vec3 own = mix(color.rgb, second.rgb, smoothstep(0.1, 0.95, high));
    own -= 0.7 * min(own.r, min(own.g, own.b)) * smoothstep(0.1, 0.4, high) * smoothstep(0.95, 0.7, high);
    own /= max(max(own.r, max(own.g, own.b)), 0.05);
    vec3 one = own - dot(own, vec3(1.0 / 3.0));
    vec3 two = tone - dot(tone, vec3(1.0 / 3.0));
    float alike = dot(one, two) / max(length(one) * length(two), 1e-3);
    float part = tint < 1.0 ? tint * smoothstep(-0.1, 0.6, alike) : 1.0;
    tone = mix(own, mix(tone, vec3(1.0), 0.02 + 0.2 * dark), length(one) < 0.05 ? tint : part);
    float grey = dot(tone, vec3(0.2126, 0.7152, 0.0722));
    tone = max(mix(vec3(grey), tone, 1.5), 0.0); // solid faces take more colour than lines
    return vec4(tone / max(1.0, max(tone.r, max(tone.g, tone.b))), 1.0);
}

// Red: where a pixel is between the ends of the row, from 0 to 1. Green: how far from the line, in
// pixels. Blue: the most that a column reaches; alpha: the row's length.
vec4 place() {
    bool upright = axis != 0;
    vec2 size = upright ? RENDERSIZE.yx : RENDERSIZE;
    vec2 spot = upright ? gl_FragCoord.yx : gl_FragCoord.xy;
    vec4 safe = upright ? SAFE_AREA.yxwz : SAFE_AREA;
    float low = max(safe.x, SIDE) * size.x;
    float high = (1.0 - max(safe.z, SIDE)) * size.x;
    float at = mix(max(safe.y + 0.02, 0.04), 1.0 - max(safe.w, 0.04), line) * size.y;
    // Past half the frame they hang from the line instead.
    float side = (spot.y - at) * (line > 0.6 ? -1.0 : 1.0);
    float most = height * min(size.y, 1.4 * size.x);
    most = min(most, 0.92 * (line > 0.6 ? at - safe.y * size.y : (1.0 - safe.w) * size.y - at));
    return vec4((spot.x - low) / (high - low), side, most, high - low);
}

// The photo, which grows dark towards the floor on the whole width: a floor for the reflection.
vec4 background() {
    vec4 at = place();
    float shade = dim * smoothstep(1.1, -0.1, at.y / at.z) * (line > 0.6 || axis != 0 ? exp(-3.0 * at.y * at.y / (at.z * at.z)) : 1.0);
    vec3 tone = IMG_THIS_PIXEL(inputImage).rgb;
    return vec4(tone * mix(vec3(1.0), tone, 0.5 * shade) * (1.0 - shade), 1.0);
}

float level(float pitch, float age) {
    return min(gain * pow(IMG_NORM_PIXEL(history, vec2((PAST - age) / SPAN, pitch)).r, 1.3), 1.0);
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
    float force = (0.34 + 0.8 * loud * loud) * (0.5 + 0.62 * pulse + 0.45 * loudest * (1.0 - 0.8 * pulse));
    return vec4(min(vec2(now, min(max(peak, now), now + NEAR)) * force, 1.0), 0.0, 1.0);
}

float edge(float inside) { return clamp(inside + 0.5, 0.0, 1.0); }

void paint(inout vec3 picture, vec3 tone, float cover) { picture = mix(picture, tone, cover); }

// Light that the columns throw on what is behind them, most of it just above their tops, and on the floor.
vec4 halo() {
    vec4 at = place();
    float columns = IMG_SIZE(levels).x;
    float up = at.y / at.z;
    float reach = 0.055 + 0.05 * pulse;
    vec3 sum = vec3(0.0);
    float weights = 0.0;
    for (float i = -3.0; i <= 3.0; i++) {
        float across = at.x + 0.45 * i / columns;
        float inside = step(abs(across - 0.5), 0.5);
        float tall = IMG_NORM_PIXEL(levels, vec2(across, 0.5)).r;
        float weight = exp(-0.3 * i * i);
        float off = max(max(up - tall, -1.5 * up), 0.0); // above its top, or below the floor
        float lit = inside * tall * (exp(-off * at.z / (reach * min(RENDERSIZE.x, RENDERSIZE.y))) + 0.12 * exp(-4.0 * off)) * smoothstep(1.45, 1.1, up);
        sum += weight * lit * IMG_NORM_PIXEL(palette, vec2(clamp(across, 0.0, 1.0), 0.5)).rgb;
        weights += weight;
    }
    return vec4(sum / weights, 1.0);
}

// Columns are boxes before one vanishing point, which is in the middle, above them all: a point so
// far behind the front has its distance to that times k, from 1 down to 1 - deep. The outermost of
// those that may cover a pixel is painted first. Below the floor each face is its own reflection.
vec4 towers() {
    vec3 seen = IMG_THIS_PIXEL(back).rgb;
    vec4 at = place();
    vec3 shine = IMG_THIS_NORM_PIXEL(light).rgb * (glow * color.a * (0.35 + 1.9 * pulse + 0.9 * loudest * (1.0 - pulse)));
    seen += (1.0 - seen) * (1.0 - 1.0 / (1.0 + shine + 0.5 * shine * shine)); // a shoulder: it never burns out hard
    float columns = IMG_SIZE(levels).x;
    float unit = at.w / columns;
    float outward = at.x < 0.5 ? -1.0 : 1.0;
    float x = abs(at.x - 0.5) * at.w; // from the middle, as all that follows
    float eye = EYE * at.z;
    float deep = min(DEEP, 3.6 / columns);
    float thin = min(RENDERSIZE.x, RENDERSIZE.y);
    float wanted = 0.5 * thickness * unit;
    float half_wide = max(wanted, 0.5);
    float opaque = color.a * min(2.0 * wanted, 1.0); // what is finer than a pixel is drawn fainter
    float slab = max(0.0045 * thin, 1.0);
    float hair = max(0.0022 * thin, 0.75); // the bright edges of the glass
    int last = min(int(ceil(1.2 * deep * x / unit)), 2);
    float here = floor(at.x * columns);
    float mirrored = at.y < 0.0 ? 0.6 * exp(3.5 * at.y / at.z) : 1.0;
    int i = last; // tested at the end: software renderers go through the body once more otherwise
    do {
        float index = here + outward * float(i);
        float there = opaque * step(abs(index - 0.5 * (columns - 1.0)), 0.5 * columns);
        index = clamp(index, 0.0, columns - 1.0);
        vec2 values = texelFetch(levels, ivec2(int(index), 0), 0).rg * at.z;
        float tall = max(values.r, 0.012 * thin);
        float centre = abs((index + 0.5) / columns - 0.5) * at.w;
        float inner = max(centre - half_wide, 0.0);
        float outer = centre + half_wide;
        vec3 tone = IMG_NORM_PIXEL(palette, vec2((index + 0.5) / columns, 0.5)).rgb;
        vec3 pale = mix(tone, vec3(1.0), 0.45 + 0.35 * pulse);
        // The side that faces the middle.
        float k = clamp(x / max(inner, 1e-3), 1.0 - deep, 1.0);
        float y = eye + (at.y - eye) / k; // height on that face
        float cover = edge(inner - x) * edge(x - inner * (1.0 - deep)) * edge(eye + (tall - eye) * k - at.y) * edge(at.y - eye + (tall + eye) * k);
        float rise = clamp(abs(y) / tall, 0.0, 1.0);
        paint(seen, tone * (0.04 + (0.30 + 0.25 * pulse) * rise * rise * rise), cover * there * mirrored);
        // The top, which is a lamp.
        k = clamp((at.y - eye) / (tall - eye), 1.0 - deep, 1.0);
        cover = edge(at.y - tall) * edge(eye + (tall - eye) * (1.0 - deep) - at.y) * edge(x - inner * k) * edge(outer * k - x);
        paint(seen, mix(tone, vec3(1.0), 0.3 + 0.2 * values.r / at.z + 0.45 * pulse), cover * there);
        // The front: glass, lit from above, with bright edges.
        float aside = half_wide - abs(x - centre);
        cover = edge(aside) * edge(tall - abs(at.y));
        rise = clamp(abs(at.y) / tall, 0.0, 1.0);
        vec3 face = tone * (0.07 + (0.72 + 0.28 * max(pulse, loudest)) * rise * rise);
        float rim = max(smoothstep(1.5 * hair, 0.5 * hair, aside) * (0.15 + 0.5 * rise), smoothstep(2.5 * hair, hair, tall - abs(at.y)));
        paint(seen, mix(face, pale, rim), cover * there * mirrored);
        // Its peak: a slab that floats above.
        float off = at.y - values.g - eye * deep * 0.6 - 2.0 * slab;
        cover = edge(slab - abs(off)) * edge(aside) * smoothstep(1.5 * slab, 5.0 * slab, values.g - values.r);
        paint(seen, mix(tone, vec3(1.0), 0.6), cover * there * min(2.0 * peaks, 1.0));
        i--;
    } while (i >= 0);
    return vec4(seen, 1.0);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = from_photo();
    else if (PASSINDEX == 1) gl_FragColor = background();
    else if (PASSINDEX == 2) gl_FragColor = column();
    else if (PASSINDEX == 3) gl_FragColor = halo();
    else gl_FragColor = towers();
}
