/*{
    "ISFVSN": "2",
    "VSN": "2",
    "TITLE": "Player card",
    "TITLE_RU": "Карточка плеера",
    "DESCRIPTION": "A card of frosted glass with the cover, title, artist, progress, times and a small meter that moves with the sound: wide along the lower edge, or tall over the picture out of focus. Cover and rim answer to accents.",
    "DESCRIPTION_RU": "Карточка из матового стекла с обложкой, названием, исполнителем, ходом трека, временем и небольшим индикатором, который движется со звуком: широкая у нижнего края или высокая поверх размытого кадра. Обложка и ободок отвечают на акценты.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Photo", "Text", "Player"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "photo", "TYPE": "image"},
        {"NAME": "spectrum", "TYPE": "audioFFT", "SCALE": "track"},
        {"NAME": "title", "LABEL": "Title", "LABEL_RU": "Название", "TYPE": "text", "DEFAULT": "$title", "FONT": "font", "BOLD": true,
         "SIZE": "0.074 * min(size, min(min($SAFE_WIDTH, $WIDTH - 2 * margin * min($WIDTH, $HEIGHT)) / (1 - 0.32 * design), $SAFE_HEIGHT / (0.31 + 0.625 * design)) / min($WIDTH, $HEIGHT))", "WIDTH": "(0.64 - 0.05 * design - 0.09 * meter) * min(size * min($WIDTH, $HEIGHT), min(min($SAFE_WIDTH, $WIDTH - 2 * margin * min($WIDTH, $HEIGHT)) / (1 - 0.32 * design), $SAFE_HEIGHT / (0.31 + 0.625 * design))) / $WIDTH", "LINES": 1, "SHRINK": 0.72},
        {"NAME": "artist", "LABEL": "Artist", "LABEL_RU": "Исполнитель", "TYPE": "text", "DEFAULT": "$artist", "FONT": "font", "BOLD": false,
         "SIZE": "0.055 * min(size, min(min($SAFE_WIDTH, $WIDTH - 2 * margin * min($WIDTH, $HEIGHT)) / (1 - 0.32 * design), $SAFE_HEIGHT / (0.31 + 0.625 * design)) / min($WIDTH, $HEIGHT))", "WIDTH": "(0.64 - 0.05 * design) * min(size * min($WIDTH, $HEIGHT), min(min($SAFE_WIDTH, $WIDTH - 2 * margin * min($WIDTH, $HEIGHT)) / (1 - 0.32 * design), $SAFE_HEIGHT / (0.31 + 0.625 * design))) / $WIDTH", "LINES": 1, "SHRINK": 0.72},
        {"NAME": "digits", "LABEL": "Digits", "LABEL_RU": "Цифры", "ADVANCED": true, "TYPE": "text", "DEFAULT": "0123456789:", "CELLS": true,
         "FONT": "font", "BOLD": false, "SIZE": "0.05 * min(size, min(min($SAFE_WIDTH, $WIDTH - 2 * margin * min($WIDTH, $HEIGHT)) / (1 - 0.32 * design), $SAFE_HEIGHT / (0.31 + 0.625 * design)) / min($WIDTH, $HEIGHT))"},
        {"NAME": "elapsed", "LABEL": "Elapsed", "LABEL_RU": "Прошло", "UNIT": "s", "TYPE": "float", "MIN": 0.0, "MAX": 35999.0, "DEFAULT": 0.0, "BIND": "time.elapsed"},
        {"NAME": "total", "LABEL": "Length", "LABEL_RU": "Длительность", "UNIT": "s", "TYPE": "float", "MIN": 0.0, "MAX": 35999.0, "DEFAULT": 0.0, "BIND": "time.total"},
        {"NAME": "played", "LABEL": "Progress", "LABEL_RU": "Ход", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "BIND": "time.progress"},
        {"NAME": "beat", "LABEL": "Accent", "LABEL_RU": "Акцент", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "BIND": {"bind": "accent.pulse", "decay": 0.4}},
        {"NAME": "design", "LABEL": "Design", "LABEL_RU": "Вид", "TYPE": "long", "DEFAULT": 0, "LABELS": ["Wide", "Tall"], "LABELS_RU": ["Широкая", "Высокая"]},
        {"NAME": "place", "LABEL": "Place", "LABEL_RU": "Положение", "GROUP": "place", "TYPE": "long", "DEFAULT": 9,
         "LABELS": ["Bottom left", "Bottom centre", "Bottom right", "Left", "Centre", "Right", "Top left", "Top centre", "Top right", "Automatic"], "LABELS_RU": ["Внизу слева", "Внизу по центру", "Внизу справа", "Слева", "По центру", "Справа", "Вверху слева", "Вверху по центру", "Вверху справа", "Автоматически"]},
        {"NAME": "size", "LABEL": "Size", "LABEL_RU": "Размер", "GROUP": "place", "TYPE": "float", "MIN": 0.3, "MAX": 1.5, "DEFAULT": 1.1},
        {"NAME": "margin", "LABEL": "Margin", "LABEL_RU": "Отступ", "GROUP": "place", "ADVANCED": true, "TYPE": "float", "MIN": 0.0, "MAX": 0.3, "DEFAULT": 0.075},
        {"NAME": "font", "LABEL": "Font", "LABEL_RU": "Шрифт", "GROUP": "text", "TYPE": "long", "DEFAULT": 0,
         "LABELS": ["Inter", "Manrope", "Roboto", "Open Sans", "PT Sans", "Comfortaa", "Play", "Jura", "JetBrains Mono", "Noto Serif", "PT Serif"]},
        {"NAME": "radius", "LABEL": "Rounded corners", "LABEL_RU": "Скругление углов", "ADVANCED": true, "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.4},
        {"NAME": "panel", "LABEL": "Colour of the panel", "LABEL_RU": "Цвет панели", "TYPE": "color", "DEFAULT": [0.05, 0.05, 0.07, 0.5], "PHOTO": "dark"},
        {"NAME": "frost", "LABEL": "Frosted", "LABEL_RU": "Матовость", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 1.0, "IDENTITY": 0.0},
        {"NAME": "backdrop", "LABEL": "Picture out of focus behind a tall card", "LABEL_RU": "Размытие кадра за высокой карточкой", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 1.0, "IDENTITY": 0.0},
        {"NAME": "color", "LABEL": "Colour of the title", "LABEL_RU": "Цвет названия", "TYPE": "color", "DEFAULT": [1.0, 1.0, 1.0, 1.0], "PHOTO": "light"},
        {"NAME": "pale", "LABEL": "Colour of the rest", "LABEL_RU": "Цвет остального", "TYPE": "color", "DEFAULT": [1.0, 1.0, 1.0, 0.8], "PHOTO": "light"},
        {"NAME": "accent", "LABEL": "Colour of the bar", "LABEL_RU": "Цвет полосы", "TYPE": "color", "DEFAULT": [1.0, 1.0, 1.0, 1.0], "PHOTO": "vivid"},
        {"NAME": "meter", "LABEL": "Meter", "LABEL_RU": "Индикатор", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 1.0},
        {"NAME": "shadow", "LABEL": "Shadow", "LABEL_RU": "Тень", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.45, "IDENTITY": 0.0}
    ],
    "PASSES": [
        {"TARGET": "small", "WIDTH": "max($WIDTH / 8, 16)", "HEIGHT": "max($HEIGHT / 8, 16)"},
        {"TARGET": "across", "WIDTH": "max($WIDTH / 8, 16)", "HEIGHT": "max($HEIGHT / 8, 16)"},
        {"TARGET": "frosted", "WIDTH": "max($WIDTH / 8, 16)", "HEIGHT": "max($HEIGHT / 8, 16)"},
        {"TARGET": "face", "WIDTH": "floor(min($size * min($WIDTH, $HEIGHT), min(min($SAFE_WIDTH, $WIDTH - 2 * $margin * min($WIDTH, $HEIGHT)) / (1 - 0.32 * $design), $SAFE_HEIGHT / (0.31 + 0.625 * $design)))) + 2", "HEIGHT": "floor(min($size * min($WIDTH, $HEIGHT), min(min($SAFE_WIDTH, $WIDTH - 2 * $margin * min($WIDTH, $HEIGHT)) / (1 - 0.32 * $design), $SAFE_HEIGHT / (0.31 + 0.625 * $design)))) + 2"},
        {"TARGET": "behind", "WIDTH": "max($design * $WIDTH, 1)", "HEIGHT": "max($design * $HEIGHT, 1)"},
        {"TARGET": "whole", "WIDTH": "floor(1.3 * min($size * min($WIDTH, $HEIGHT), min(min($SAFE_WIDTH, $WIDTH - 2 * $margin * min($WIDTH, $HEIGHT)) / (1 - 0.32 * $design), $SAFE_HEIGHT / (0.31 + 0.625 * $design)))) + 8", "HEIGHT": "floor((0.6 + 0.65 * $design) * min($size * min($WIDTH, $HEIGHT), min(min($SAFE_WIDTH, $WIDTH - 2 * $margin * min($WIDTH, $HEIGHT)) / (1 - 0.32 * $design), $SAFE_HEIGHT / (0.31 + 0.625 * $design)))) + 8"},
        {}
    ]
}*/

// Words stand still, so they are drawn once, pixel for pixel, into the corner of `face`.
// A frame blurs an eighth of what is below and draws the card with its shadow into `whole`; the last
// pass lays that over the picture, or over `behind`, out of focus. All measures of the card are
// shares of the `size` that it was asked for.

varying vec2 origin; // lower left corner of `whole` on the picture (player.vs)

#ifndef SAFE_AREA
#define SAFE_AREA vec4(0.0)
#endif

const float PAD = 0.045;
const float COVER = 0.22;       // edge of the wide card's cover
const float TALL = 0.68;        // width of the tall card
const float TITLE = 0.074;      // heights of an em
const float FIGURES = 0.05;
const float LEAD = 0.07;        // from the title's baseline to the artist's
const float GROWN = 0.013;      // how far the cover grows on each side with an accent
const float TAPS = 6.0;
const float DIMMED = 0.6;       // light of the picture behind a tall card
const float READABLE = 0.38;    // brightest panel on which slightly transparent white has a contrast of 4.5

float unit() {
    vec2 frame = TEXT_FRAME(digits);
    vec2 most = frame * (1.0 - SAFE_AREA.xy - SAFE_AREA.zw);
    most.x = min(most.x, frame.x - 2.0 * margin * min(frame.x, frame.y));
    most /= (design == 0 ? vec2(1.0, 0.31) : vec2(0.68, 0.935));
    return floor(min(size * min(frame.x, frame.y), min(most.x, most.y)));
}
vec2 extent() {
    float u = unit();
    vec2 wide = vec2(1.0, COVER + 2.0 * PAD);
    vec2 tall = vec2(TALL, TALL + 0.255);
    return floor((design == 0 ? wide : tall) * u);
}
vec2 corner() {
    vec2 frame = TEXT_FRAME(digits);
    vec2 edge = floor(vec2(margin * min(frame.x, frame.y)));
    vec2 low = max(edge, floor(SAFE_AREA.xy * frame + 0.5));
    vec2 room = max(frame - max(edge, ceil(SAFE_AREA.zw * frame)) - low - extent(), vec2(0.0));
    vec2 free = max(floor(frame * (1.0 - SAFE_AREA.zw)) - extent(), vec2(0.0));
    int spot = place < 9 ? place : design == 1 ? 4 : frame.x > frame.y ? 0 : 1; // faces are above
    vec2 at = low + room * 0.5 * vec2(float(spot - 3 * (spot / 3)), float(spot / 3));
    return floor(min(at, free));
}
float reach() { return floor(0.14 * unit()) + 2.0; } // of the shadow
float rounding() { return radius * 0.5 * (COVER + 2.0 * PAD) * unit(); }

// Signed distance to a box with round corners (I. Quilez).
float box(vec2 at, vec2 low, vec2 high, float round_) {
    vec2 away = abs(at - 0.5 * (low + high)) - 0.5 * (high - low) + round_;
    return length(max(away, 0.0)) + min(max(away.x, away.y), 0.0) - round_;
}
float cover(float away) { return clamp(0.5 - away, 0.0, 1.0); }

// A small copy of what is below: 16 samples a pixel.
vec4 shrunk() {
    vec4 sum = vec4(0.0);
    for (int i = 0; i < 4; i++) {
        vec2 off = (vec2(float(i & 1), float(i >> 1)) - 0.5) * 0.5;
        sum += IMG_NORM_PIXEL(inputImage, (gl_FragCoord.xy + off) / RENDERSIZE);
    }
    return 0.25 * sum;
}

vec4 blurred(sampler2D image, vec2 way) {
    float deviation = max(0.035 * min(RENDERSIZE.x, RENDERSIZE.y), 0.7);
    vec4 sum = vec4(0.0);
    float weights = 0.0;
    for (float i = -TAPS; i <= TAPS; i++) {
        float d = i / TAPS * 2.4;
        float weight = exp(-0.5 * d * d);
        sum += weight * IMG_PIXEL(image, gl_FragCoord.xy + way * d * deviation);
        weights += weight;
    }
    return sum / weights;
}

// Cubic B-spline in four bilinear fetches (Sigg and Hadwiger, GPU Gems 2, chapter 20).
vec3 smoothly(sampler2D image, vec2 uv) {
    vec2 full = IMG_SIZE(image);
    vec2 texel = uv * full - 0.5;
    vec2 f = fract(texel);
    vec2 g = 1.0 - f;
    vec2 w0 = g * g * g / 6.0;
    vec2 w3 = f * f * f / 6.0;
    vec2 low = w0 + 2.0 / 3.0 - 0.5 * f * f * (2.0 - f);
    vec2 a = (floor(texel) + 0.5 - w0 / low) / full;
    vec2 b = (floor(texel) + 1.5 + w3 / (1.0 - low)) / full;
    vec3 bottom = mix(IMG_NORM_PIXEL(image, vec2(b.x, a.y)).rgb, IMG_NORM_PIXEL(image, a).rgb, low.x);
    vec3 top = mix(IMG_NORM_PIXEL(image, b).rgb, IMG_NORM_PIXEL(image, vec2(a.x, b.y)).rgb, low.x);
    return mix(top, bottom, low.y);
}

// Where text begins, its baseline in y; the bar's ends and height; the times' baseline. In pixels.
float column() { return floor((design == 0 ? COVER + 2.0 * PAD + 0.005 : PAD) * unit()); }
vec2 baselines() {
    float u = unit();
    float top = extent().y - floor((design == 0 ? PAD + 0.002 : TALL - PAD + 0.034) * u);
    float first = floor(top - 0.72 * TITLE * u);
    return vec2(first, first - floor(LEAD * u));
}
float bar() { return floor(0.104 * unit()) + 0.5; }
float ending() { return extent().x - floor(PAD * unit()) - 1.0; }

vec4 words(sampler2D text, vec2 at, float baseline, vec4 tint) {
    vec2 from = vec2(TEXT_INK(text).x, TEXT_BASELINES(text).x) + at - vec2(column(), baseline);
    return TEXT_DRAW(text, from, tint, vec4(0.0), 0.0);
}

// The cover, premultiplied; an accent makes it grow, and light up.
vec4 art(vec2 at) {
    float u = unit();
    float grown = GROWN * u * beat;
    float edge = floor((design == 0 ? COVER : TALL - 2.0 * PAD) * u);
    vec2 low = vec2(floor(PAD * u), extent().y - floor(PAD * u) - edge) - grown;
    edge += 2.0 * grown;
    vec2 point = ((at - low) / edge - 0.5) * (1.0 - 0.06 * beat);
    vec2 full = IMG_SIZE(photo);
    vec2 part = min(full.x, full.y) / full;
    vec2 crop = 0.5 + vec2(0.0, 0.3 * (1.0 - part.y)); // the upper part of an upright photo: heads are there
    vec3 tone = IMG_NORM_PIXEL(photo, crop + point * part).rgb;
    float round_ = max(rounding() - 0.5 * PAD * u, 0.25 * rounding());
    tone += tone * (1.0 - tone) * 0.7 * beat;
    return vec4(tone, 1.0) * cover(box(at, low, low + edge, round_));
}

// The words, premultiplied.
vec4 facing() {
    vec2 lines = baselines();
    vec4 one = words(title, gl_FragCoord.xy, lines.x, color);
    vec4 two = words(artist, gl_FragCoord.xy, lines.y, pale);
    return two + one * (1.0 - two.a);
}

// Coverage of a time such as 1:02:03, which begins at 0, or ends there.
float clock(vec2 at, float seconds, bool ends) {
    int whole = int(floor(max(seconds, 0.0) + 0.001));
    int minutes = whole / 60;
    bool hours = minutes >= 60;
    float one = TEXT_ADVANCE(digits, 0);
    float colon = TEXT_ADVANCE(digits, 10);
    float wide = ceil((hours ? 5.0 : minutes >= 10 ? 4.0 : 3.0) * one + (hours ? 2.0 : 1.0) * colon);
    float x = ends ? -at.x : wide - at.x; // from its right end
    int sign = -1;
    float middle = 0.0;
    if (x < one) { sign = whole % 10; middle = 0.5 * one; }
    else if (x < 2.0 * one) { sign = whole % 60 / 10; middle = 1.5 * one; }
    else if (x < 2.0 * one + colon) { sign = 10; middle = 2.0 * one + 0.5 * colon; }
    else if (minutes < 10 || x < 3.0 * one + colon) { // the first sign may reach beyond its advance
        sign = minutes % 10;
        middle = 2.5 * one + colon;
    }
    else if (!hours || x < 4.0 * one + colon) { sign = minutes % 60 / 10; middle = 3.5 * one + colon; }
    else if (x < 4.0 * one + 2.0 * colon) { sign = 10; middle = 4.0 * one + 1.5 * colon; }
    else { sign = minutes / 60 % 10; middle = 4.5 * one + 2.0 * colon; }
    return TEXT_CELL(digits, sign, vec2(floor(middle + 0.5) - x, floor(at.y) + 0.5)).r;
}

// The bar and the times, straight: what is there of the colour of the bar, and of the rest.
vec2 playing(vec2 at) {
    float u = unit();
    float from = column();
    float wide = ending() - from;
    float thick = max(0.012 * u, 1.5);
    vec2 off = vec2(at.x - from, at.y - bar());
    float done = clamp(played, 0.0, 1.0) * wide;
    float whole = box(off, vec2(0.0, -0.5 * thick), vec2(wide, 0.5 * thick), 0.5 * thick);
    float part = box(off, vec2(0.0, -0.5 * thick), vec2(max(done, thick), 0.5 * thick), 0.5 * thick);
    float head = length(off - vec2(clamp(done, thick, wide - thick), 0.0)) - 0.95 * thick * (1.0 + 0.55 * beat);
    float front = max(cover(part), cover(head));
    float below = bar() - 0.5 - floor(0.028 * u) - floor(0.72 * FIGURES * u);
    float figures = clock(vec2(at.x - from, at.y - below), elapsed, false) + clock(vec2(at.x - ending(), at.y - below), total, true);
    return vec2(front, max(0.36 * cover(whole) * (1.0 - front), figures));
}

// Four round bars at the right end of the title, on its baseline: low notes on the left. In silence they are dots.
float metered(vec2 at) {
    float u = unit();
    float wide = max(0.0105 * u, 1.5);
    float pitch = 1.75 * wide;
    float tall = 0.78 * TITLE * u;
    vec2 off = at - vec2(ending() - 3.0 * pitch - wide, baselines().x);
    float index = clamp(floor((off.x + 0.5 * (pitch - wide)) / pitch), 0.0, 3.0);
    float level = IMG_NORM_PIXEL(spectrum, vec2(0.08 + 0.25 * index, 0.5)).r;
    level = clamp(1.15 * level + 0.12 * beat * step(0.02, level), 0.0, 1.0);
    vec2 low = vec2(index * pitch, 0.0);
    return cover(box(off, low, low + vec2(wide, mix(wide, tall, level)), 0.5 * wide));
}

float luma(vec3 rgb) {
    return dot(rgb, vec3(0.2126, 0.7152, 0.0722));
}

// Straight alpha.
vec4 card() {
    vec2 low = corner();
    vec2 high = low + extent();
    vec2 point = gl_FragCoord.xy + low - reach();
    vec2 uv = point / TEXT_FRAME(digits);
    vec2 at = point - low;
    float u = unit();
    float away = box(point, low, high, rounding());
    float lower = box(point + vec2(0.0, 0.012 * u), low, high, rounding());
    float dark = shadow * exp(-pow(max(lower, 0.0) / (0.045 * u), 2.0) * 1.5) * (lower < 0.0 ? 1.0 : 0.75);
    float inside = cover(away);
    if (inside <= 0.0) return vec4(0.0, 0.0, 0.0, dark);
    vec3 below = mix(IMG_NORM_PIXEL(inputImage, uv).rgb, smoothly(frosted, uv), frost);
    vec3 grey = vec3(luma(below));
    vec3 tone = mix(mix(grey, below, 1.0 + 0.25 * frost), panel.rgb, panel.a);
    // Light words keep a contrast of 4.5 on a bright picture; a clear panel stays clear.
    float guarded = step(0.5, luma(color.rgb)) * smoothstep(0.0, 0.3, panel.a);
    tone *= mix(1.0, READABLE / max(luma(tone), READABLE), guarded);
    // Light on the upper rim of the glass.
    float rim = cover(abs(away + 0.75) - 0.5) * mix(0.06, 0.3, clamp(at.y / extent().y, 0.0, 1.0));
    tone = mix(tone, vec3(1.0), rim);
    // An accent lights the edge of the glass in the colour of the bar.
    float lit = beat * (0.9 * cover(abs(away + 1.0) - 0.004 * u) + 0.35 * exp(min(away, 0.0) / (0.03 * u)));
    tone += (1.0 - tone) * accent.rgb * accent.a * min(lit, 1.0);
    vec4 front = texelFetch(face, ivec2(clamp(at, vec2(0.0), IMG_SIZE(face) - 1.0)), 0);
    vec4 seen = art(at);
    tone = tone * (1.0 - seen.a) + seen.rgb;
    tone = tone * (1.0 - front.a) + front.rgb;
    vec2 bar_and_rest = playing(at);
    tone = mix(tone, pale.rgb, pale.a * bar_and_rest.y);
    tone = mix(tone, accent.rgb, accent.a * max(bar_and_rest.x, meter * metered(at)));
    float alpha = inside + dark * (1.0 - inside);
    return vec4(tone * inside / max(alpha, 1e-4), alpha);
}

void over() {
    vec4 front = vec4(0.0);
    ivec2 at = ivec2(floor(gl_FragCoord.xy - origin));
    if (all(greaterThanEqual(at, ivec2(0))) && all(lessThan(at, textureSize(whole, 0)))) front = texelFetch(whole, at, 0);
    // Behind a tall card the picture is out of focus: the cover is seen once, sharp in the card.
    vec4 back = design == 1 ? vec4(texelFetch(behind, ivec2(gl_FragCoord.xy), 0).rgb, backdrop) : vec4(0.0);
    float alpha = front.a + back.a * (1.0 - front.a);
    gl_FragColor = vec4(mix(back.rgb, front.rgb, front.a / max(alpha, 1e-4)), alpha);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = shrunk();
    else if (PASSINDEX == 1) gl_FragColor = blurred(small, vec2(1.0, 0.0));
    else if (PASSINDEX == 2) gl_FragColor = blurred(across, vec2(0.0, 1.0));
    else if (PASSINDEX == 3) gl_FragColor = facing();
    else if (PASSINDEX == 4) gl_FragColor = vec4(smoothly(frosted, isf_FragNormCoord) * DIMMED, 1.0);
    else if (PASSINDEX == 5) gl_FragColor = card();
    else over();
}
