/*{
    "ISFVSN": "2",
    "VSN": "3",
    "TITLE": "Text",
    "TITLE_RU": "Текст",
    "DESCRIPTION": "Title and artist over the picture, with a rule between them in the photo's colour that follows the loudness and shoots out on accents, and with the Studio's ways of appearing and breathing. Meant as the last effect of a chain.",
    "DESCRIPTION_RU": "Название и исполнитель поверх кадра, между ними линейка в цвете фото, которая следует за громкостью и вытягивается на акцентах; способы появления и дыхания — как в Студии. Ставьте последним в цепочке.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Text"],
    "INPUTS": [
        {"NAME": "title", "LABEL": "Title", "LABEL_RU": "Название", "TYPE": "text", "DEFAULT": "$title",
         "FONT": "font", "BOLD": true, "SIZE": "size", "ALIGN": "place", "WIDTH": "min(width, $SAFE_WIDTH / $WIDTH)", "HEIGHT": 0.62,
         "SPACING": "spacing", "LEADING": "leading", "OUTLINE": 0.12, "SHADOW": 0.34, "LINES": 3},
        {"NAME": "artist", "LABEL": "Artist", "LABEL_RU": "Исполнитель", "TYPE": "text", "DEFAULT": "$artist",
         "FONT": "font", "BOLD": false, "SIZE": "small", "ALIGN": "place", "WIDTH": "min(width, $SAFE_WIDTH / $WIDTH)", "HEIGHT": 0.24,
         "SPACING": "tracking", "LEADING": 1.25, "OUTLINE": 0.12, "SHADOW": 0.34, "LINES": 2},
        {"NAME": "font", "LABEL": "Font", "LABEL_RU": "Шрифт", "GROUP": "text", "TYPE": "long", "DEFAULT": 0,
         "LABELS": ["Inter", "Inter Black", "Manrope", "Roboto", "Roboto Condensed", "Open Sans", "Noto Sans", "PT Sans", "PT Sans Narrow", "Bebas Neue", "Yanone Kaffeesatz", "Comfortaa", "Play", "Jura", "JetBrains Mono", "Noto Serif", "Noto Serif Display", "PT Serif", "EB Garamond", "Old Standard", "Dancing Script"]},
        {"NAME": "size", "LABEL": "Size of the title", "LABEL_RU": "Размер названия", "GROUP": "text", "TYPE": "float", "MIN": 0.02, "MAX": 0.4, "DEFAULT": 0.125},
        {"NAME": "small", "LABEL": "Size of the artist", "LABEL_RU": "Размер исполнителя", "GROUP": "text", "TYPE": "float", "MIN": 0.02, "MAX": 0.4, "DEFAULT": 0.074},
        {"NAME": "place", "LABEL": "Place", "LABEL_RU": "Положение", "GROUP": "place", "TYPE": "long", "DEFAULT": 0,
         "LABELS": ["Bottom left", "Bottom centre", "Bottom right", "Left", "Centre", "Right", "Top left", "Top centre", "Top right", "At the point, left", "At the point, centre", "At the point, right"], "LABELS_RU": ["Внизу слева", "Внизу по центру", "Внизу справа", "Слева", "По центру", "Справа", "Вверху слева", "Вверху по центру", "Вверху справа", "У точки, слева", "У точки, по центру", "У точки, справа"]},
        {"NAME": "point", "LABEL": "Point", "LABEL_RU": "Точка", "TYPE": "point2D", "MIN": [0.0, 0.0], "MAX": [1.0, 1.0], "DEFAULT": [0.5, 0.5]},
        {"NAME": "margin", "LABEL": "Margin", "LABEL_RU": "Отступ", "GROUP": "place", "ADVANCED": true, "TYPE": "float", "MIN": 0.0, "MAX": 0.3, "DEFAULT": 0.075},
        {"NAME": "below", "LABEL": "Margin below", "LABEL_RU": "Отступ снизу", "GROUP": "place", "ADVANCED": true, "TYPE": "float", "MIN": 0.0, "MAX": 0.6, "DEFAULT": 0.15},
        {"NAME": "width", "LABEL": "Widest line", "LABEL_RU": "Наибольшая ширина строки", "GROUP": "text", "ADVANCED": true, "TYPE": "float", "MIN": 0.2, "MAX": 1.0, "DEFAULT": 0.84},
        {"NAME": "above", "LABEL": "Artist above the title", "LABEL_RU": "Исполнитель над названием", "GROUP": "text", "TYPE": "bool", "DEFAULT": false},
        {"NAME": "rotation", "LABEL": "Rotation", "LABEL_RU": "Поворот", "UNIT": "deg", "GROUP": "place", "TYPE": "float", "MIN": -180.0, "MAX": 180.0, "DEFAULT": 0.0, "IDENTITY": 0.0},
        {"NAME": "spacing", "LABEL": "Letter spacing of the title", "LABEL_RU": "Разрядка названия", "GROUP": "text", "ADVANCED": true, "TYPE": "float", "MIN": -0.1, "MAX": 0.6, "DEFAULT": 0.0},
        {"NAME": "tracking", "LABEL": "Letter spacing of the artist", "LABEL_RU": "Разрядка исполнителя", "GROUP": "text", "ADVANCED": true, "TYPE": "float", "MIN": -0.1, "MAX": 0.6, "DEFAULT": 0.14},
        {"NAME": "leading", "LABEL": "Line spacing", "LABEL_RU": "Межстрочный интервал", "GROUP": "text", "ADVANCED": true, "TYPE": "float", "MIN": 0.7, "MAX": 2.0, "DEFAULT": 1.08},
        {"NAME": "color", "LABEL": "Colour of the title", "LABEL_RU": "Цвет названия", "TYPE": "color", "DEFAULT": [1.0, 1.0, 1.0, 1.0], "PHOTO": "light"},
        {"NAME": "pale", "LABEL": "Colour of the artist", "LABEL_RU": "Цвет исполнителя", "TYPE": "color", "DEFAULT": [1.0, 1.0, 1.0, 0.92], "PHOTO": "light"},
        {"NAME": "outline", "LABEL": "Outline", "LABEL_RU": "Обводка", "GROUP": "text", "TYPE": "float", "MIN": 0.0, "MAX": 0.12, "DEFAULT": 0.0, "IDENTITY": 0.0},
        {"NAME": "rim", "LABEL": "Colour of the outline", "LABEL_RU": "Цвет обводки", "TYPE": "color", "DEFAULT": [0.0, 0.0, 0.0, 1.0]},
        {"NAME": "shadow", "LABEL": "Shadow", "LABEL_RU": "Тень", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.7, "IDENTITY": 0.0},
        {"NAME": "scrim", "LABEL": "Dimming behind", "LABEL_RU": "Затемнение позади", "ADVANCED": true, "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "IDENTITY": 0.0},
        {"NAME": "appear", "LABEL": "Appearance", "LABEL_RU": "Появление", "GROUP": "time", "TYPE": "long", "DEFAULT": 2,
         "LABELS": ["none", "fade", "fade-up", "from below", "mask", "blur", "micro-scale", "two lines", "line"], "LABELS_RU": ["нет", "проявление", "проявление вверх", "снизу", "маска", "размытие", "лёгкое увеличение", "две строки", "линия"]},
        {"NAME": "begin", "LABEL": "Appears at (seconds)", "LABEL_RU": "Появляется на секунде", "UNIT": "s", "GROUP": "time", "TYPE": "float", "MIN": 0.0, "MAX": 3600.0, "DEFAULT": 0.0},
        {"NAME": "lasting", "LABEL": "Appears within (seconds)", "LABEL_RU": "Появляется за (секунды)", "UNIT": "s", "GROUP": "time", "ADVANCED": true, "TYPE": "float", "MIN": 0.05, "MAX": 10.0, "DEFAULT": 0.9},
        {"NAME": "stay", "LABEL": "Stays for (seconds, 3600 is to the end)", "LABEL_RU": "Остаётся (секунды, 3600 — до конца)", "UNIT": "s", "GROUP": "time", "ADVANCED": true, "TYPE": "float", "MIN": 0.0, "MAX": 3600.0, "DEFAULT": 3600.0},
        {"NAME": "breathing", "LABEL": "Breathing", "LABEL_RU": "Дыхание", "GROUP": "time", "TYPE": "long", "DEFAULT": 0,
         "LABELS": ["none", "pulse", "fade", "soft-scale", "pulse-fade", "breathe-up", "soft-blur", "scale-fade", "colour-pulse"], "LABELS_RU": ["нет", "пульс", "затухание", "мягкое увеличение", "пульс с затуханием", "подъём", "мягкое размытие", "увеличение с затуханием", "цветной пульс"]},
        {"NAME": "strength", "LABEL": "Strength of the breathing", "LABEL_RU": "Сила дыхания", "GROUP": "time", "ADVANCED": true, "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
        {"NAME": "period", "LABEL": "A breath lasts (seconds, 0 is as strong as it is)", "LABEL_RU": "Вдох длится (секунды, 0 — постоянно)", "UNIT": "s", "GROUP": "time", "ADVANCED": true, "TYPE": "float", "MIN": 0.0, "MAX": 20.0, "DEFAULT": 3.0},
        {"NAME": "accent", "LABEL": "Colour of the colour-pulse", "LABEL_RU": "Цвет цветного пульса", "ADVANCED": true, "TYPE": "color", "DEFAULT": [1.0, 0.42, 0.35, 1.0]},
        {"NAME": "rule", "LABEL": "Rule that follows the music", "LABEL_RU": "Линейка, следующая за музыкой", "GROUP": "response", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 1.0, "IDENTITY": 0.0},
        {"NAME": "tint", "LABEL": "Colour of the rule", "LABEL_RU": "Цвет линейки", "TYPE": "color", "DEFAULT": [1.0, 1.0, 1.0, 1.0], "PHOTO": "vivid"},
        {"NAME": "level", "LABEL": "Loudness", "LABEL_RU": "Громкость", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "BIND": {"bind": "level.envelope", "smooth": 0.2}},
        {"NAME": "pulse", "LABEL": "Accent", "LABEL_RU": "Акцент", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "accent.pulse", "decay": 0.5}}
    ],
    "PASSES": [
        {"TARGET": "plan", "WIDTH": 3, "HEIGHT": 1, "FLOAT": true},
        {"TARGET": "letters", "WIDTH": "$WIDTH * 1.2", "HEIGHT": "$HEIGHT * 1.2"},
        {"TARGET": "soft", "WIDTH": "$WIDTH * 0.3", "HEIGHT": "$HEIGHT * 0.3"},
        {"TARGET": "haze", "WIDTH": "$WIDTH * 0.3", "HEIGHT": "$HEIGHT * 0.3"},
        {"TARGET": "now", "WIDTH": 3, "HEIGHT": 1, "FLOAT": true},
        {}
    ]
}*/

// The block of title and artist is drawn once, pixel for pixel as it was set, premultiplied, into
// the corner of `letters`. A frame looks up where each of its pixels lies in the block: at rest
// that is a whole number of pixels away. What is the same for all pixels is in `plan` and `now`.

#ifndef SAFE_AREA
#define SAFE_AREA vec4(0.0)
#endif

const float PI = 3.14159265;
const float NEAR = 0.18;    // from the upper block's baseline to the lower one's capitals, in em of both
const vec2 FALL = vec2(0.0, -0.04); // where the shadow falls, in em
const float HAZE = 0.42;   // radius of the widest blur, in em
const float SCRIM = 1.7;   // how far the dimming behind reaches, in em
const float FOOT = 0.02;   // how much nearer to what apps cover than to a plain edge, in short sides
const float RULE = 0.05;   // thickness of the rule, in em of the title
const float APART = 0.3;   // how much further apart title and artist are with it, in em of the title
const int TAPS = 40;

vec4 planned(int at) { return texelFetch(plan, ivec2(at, 0), 0); }

// The same of every pixel of the last pass, which reads them at its corners only (text.vs).
varying vec4 planned_block;
varying vec4 planned_place;
varying vec4 now_move;
varying vec4 now_state;
varying vec4 now_turn;

float side() { return float(place - 3 * (place / 3)) * 0.5; }

// Room around the block for outlines and shadows.
float around() { return ceil(0.56 * max(TEXT_EM(title), TEXT_EM(artist))) + 3.0; }

// What the upper and the lower text are: ink (left, bottom, right, top), and how far its first and
// last baselines are from there.
vec4 ink(bool upper) { return upper != above ? TEXT_INK(title) : TEXT_INK(artist); }
bool shown(bool upper) { return upper != above ? TEXT_LINES(title) > 0 : TEXT_LINES(artist) > 0; }

// From the ink of the lower text up to that of the upper one: by baseline and capitals, unless a
// script or an emoji reaches further.
float between() {
    if (!shown(true) || !shown(false)) return 0.0;
    vec2 em = above ? vec2(TEXT_EM(artist), TEXT_EM(title)) : vec2(TEXT_EM(title), TEXT_EM(artist));
    float base = above ? TEXT_BASELINES(artist).y : TEXT_BASELINES(title).y;
    float first = above ? TEXT_BASELINES(title).x : TEXT_BASELINES(artist).x;
    float caps = above ? TEXT_CAPS(title) : TEXT_CAPS(artist);
    float under = base - ink(true).y;              // what hangs under the baseline
    float over = ink(false).w - first - caps;      // what stands above the capitals
    float wanted = NEAR * (em.x + em.y) + (0.28 + APART * step(1e-3, rule)) * max(em.x, em.y);
    return floor(max(wanted - under - over, 0.22 * em.y) + 0.5);
}

// 0: size of the block, where its parts meet, room around it. 1: the middle of the block on the
// picture, its scale, an em. 2: where the textures of title and artist begin in it.
vec4 planning() {
    vec4 high = ink(true);
    vec4 low = ink(false);
    vec2 tall = vec2(shown(true) ? high.w - high.y : 0.0, shown(false) ? low.w - low.y : 0.0);
    vec2 wide = vec2(shown(true) ? high.z - high.x : 0.0, shown(false) ? low.z - low.x : 0.0);
    float gap = between();
    vec2 block = vec2(max(wide.x, wide.y), tall.x + gap + tall.y);
    if (gl_FragCoord.x < 1.0) return vec4(block, tall.y + 0.5 * gap, around());
    if (gl_FragCoord.x > 2.0) {
        vec2 up = vec2(floor(side() * (block.x - wide.x) + 0.5), tall.y + gap) - high.xy;
        vec2 down = vec2(floor(side() * (block.x - wide.y) + 0.5), 0.0) - low.xy;
        return above ? vec4(down, up) : vec4(up, down);
    }
    vec2 frame = TEXT_FRAME(title);
    float side_ = min(frame.x, frame.y);
    vec2 least = vec2(margin, max(margin, below)) * side_; // a progress bar has room below
    least = max(least, SAFE_AREA.xy * frame + vec2(0.0, max(below - FOOT, 0.0) * side_) * step(1e-4, SAFE_AREA.y));
    vec2 most = frame - max(vec2(margin * side_), SAFE_AREA.zw * frame);
    vec2 turn = abs(vec2(cos(radians(rotation)), sin(radians(rotation))));
    vec2 extent = vec2(dot(block, turn), dot(block, turn.yx));
    vec2 fits = (most - least) / max(extent, vec2(1.0));
    float scale = min(min(fits.x, fits.y), 1.0);
    extent *= scale;
    vec2 corner = vec2(point.x * frame.x - side() * extent.x, point.y * frame.y - 0.5 * extent.y);
    if (place < 9) corner = mix(least, most - extent, vec2(side(), float(place / 3) * 0.5));
    if (place >= 3 && place < 6) corner.y = 0.5 * (frame.y - extent.y);
    corner = clamp(corner, least, max(most - extent, least));
    vec2 middle = rotation == 0.0 && scale == 1.0 ? floor(corner + 0.5) + 0.5 * block : corner + 0.5 * extent;
    return vec4(middle, scale, TEXT_LINES(title) > 0 ? TEXT_EM(title) : TEXT_EM(artist));
}

vec4 drawn(sampler2D words, vec2 at, vec4 tint) {
    float em = TEXT_EM(words);
    float dark = TEXT_MASK(words, at - FALL * em).b;
    vec4 shade = vec4(0.0, 0.0, 0.0, min(1.35 * dark, 1.0) * shadow * tint.a);
    vec4 front = TEXT_DRAW(words, at, tint, vec4(rim.rgb, rim.a * tint.a), outline * em);
    return front + shade * (1.0 - front.a);
}

vec4 lettering() {
    vec2 at = gl_FragCoord.xy - planned(0).w;
    vec4 from = planned(2);
    vec4 one = drawn(title, at - from.xy, color);
    vec4 two = drawn(artist, at - from.zw, pale);
    return one + two * (1.0 - one.a);
}

// A quarter of the size, out of focus by a radius in em: a spiral of even density (Vogel 1979).
vec4 unsharp(sampler2D image, float radius) {
    vec2 far = vec2(max(radius * planned(1).w, 2.0)) / IMG_SIZE(letters);
    vec4 sum = vec4(0.0);
    for (int i = 0; i < TAPS; i++) {
        float angle = 2.39996 * float(i);
        float away = sqrt((float(i) + 0.5) / float(TAPS));
        sum += IMG_NORM_PIXEL(image, isf_FragNormCoord + away * far * vec2(cos(angle), sin(angle)));
    }
    return sum / float(TAPS);
}

float breath() {
    if (breathing == 0) return 0.0;
    if (period <= 0.0) return strength;
    float turn = fract((TIME - begin) / period);
    if (breathing == 1 || breathing == 4) // a beat: up at once, back slowly
        return strength * smoothstep(0.0, 0.1, turn) * pow(1.0 - turn, 2.0) * 1.2;
    return strength * (0.5 - 0.5 * cos(2.0 * PI * turn));
}

// 0: shift in em, scale, opacity. 1: blur in em, accent, how far it has appeared and the same with
// a soft end. 2: cosine and sine of the rotation.
vec4 moving() {
    if (gl_FragCoord.x > 2.0) return vec4(cos(radians(rotation)), sin(radians(rotation)), 0.0, 0.0);
    float raw = clamp((TIME - begin) / lasting, 0.0, 1.0);
    if (appear == 0) raw = step(begin, TIME);
    float until = begin + lasting + stay;
    float left = appear == 0 ? step(until, TIME) : clamp((TIME - until) / lasting, 0.0, 1.0);
    if (stay < 3600.0) raw = min(raw, 1.0 - left);
    float soft = 1.0 - pow(1.0 - raw, 3.0);
    float a = breath();
    float away = 1.0 - soft;
    if (gl_FragCoord.x > 1.0) {
        float blur = appear == 5 ? HAZE * away : 0.0;
        return vec4(blur + (breathing == 6 ? 0.14 * a : 0.0), breathing == 8 ? a : 0.0, raw, soft);
    }
    float lift = 0.0;
    if (appear == 2) lift = -0.35 * away;
    if (appear == 3) lift = -1.6 * away;
    if (breathing == 5) lift += 0.16 * a;
    float scale = appear == 6 ? 0.92 + 0.08 * soft : 1.0;
    if (breathing == 1 || breathing == 3 || breathing == 4) scale *= 1.0 + 0.08 * a;
    if (breathing == 7) scale *= 1.0 - 0.08 * a;
    float seen = appear == 4 || appear == 8 ? step(1e-4, raw) : smoothstep(0.0, 0.8, raw);
    if (breathing == 2 || breathing == 4 || breathing == 7) seen *= 1.0 - 0.7 * a;
    return vec4(0.0, lift, scale, seen);
}

// The block at a place in it, out of focus by `blur` em: between three that were made before.
vec4 block_at(vec2 at, float blur) {
    vec2 uv = at / IMG_SIZE(letters);
    vec4 sharp = IMG_NORM_PIXEL(letters, uv);
    if (now_state.x <= 0.0) return sharp;
    float far = clamp(blur / HAZE, 0.0, 1.0);
    vec4 near = mix(sharp, IMG_NORM_PIXEL(soft, uv), clamp(3.0 * far, 0.0, 1.0));
    return mix(near, IMG_NORM_PIXEL(haze, uv), clamp(1.5 * far - 0.5, 0.0, 1.0));
}

// Where in the block a pixel is taken from while it appears; `open` is whether it may show yet.
vec2 appearing(vec2 at, float meet, vec2 size, out float open) {
    vec4 state = now_state;
    float em = planned_place.w;
    bool upper = at.y > meet;
    open = 1.0;
    if (state.w >= 1.0) return at;
    if (appear == 4) { // out of a slit below each part
        float depth = (upper ? size.y - meet : meet) + 0.3 * em;
        vec2 from = at + vec2(0.0, (1.0 - state.w) * depth);
        if (!upper && from.y > meet) open = 0.0;
        return from;
    }
    if (appear == 7) { // the two parts from both sides
        float late = clamp(1.35 * state.z - (upper ? 0.0 : 0.35), 0.0, 1.0);
        float away = pow(1.0 - late, 3.0);
        open = smoothstep(0.0, 0.7, late);
        return at + vec2(upper ? away : -away, 0.0) * 1.2 * em;
    }
    if (appear == 8) { // out of a line between them, both ways
        float late = clamp(2.0 * state.z - 1.0, 0.0, 1.0);
        float away = pow(1.0 - late, 3.0);
        vec2 from = at + vec2(0.0, upper ? (size.y - meet) * away : -meet * away);
        if ((from.y > meet) != upper || late <= 0.0) open = 0.0;
        return from;
    }
    return at;
}

// The line of that appearance: it grows, and goes when the words are there.
float line_at(vec2 at, float meet, vec2 size) {
    float raw = now_state.z;
    if (appear != 8 || raw <= 0.0 || raw >= 1.0) return 0.0;
    float grown = 1.0 - pow(1.0 - clamp(2.0 * raw, 0.0, 1.0), 3.0);
    float reach = side() == 0.5 ? abs(at.x - 0.5 * size.x) * 2.0 : (side() == 0.0 ? at.x : size.x - at.x);
    float thick = max(0.035 * planned_place.w, 1.0);
    float y = abs(at.y - (shown(true) && shown(false) ? meet : 0.0));
    float inside = clamp(0.5 * thick + 0.5 - y, 0.0, 1.0) * step(0.0, reach) * clamp(grown * size.x - reach, 0.0, 1.0);
    return inside * (1.0 - smoothstep(0.75, 1.0, raw));
}

// The rule between title and artist: x is its coverage, y its glow, which ends with it. It
// grows from the side that the block stands at, and an accent draws it out to the block's whole width.
vec2 ruled(vec2 at, float meet, vec2 size) {
    if (rule <= 0.0 || !shown(true) || !shown(false) || appear == 8 && now_state.z < 1.0) return vec2(0.0);
    float em = planned_place.w;
    float rest = min((0.5 + 0.7 * level) * em, size.x);
    float strike = pulse * (2.0 - pulse);
    float wide = mix(rest, max(size.x, rest), strike) * now_state.w;
    float radius = max(0.5 * RULE * em * (1.0 + 0.9 * pulse), 0.6);
    float start = side() * (size.x - wide);
    vec2 off = at - vec2(0.0, meet);
    off.x -= clamp(off.x, start + radius, max(start + wide - radius, start + radius));
    float away = length(off) - radius;
    float ink = clamp(0.5 - away, 0.0, 1.0) * smoothstep(0.0, 0.02, now_state.w);
    float shine = (0.12 * level + 0.6 * pulse) * exp(-max(away, 0.0) / (0.13 * em)) * smoothstep(0.5 * em, 0.3 * em, away);
    shine *= smoothstep(0.0, 0.25 * em, at.x - start) * smoothstep(0.0, 0.25 * em, start + wide - at.x);
    return vec2(ink, shine * now_state.w) * min(rule * 2.0, 1.0) * tint.a;
}

// What dims the picture behind the block: dark behind light letters, light behind dark ones.
vec4 dimming(vec2 from, vec4 block) {
    vec2 far = (abs(from - 0.5 * block.xy) - 0.5 * block.xy) / (SCRIM * planned_place.w);
    vec2 near = 1.0 - smoothstep(-0.6, 1.0, far);
    float local = near.x * near.y;
    // A block near the lower edge stands on a gradient out of that edge, with a trace of the local one.
    vec4 where = planned_place;
    float tall = 0.5 * block.y * where.z;
    float rise = (gl_FragCoord.y - where.y + tall) / (2.0 * tall + SCRIM * where.w);
    float edge = place < 3 ? 1.0 - smoothstep(0.28, 0.45, (where.y - tall) / RENDERSIZE.y) : 0.0;
    float ground = 0.9 * (1.0 - smoothstep(0.0, 1.0, rise));
    local = mix(local, 1.0 - (1.0 - ground) * (1.0 - 0.4 * local), edge);
    float dim = scrim * local * now_state.w * color.a;
    return vec4(vec3(step(dot(color.rgb, vec3(0.2126, 0.7152, 0.0722)), 0.35)), dim);
}

void over() {
    vec4 where = planned_place;
    vec4 move = now_move;
    vec4 turn = now_turn;
    vec4 block = planned_block;
    vec2 from = gl_FragCoord.xy - where.xy - move.xy * where.w;
    from = vec2(dot(from, turn.xy), dot(from, vec2(-turn.y, turn.x))) / where.z;
    vec2 pivot = vec2((side() - 0.5) * block.x, 0.0); // it grows from the side that it stands at
    from = (from - pivot) / move.z + pivot + 0.5 * block.xy;
    vec4 behind = dimming(from, block);
    behind.a *= move.w;
    gl_FragColor = behind;
    if (any(lessThan(from, vec2(-block.w))) || any(greaterThan(from, block.xy + block.w))) return;
    float open;
    vec2 at = appearing(from, block.z, block.xy, open);
    vec4 seen = block_at(at + block.w, now_state.x) * open;
    float inside = line_at(from, block.z, block.xy);
    seen = mix(seen, vec4(color.rgb, 1.0) * color.a, inside);
    vec2 bar = ruled(from, block.z, block.xy);
    vec4 light = vec4(tint.rgb, 1.0) * bar.y; // it shines from behind the letters
    seen += light * (1.0 - seen.a);
    seen = mix(seen, vec4(mix(tint.rgb, vec3(1.0), 0.25 * pulse), 1.0), bar.x);
    float alpha = seen.a * move.w;
    if (alpha <= 0.0) return;
    vec3 tone = seen.rgb / seen.a;
    // The accent takes what has the colour of the letters; outlines and emoji stay.
    float like = now_state.y > 0.0 ? clamp(1.0 - 2.0 * distance(tone, color.rgb), 0.0, 1.0) : 0.0;
    tone = mix(tone, accent.rgb, like * now_state.y);
    float both = alpha + behind.a * (1.0 - alpha);
    gl_FragColor = vec4(mix(behind.rgb, tone, alpha / both), both);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = planning();
    else if (PASSINDEX == 1) gl_FragColor = lettering();
    else if (PASSINDEX == 2) gl_FragColor = unsharp(letters, 0.12);
    else if (PASSINDEX == 3) gl_FragColor = unsharp(soft, HAZE);
    else if (PASSINDEX == 4) gl_FragColor = moving();
    else over();
}
