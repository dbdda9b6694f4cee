/*{
    "ISFVSN": "2",
    "VSN": "5",
    "TITLE": "Pixel breath",
    "TITLE_RU": "Пиксельное дыхание",
    "DESCRIPTION": "The picture falls into square blocks on every accent, from its edges to where its middle begins, larger ones outside and finer ones further in, some of which light up, and they draw back to the edges within a third of a second; loud music keeps its borders in blocks. After a loud accent the picture swells slowly, darkens and sinks back before the next. Rare accents breathe deep, a steady beat lightly.",
    "DESCRIPTION_RU": "На каждом акценте кадр рассыпается на квадраты от краёв до места, где начинается середина: крупные снаружи, мельче внутри, часть из них загорается, и за треть секунды они отступают к краям; громкая музыка оставляет края в квадратах. После громкого акцента кадр медленно набухает, темнеет и опадает перед следующим. При редких акцентах дышит глубоко, при ровном ритме — легко.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "PREMIUM": true,
    "CATEGORIES": ["Filter", "Beat", "Motion"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "kick", "LABEL": "Accent", "LABEL_RU": "Акцент", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "accent.pulse", "decay": 0.36, "from": [0.0, 0.75]}},
        {"NAME": "since", "LABEL": "Seconds since the accent", "LABEL_RU": "Секунды после акцента", "UNIT": "s", "TYPE": "float", "MIN": 0.0, "MAX": 10.0, "DEFAULT": 10.0, "IDENTITY": 10.0, "BIND": {"bind": "accent.since"}},
        {"NAME": "until", "LABEL": "Seconds until the next accent", "LABEL_RU": "Секунды до следующего акцента", "UNIT": "s", "TYPE": "float", "MIN": 0.0, "MAX": 10.0, "DEFAULT": 10.0, "BIND": {"bind": "accent.until"}},
        {"NAME": "strength", "LABEL": "Strength of the accent", "LABEL_RU": "Сила акцента", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 1.0, "IDENTITY": 0.0, "BIND": {"bind": "accent.strength", "from": [0.2, 0.8]}},
        {"NAME": "loud", "LABEL": "Loudness", "LABEL_RU": "Громкость", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "loudness", "from": [0.86, 0.985], "curve": "in", "smooth": 0.3}},
        {"NAME": "sound", "LABEL": "There is sound", "LABEL_RU": "Есть звук", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 1.0, "BIND": {"bind": "sounding", "smooth": 0.5}},
        {"NAME": "amount", "LABEL": "Amount", "LABEL_RU": "Сила", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 1.0, "IDENTITY": 0.0},
        {"NAME": "coarse", "LABEL": "Size of the pixels", "LABEL_RU": "Размер пикселей", "TYPE": "float", "MIN": 0.0, "MAX": 0.2, "DEFAULT": 0.06, "IDENTITY": 0.0},
        {"NAME": "middle", "LABEL": "Free middle", "LABEL_RU": "Свободная середина", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.34},
        {"NAME": "scale", "LABEL": "Scale", "LABEL_RU": "Увеличение", "TYPE": "float", "MIN": 1.0, "MAX": 1.5, "DEFAULT": 1.12, "IDENTITY": 1.0},
        {"NAME": "darken", "LABEL": "Darken", "LABEL_RU": "Затемнение", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.3, "IDENTITY": 0.0},
        {"NAME": "breath", "LABEL": "Length of a breath, seconds", "LABEL_RU": "Длина вдоха, секунды", "UNIT": "s", "GROUP": "time", "TYPE": "float", "MIN": 0.5, "MAX": 8.0, "DEFAULT": 2.4},
        {"NAME": "played", "LABEL": "Seconds of sound", "LABEL_RU": "Секунды звука", "UNIT": "s", "TYPE": "float", "MIN": 0.0, "MAX": 36000.0, "DEFAULT": 0.0, "BIND": {"bind": "sounding.sum", "smooth": 1.0}},
        {"NAME": "drift", "LABEL": "Drift", "LABEL_RU": "Медленное движение", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "IDENTITY": 0.0}
    ],
    "PASSES": [
        {"TARGET": "small", "WIDTH": "max($WIDTH / 4, 16)", "HEIGHT": "max($HEIGHT / 4, 16)"},
        {}
    ]
}*/

const float IN = 0.32;    // share of a breath in which it swells
const float DENSE = 0.15; // seconds from accent to accent that leave no time to breathe
const float RARE = 1.3;   // seconds that leave time enough

// A small copy: 16 samples a pixel.
vec4 shrunk() {
    vec4 sum = vec4(0.0);
    for (int y = 0; y < 4; y++)
        for (int x = 0; x < 4; x++)
            sum += IMG_NORM_PIXEL(inputImage, (gl_FragCoord.xy + (vec2(x, y) - 1.5) / 4.0) / RENDERSIZE);
    return sum / 16.0;
}

// Where a pixel comes from while the camera drifts over the picture, a little closer than it is.
// Added to the pixel's own place, so that no drift moves it by exactly nothing. What is sampled
// lies inside the picture.
vec2 drifting(vec2 uv) {
    float turn = 6.28318531 * played;
    vec2 to = vec2(sin(turn / 19.0), sin(turn / 14.3 + 1.9));
    float zoom = 1.0 + drift * (0.045 - 0.025 * cos(turn / 25.0));
    return uv + (0.5 - uv) * (1.0 - 1.0 / zoom) + 0.009 * drift * to;
}

// How far the breath is, 0 to 1. It ends before the next accent, so none is broken off, whatever
// the rhythm, and has begun in the accent's own frame. Silence ends it.
float swollen() {
    float gap = max(since + until, 0.01);
    float phase = since / min(gap, breath);
    float swell = smoothstep(-0.1 * IN, IN, phase) * (1.0 - smoothstep(IN, 1.0, phase));
    return amount * strength * sound * smoothstep(DENSE, RARE, gap) * swell;
}

// Hash without sine (Dave Hoskins), so that every driver gives the same squares.
float hash(vec2 p) {
    vec3 q = fract(p.xyx * 0.1031);
    q += dot(q, q.yzx + 33.33);
    return fract((q.x + q.y) * q.z);
}

vec2 swelling(vec2 uv, float swell) {
    return drifting(uv + (0.5 - uv) * (1.0 - 1.0 / (1.0 + swell * (scale - 1.0))));
}

// How far a place is outside of what stays free, where the subject is, in short sides; each square
// has its own part of chance.
float outside(vec2 place, vec2 cell, float border) {
    vec2 off = (place - RENDERSIZE * vec2(0.5, 0.57)) * vec2(1.0, 0.8) / min(RENDERSIZE.x, RENDERSIZE.y);
    return length(off) + 0.24 * (hash(cell + 17.0) - 0.5) - border;
}

// The picture in squares of up to `side` whole pixels about the middle of the frame, each the mean of
// what it covers, outside of the border. A fine joint, an edge that catches the light and a little
// light of its own show each square where the photo is flat.
vec4 squares(float side, float border, float swell) {
    vec2 from = gl_FragCoord.xy - floor(0.5 * RENDERSIZE);
    vec2 cell = floor(from / side);
    float whole = side;
    // The nearer to the border, the finer: halved once, or twice.
    float far = outside(floor(0.5 * RENDERSIZE) + (cell + 0.5) * side, cell, border);
    side = max(floor(side * (far < 0.10 ? 0.25 : far < 0.28 ? 0.5 : 1.0)), 2.0);
    cell = floor(from / side);
    vec2 middle_ = floor(0.5 * RENDERSIZE) + (cell + 0.5) * side;
    if (far < 0.28 && outside(middle_, cell, border) < 0.0) return IMG_NORM_PIXEL(inputImage, swelling(isf_FragNormCoord, swell));
    vec4 sum = vec4(0.0);
    for (int at = 0; at < 4; at++) {
        vec2 place = swelling((middle_ + 0.25 * side * (vec2(at & 1, at >> 1) * 2.0 - 1.0)) / RENDERSIZE, swell);
        sum += IMG_NORM_PIXEL(small, place);
    }
    vec4 tone = 0.25 * sum;
    vec2 within = from - cell * side; // the joint is on the left and below
    float fine = 0.04 * side; // the joint's width, and fainter where a pixel is wider than that
    float joint = step(min(within.x, within.y), max(1.0, floor(fine + 0.5))) * min(fine, 1.0);
    // A mean of many pixels is duller than they are: squares have their contrast and colour back.
    float grey = dot(tone.rgb, vec3(0.2126, 0.7152, 0.0722));
    tone.rgb = max(mix(vec3(grey), tone.rgb, 1.3), 0.0);
    tone.rgb += 0.7 * tone.rgb * (1.0 - tone.rgb) * (grey - 0.42);
    float chance = hash(cell + 91.0);
    tone.rgb *= 1.0 + 0.09 * (chance - 0.5);
    // Some light up with the accent in their own colour.
    float spark = smoothstep(0.86, 1.0, hash(cell + 53.0)) * min(kick + 0.4 * loud, 1.0) * (side > 0.4 * whole ? 1.0 : 0.3);
    vec3 pure = tone.rgb / max(max(tone.r, max(tone.g, tone.b)), 0.1);
    tone.rgb += (1.0 - tone.rgb) * pure * pure * 0.55 * spark;
    float rim = (within.y - within.x) / side; // lit from above on the left
    tone.rgb *= 1.0 + 0.10 * rim;
    tone.rgb = clamp(tone.rgb * (1.0 - 0.25 * joint) + 0.012 * (1.0 - joint), 0.0, 1.0);
    return tone;
}

vec4 breathing() {
    float swell = swollen();
    float most = 4.0 * floor(0.25 * max(amount, 1.0) * coarse * min(RENDERSIZE.x, RENDERSIZE.y) + 0.5); // squares halve evenly
    // How far in the squares reach: an accent drives them to the free middle, loud music holds them at the edges.
    float drive = amount * max(kick, 0.5 * loud + 0.2 * kick * loud);
    float border = mix(1.25, middle, 1.0 - pow(1.0 - min(drive, 1.0), 1.6));
    bool any_ = most >= 4.0 && drive > 0.02;
    vec4 picture = any_ ? squares(most, border, swell) : IMG_NORM_PIXEL(inputImage, swelling(isf_FragNormCoord, swell));
    vec2 off = 2.0 * isf_FragNormCoord - 1.0;
    float shade = darken * swell * (0.55 + 0.45 * min(dot(off, off), 1.0)); // darker outside
    return vec4(picture.rgb * max(1.0 - shade, 0.0), picture.a);
}

void main() {
    gl_FragColor = PASSINDEX == 0 ? shrunk() : breathing();
}
