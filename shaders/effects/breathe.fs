/*{
    "ISFVSN": "2",
    "VSN": "2",
    "TITLE": "Breathe",
    "TITLE_RU": "Дыхание",
    "DESCRIPTION": "A film of one photo: a card that drifts slowly before a blurred copy of itself, with title and artist where there are any. The light follows the loudness, every accent pushes the card forward, a drop floods it with light; silence stands still.",
    "DESCRIPTION_RU": "Фильм из одного фото: карточка медленно плывёт перед своей размытой копией, с названием и исполнителем, если они есть. Свет следует за громкостью, каждый акцент толкает карточку вперёд, дроп заливает её светом; в тишине всё замирает.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Photo", "Beat", "Text"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "photo", "TYPE": "image"},
        {"NAME": "title", "LABEL": "Title", "LABEL_RU": "Название", "TYPE": "text", "DEFAULT": "$title", "FONT": "font", "BOLD": true,
         "SIZE": "0.084 * letters", "WIDTH": "min(0.76, max(0.41, 1.23 - 0.46 * $WIDTH / $HEIGHT))", "LINES": 2, "LEADING": 1.12, "SHADOW": 0.3},
        {"NAME": "artist", "LABEL": "Artist", "LABEL_RU": "Исполнитель", "TYPE": "text", "DEFAULT": "$artist", "FONT": "font", "BOLD": false,
         "SIZE": "0.06 * letters", "WIDTH": "min(0.76, max(0.41, 1.23 - 0.46 * $WIDTH / $HEIGHT))", "LINES": 1, "SPACING": 0.06, "SHADOW": 0.3},
        {"NAME": "pulse", "LABEL": "Accent", "LABEL_RU": "Акцент", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "accent.pulse", "decay": 0.4, "from": [0.0, 0.8], "smooth": 0.05}},
        {"NAME": "amount", "LABEL": "Growth on an accent", "LABEL_RU": "Рост на акценте", "GROUP": "response", "TYPE": "float", "MIN": 0.0, "MAX": 0.25, "DEFAULT": 0.06, "IDENTITY": 0.0},
        {"NAME": "glow", "LABEL": "Light on an accent", "LABEL_RU": "Свет на акценте", "GROUP": "response", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.4, "IDENTITY": 0.0},
        {"NAME": "drop", "LABEL": "Drop", "LABEL_RU": "Дроп", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "drop.pulse", "decay": 2.5, "smooth": 0.15}},
        {"NAME": "level", "LABEL": "Loudness", "LABEL_RU": "Громкость", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "BIND": {"bind": "level.envelope", "from": [0.3, 1.0], "smooth": 0.3}},
        {"NAME": "energy", "LABEL": "Energy of the section", "LABEL_RU": "Энергия части трека", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "BIND": {"bind": "section.energy", "smooth": 1.5}},
        {"NAME": "light", "LABEL": "Light that follows the loudness", "LABEL_RU": "Свет вслед за громкостью", "GROUP": "response", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "IDENTITY": 0.0},
        {"NAME": "played", "LABEL": "Seconds of sound", "LABEL_RU": "Секунды звука", "UNIT": "s", "TYPE": "float", "MIN": 0.0, "MAX": 36000.0, "DEFAULT": 0.0, "BIND": {"bind": "sounding.sum", "smooth": 1.0}},
        {"NAME": "carried", "LABEL": "Seconds of loudness", "LABEL_RU": "Накопленная громкость, секунды", "UNIT": "s", "TYPE": "float", "MIN": 0.0, "MAX": 36000.0, "DEFAULT": 0.0, "BIND": {"bind": "level.sum", "smooth": 1.0}},
        {"NAME": "drift", "LABEL": "Drift", "LABEL_RU": "Медленное движение", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "IDENTITY": 0.0},
        {"NAME": "size", "LABEL": "Size of the card", "LABEL_RU": "Размер карточки", "GROUP": "place", "TYPE": "float", "MIN": 0.3, "MAX": 1.0, "DEFAULT": 0.8},
        {"NAME": "place", "LABEL": "Place", "LABEL_RU": "Положение", "TYPE": "point2D", "MIN": [0.0, 0.0], "MAX": [1.0, 1.0], "DEFAULT": [0.5, 0.5]},
        {"NAME": "corner", "LABEL": "Round corners", "LABEL_RU": "Скругление углов", "ADVANCED": true, "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.1},
        {"NAME": "dim", "LABEL": "Dim the background", "LABEL_RU": "Затемнение фона", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.35},
        {"NAME": "shadow", "LABEL": "Shadow", "LABEL_RU": "Тень", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6},
        {"NAME": "tint", "LABEL": "Colour of the halo", "LABEL_RU": "Цвет ореола", "TYPE": "color", "DEFAULT": [1.0, 0.6, 0.3, 1.0], "PHOTO": "vivid"},
        {"NAME": "font", "LABEL": "Font", "LABEL_RU": "Шрифт", "GROUP": "text", "TYPE": "long", "DEFAULT": 0,
         "LABELS": ["Inter", "Manrope", "Roboto", "Open Sans", "PT Sans", "Comfortaa", "Play", "Jura", "JetBrains Mono", "Noto Serif", "PT Serif"]},
        {"NAME": "letters", "LABEL": "Size of the letters", "LABEL_RU": "Размер букв", "GROUP": "text", "TYPE": "float", "MIN": 0.5, "MAX": 1.6, "DEFAULT": 1.0},
        {"NAME": "color", "LABEL": "Colour of the letters", "LABEL_RU": "Цвет букв", "TYPE": "color", "DEFAULT": [1.0, 1.0, 1.0, 1.0]}
    ],
    "PASSES": [
        {"TARGET": "plan", "WIDTH": 2, "HEIGHT": 1, "FLOAT": true},
        {"TARGET": "small", "WIDTH": "max($WIDTH / 8, 32)", "HEIGHT": "max($HEIGHT / 8, 32)", "FLOAT": true},
        {"TARGET": "across", "WIDTH": "max($WIDTH / 8, 32)", "HEIGHT": "max($HEIGHT / 8, 32)", "FLOAT": true},
        {"TARGET": "blurred", "WIDTH": "max($WIDTH / 8, 32)", "HEIGHT": "max($HEIGHT / 8, 32)", "FLOAT": true},
        {"TARGET": "back"},
        {"TARGET": "card"},
        {"TARGET": "words"},
        {}
    ]
}*/

// Only the last pass moves. The others depend on nothing that changes, so they are drawn once, and
// a frame costs three texture fetches: where they lie and how bright they are is reckoned at the
// corners of the frame (breathe.vs), since all of it changes evenly from one to the other.

#ifndef SAFE_AREA
#define SAFE_AREA vec4(0.0)
#endif

// In the last pass, and in `words` and `back` as breathe.vs says:
varying vec2 near; // of this pixel in the pass `card`
varying vec2 far;  // and in the pass `back`
varying vec3 lamp; // light on the background, in the halo around the card, and on the card

const float TAPS = 14.0;
const float BLUR = 0.06; // standard deviation of the blur, in short sides of the frame
const float GAP = 0.065;   // between card and words, in short sides; the card keeps it as it grows
const float MARGIN = 0.05; // of the room, around card and words
const float GROWN = 1.1;   // size of the card on an accent, as far as there is room for it
const vec3 LUMA = vec3(0.2126, 0.7152, 0.0722);

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

// What apps leave free of the frame: left, bottom, right, top, in pixels.
vec4 area(vec2 frame) {
    return frame.xyxy * vec4(SAFE_AREA.xy, 1.0 - SAFE_AREA.zw);
}

bool titled() { return TEXT_LINES(title) > 0; }
bool credited() { return TEXT_LINES(artist) > 0; }

// From the last baseline of the title to that of the artist.
float step_down() { return titled() && credited() ? floor(0.62 * TEXT_EM(title) + TEXT_CAPS(artist)) : 0.0; }

// Width and height of the words, from the capitals of the first line to the last baseline.
vec2 block() {
    vec4 one = TEXT_INK(title);
    vec4 two = TEXT_INK(artist);
    vec2 lines = TEXT_BASELINES(title);
    float wide = max(titled() ? one.z - one.x : 0.0, credited() ? two.z - two.x : 0.0);
    float upper = titled() ? TEXT_CAPS(title) + lines.x - lines.y : TEXT_CAPS(artist);
    return vec2(wide, upper + step_down());
}

// 0: the card's middle and half its sides. 1: upper left corner of the words, width and height.
vec4 planned() {
    vec2 frame = IMG_SIZE(inputImage);
    float unit = min(frame.x, frame.y);
    vec4 free = area(frame);
    vec2 room = free.zw - free.xy;
    vec2 middle = 0.5 * (free.xy + free.zw) + (place - 0.5) * frame;
    vec2 shape = IMG_SIZE(photo);
    vec2 most = size * room * (room.x < frame.x ? 1.1 : 1.0);
    vec2 card = shape * min(most.x / shape.x, most.y / shape.y);
    if (!titled() && !credited()) return vec4(middle, 0.5 * card);
    vec2 text = block();
    float gap = GAP * unit;
    vec2 corner;
    if (room.x > 1.25 * room.y && shape.x < 1.2 * shape.y) { // side by side
        most.x = min(most.x, ((1.0 - 2.0 * MARGIN) * room.x - gap - text.x) / GROWN);
        card = shape * min(most.x / shape.x, most.y / shape.y);
        float wide = GROWN * card.x + gap + text.x;
        corner = middle + vec2(0.5 * wide - text.x, 0.5 * text.y);
        middle.x = corner.x - gap - 0.5 * card.x;
    } else { // one above the other
        most.y = min(most.y + 0.06 * room.y, (1.0 - 2.0 * MARGIN) * room.y / GROWN) - gap - text.y;
        card = shape * min(most.x / shape.x, most.y / shape.y);
        float high = GROWN * card.y + gap + text.y;
        corner = middle - vec2(0.5 * text.x, 0.5 * high - text.y);
        middle.y = corner.y + gap + 0.5 * card.y;
    }
    return gl_FragCoord.x < 1.0 ? vec4(middle, 0.5 * card) : vec4(floor(corner), text);
}

// Distance to the edge of a box with round corners, below 0 inside.
float box(vec2 point, vec2 half_size, float radius) {
    vec2 q = abs(point) - half_size + radius;
    return length(max(q, 0.0)) + min(max(q.x, q.y), 0.0) - radius;
}

// Distance to the card's edge in pixels.
float edge(vec2 point) {
    vec4 where = texelFetch(plan, ivec2(0), 0);
    return box(point - where.xy, where.zw, corner * min(where.z, where.w));
}

// The background, and in alpha the halo around the card, as far away as it is seen (breathe.vs).
vec4 background() {
    vec3 color = smoothly(blurred, isf_FragNormCoord);
    color = max(mix(vec3(dot(color, LUMA)), color, 1.25), 0.0);
    vec2 side = isf_FragNormCoord - 0.5;
    color *= lamp.x * (1.0 - dim) * (1.06 - 0.7 * dot(side, side));
    float unit = min(RENDERSIZE.x, RENDERSIZE.y);
    vec2 point = 0.5 * RENDERSIZE + (gl_FragCoord.xy - 0.5 * RENDERSIZE) * 1.09;
    float halo = exp(-max(edge(point), 0.0) / (0.16 * unit));
    return vec4(color + dither(), halo);
}

// The card at rest and its shadow, pixel for pixel, premultiplied so that its edge has no fringe
// when scaled.
vec4 still() {
    vec4 where = texelFetch(plan, ivec2(0), 0);
    float unit = min(RENDERSIZE.x, RENDERSIZE.y);
    vec2 uv = 0.5 + 0.5 * (gl_FragCoord.xy - where.xy) / where.zw;
    float distance = edge(gl_FragCoord.xy);
    float rim = 0.1 * clamp(2.0 + distance, 0.0, 1.0); // sets a dark photo off from its background
    vec3 tone = mix(IMG_NORM_PIXEL(photo, uv).rgb, vec3(1.0), rim);
    float inside = clamp(0.5 - distance, 0.0, 1.0);
    float far_off = max(edge(gl_FragCoord.xy + vec2(0.0, 0.025 * unit)) / (0.11 * unit), 0.0);
    float near_by = max(edge(gl_FragCoord.xy + vec2(0.0, 0.006 * unit)) / (0.022 * unit), 0.0);
    float shade = shadow * (0.6 * exp(-2.0 * far_off * far_off) + 0.3 * exp(-near_by * near_by));
    return vec4(tone * inside, inside + shade * (1.0 - inside));
}

vec4 over(vec4 above, vec4 below) { return above + below * (1.0 - above.a); }

// A line of text, seen at this point of its texture; its shadow falls this far.
vec4 line(sampler2D text, vec2 point, float fall, float strength) {
    vec4 shade = vec4(0.0, 0.0, 0.0, 0.45 * TEXT_MASK(text, point + vec2(0.0, fall)).b);
    return over(TEXT_DRAW(text, point, color * vec4(1.0, 1.0, 1.0, strength), vec4(0.0), 0.0), shade);
}

// Title and artist with the scrim behind them, premultiplied.
vec4 lettered() {
    if (!titled() && !credited()) return vec4(0.0);
    vec4 where = texelFetch(plan, ivec2(1, 0), 0);
    float unit = min(RENDERSIZE.x, RENDERSIZE.y);
    vec2 middle = where.xy + 0.5 * where.zw * vec2(1.0, -1.0);
    vec2 reach = 0.5 * where.zw + 0.04 * unit;
    float away = max(box(gl_FragCoord.xy - middle, reach, min(reach.x, reach.y)), 0.0) / (0.2 * unit);
    vec4 seen = vec4(0.0, 0.0, 0.0, lamp.x * exp(-away * away));
    if (titled()) seen = over(line(title, gl_FragCoord.xy + near, lamp.y, 1.0), seen);
    return credited() ? over(line(artist, gl_FragCoord.xy + far, lamp.z, 0.92), seen) : seen;
}

vec4 film() {
    vec4 front = IMG_NORM_PIXEL(card, near);
    vec4 behind = IMG_NORM_PIXEL(back, far);
    vec4 lettering = IMG_THIS_PIXEL(words);
    float halo = lamp.y * behind.a;
    vec3 shine = behind.rgb * (lamp.x + 0.6 * halo) + tint.rgb * (0.3 * tint.a * halo);
    vec3 seen = front.rgb * lamp.z + shine * (1.0 - front.a);
    return vec4(seen * (1.0 - lettering.a) + lettering.rgb, 1.0);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = planned();
    else if (PASSINDEX == 1) gl_FragColor = shrunk();
    else if (PASSINDEX == 2) gl_FragColor = blur(small, vec2(1.0, 0.0));
    else if (PASSINDEX == 3) gl_FragColor = blur(across, vec2(0.0, 1.0));
    else if (PASSINDEX == 4) gl_FragColor = background();
    else if (PASSINDEX == 5) gl_FragColor = still();
    else if (PASSINDEX == 6) gl_FragColor = lettered();
    else gl_FragColor = film();
}
