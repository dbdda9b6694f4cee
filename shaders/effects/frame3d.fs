/*{
    "ISFVSN": "2",
    "VSN": "3",
    "TITLE": "Floating cover",
    "TITLE_RU": "Парящая обложка",
    "DESCRIPTION": "The photo as a card that hangs in space over a blurred copy of itself: it sways slowly as long as there is sound, every accent throws it forward and turns it to another side, and light slides over it as it turns; loud music holds it nearer, in a lit space. With a white border too, or as an instant photo with words on its strip.",
    "DESCRIPTION_RU": "Фото — карточка, парящая над своей размытой копией: пока есть звук, она медленно покачивается, каждый акцент бросает её вперёд и поворачивает в новую сторону, и на повороте по ней скользит свет; громкая музыка держит её ближе, в освещённом пространстве. Может быть с белой рамкой или моментальным снимком с надписью на полоске.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Photo", "Beat", "Scene"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "photo", "TYPE": "image"},
        {"NAME": "caption", "LABEL": "Words on an instant photo", "LABEL_RU": "Надпись на моментальном снимке", "TYPE": "text", "DEFAULT": "$title", "FONT": "font", "BOLD": true, "SIZE": "0.13 * size", "ALIGN": "center", "LINES": 1, "SHRINK": 0.3},
        {"NAME": "credit", "LABEL": "Second line of words", "LABEL_RU": "Вторая строка надписи", "TYPE": "text", "DEFAULT": "$artist", "FONT": "font", "BOLD": true, "SIZE": "0.09 * size", "ALIGN": "center", "LINES": 1, "SHRINK": 0.3},
        {"NAME": "font", "LABEL": "Font", "LABEL_RU": "Шрифт", "GROUP": "text", "TYPE": "long", "DEFAULT": 0, "LABELS": ["Dancing Script", "EB Garamond", "Noto Serif", "Comfortaa", "Inter"]},
        {"NAME": "lean", "LABEL": "Turn to the side", "LABEL_RU": "Поворот вбок", "ADVANCED": true, "TYPE": "float", "MIN": -1.0, "MAX": 1.0, "DEFAULT": 0.0},
        {"NAME": "nod", "LABEL": "Turn up and down", "LABEL_RU": "Наклон вверх и вниз", "ADVANCED": true, "TYPE": "float", "MIN": -1.0, "MAX": 1.0, "DEFAULT": 0.0},
        {"NAME": "played", "LABEL": "Seconds of sound", "LABEL_RU": "Секунды звука", "UNIT": "s", "TYPE": "float", "MIN": 0.0, "MAX": 36000.0, "DEFAULT": 0.0, "BIND": {"bind": "sounding.sum", "smooth": 1.0}},
        {"NAME": "sway", "LABEL": "Sway", "LABEL_RU": "Покачивание", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 1.0, "IDENTITY": 0.0},
        {"NAME": "tilt", "LABEL": "How far it turns", "LABEL_RU": "Размах поворота", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.55, "IDENTITY": 0.0},
        {"NAME": "punch", "LABEL": "Punch", "LABEL_RU": "Толчок", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "accent.pulse", "decay": 0.45, "from": [0.0, 0.8], "smooth": 0.02}},
        {"NAME": "loud", "LABEL": "Loudness", "LABEL_RU": "Громкость", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "loudness", "from": [0.86, 0.985], "curve": "in", "smooth": 0.3}},
        {"NAME": "number", "LABEL": "Number of the accent", "LABEL_RU": "Номер акцента", "UNIT": "count", "TYPE": "float", "MIN": 0.0, "MAX": 4096.0, "DEFAULT": 0.0, "BIND": "accent.count"},
        {"NAME": "throw", "LABEL": "Turn on an accent", "LABEL_RU": "Поворот на акценте", "GROUP": "response", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "IDENTITY": 0.0},
        {"NAME": "push", "LABEL": "Forward on an accent", "LABEL_RU": "Вперёд на акценте", "GROUP": "response", "TYPE": "float", "MIN": 0.0, "MAX": 0.25, "DEFAULT": 0.13, "IDENTITY": 0.0},
        {"NAME": "size", "LABEL": "Size", "LABEL_RU": "Размер", "GROUP": "place", "TYPE": "float", "MIN": 0.3, "MAX": 0.95, "DEFAULT": 0.77},
        {"NAME": "place", "LABEL": "Place", "LABEL_RU": "Положение", "TYPE": "point2D", "MIN": [0.0, 0.0], "MAX": [1.0, 1.0], "DEFAULT": [0.5, 0.5]},
        {"NAME": "border", "LABEL": "Border", "LABEL_RU": "Рамка", "TYPE": "long", "VALUES": [0, 1, 2], "LABELS": ["None", "White", "Instant photo"], "LABELS_RU": ["Нет", "Белая", "Моментальный снимок"], "DEFAULT": 0},
        {"NAME": "glare", "LABEL": "Light on the card", "LABEL_RU": "Блик на карточке", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.4, "IDENTITY": 0.0},
        {"NAME": "dim", "LABEL": "Dim the background", "LABEL_RU": "Затемнение фона", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.4}
    ],
    "PASSES": [
        {"TARGET": "small", "WIDTH": "max($WIDTH / 8, 32)", "HEIGHT": "max($HEIGHT / 8, 32)", "FLOAT": true},
        {"TARGET": "across", "WIDTH": "max($WIDTH / 8, 32)", "HEIGHT": "max($HEIGHT / 8, 32)", "FLOAT": true},
        {"TARGET": "blurred", "WIDTH": "max($WIDTH / 8, 32)", "HEIGHT": "max($HEIGHT / 8, 32)", "FLOAT": true},
        {"TARGET": "back"},
        {"TARGET": "face"},
        {}
    ]
}*/

// Only the last pass moves: it looks through each pixel at the plane of the card and finds what
// the pass before it drew there.

#ifndef SAFE_AREA
#define SAFE_AREA vec4(0.0)
#endif

const float TAPS = 14.0;
const float BLUR = 0.06;   // standard deviation of the blur, in short sides of the frame
const float TURN = 6.28318531;
const float EYE = 2.2;     // from the eye to the card, in short sides
const float FAR = 0.16;    // from the card to what its shadow falls on
const float THICK = 0.05; // of the card, in short sides
const vec3 PAPER = vec3(0.975, 0.97, 0.955);
const vec3 INK = vec3(0.13, 0.12, 0.17);

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

// Cubic B-spline in four bilinear fetches (Sigg and Hadwiger, GPU Gems 2, chapter 20).
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

// The white around the photo, in shorter halves of the photo: beside and above it, and below it.
vec2 margins() {
    return border == 0 ? vec2(0.0) : border == 1 ? vec2(0.075) : vec2(0.1, 0.5);
}

// Half the card's sides, in short sides of the frame, and half the photo's.
vec4 extents() {
    vec2 photo_size = IMG_SIZE(photo);
    vec2 shape = photo_size / min(photo_size.x, photo_size.y);
    vec2 margin = margins();
    vec2 whole = shape + vec2(margin.x, 0.5 * (margin.x + max(margin.x, margin.y)));
    vec2 frame = RENDERSIZE / min(RENDERSIZE.x, RENDERSIZE.y);
    float free = 1.0 - SAFE_AREA.x - SAFE_AREA.z; // what is forward and turned stays in there
    float wide = free < 1.0 ? min(size, 0.94 * free / (1.0 + push)) : size;
    float scale = 0.5 * min(wide * frame.x / whole.x, size * frame.y / whole.y);
    return vec4(whole, shape) * scale;
}

// Distance to the edge of a box with round corners, below 0 inside.
float box(vec2 point, vec2 half_size, float radius) {
    vec2 q = abs(point) - half_size + radius;
    return length(max(q, 0.0)) + min(max(q.x, q.y), 0.0) - radius;
}

vec4 background() {
    vec3 color = smoothly(blurred, isf_FragNormCoord);
    color = max(mix(vec3(dot(color, vec3(0.2126, 0.7152, 0.0722))), color, 1.15), 0.0);
    vec2 side = isf_FragNormCoord - 0.5;
    return vec4(color * (1.0 - dim) * (1.08 - 0.6 * dot(side, side)) + dither(), 1.0);
}

// One line of words with its middle and its baseline at the origin, as large as `em` in pixels and
// no wider than `widest`.
vec4 line(sampler2D text, vec2 at, float em, float widest) {
    if (TEXT_LINES(text) < 1) return vec4(0.0);
    vec4 ink = TEXT_INK(text);
    float zoom = min(em / max(TEXT_EM(text), 1.0), widest / max(ink.z - ink.x, 1.0));
    vec2 origin = vec2(0.5 * (ink.x + ink.z), TEXT_BASELINES(text).x);
    return TEXT_DRAW(text, at / zoom + origin, vec4(INK, 1.0), vec4(0.0), 0.0);
}

// The words on the white strip below the photo, premultiplied; `at` in pixels from the card's middle.
vec4 words(vec2 at, vec4 extent, float lift) {
    float unit = min(RENDERSIZE.x, RENDERSIZE.y);
    float strip = (extent.y - extent.w + lift) * unit;
    float widest = 1.9 * extent.z * unit;
    vec2 from = at + vec2(0.0, extent.y * unit);
    bool both = TEXT_LINES(caption) > 0 && TEXT_LINES(credit) > 0;
    vec4 one = line(caption, from - vec2(0.0, (both ? 0.53 : 0.36) * strip), (both ? 0.5 : 0.62) * strip, widest);
    vec4 two = line(credit, from - vec2(0.0, (both ? 0.17 : 0.4) * strip), (both ? 0.34 : 0.45) * strip, widest);
    return one + two * (1.0 - one.a);
}

// The card as it is seen from the front, pixel for pixel, premultiplied.
vec4 front() {
    float unit = min(RENDERSIZE.x, RENDERSIZE.y);
    vec4 extent = extents();
    vec2 point = (gl_FragCoord.xy - 0.5 * RENDERSIZE) / unit;
    vec2 lift = vec2(0.0, extent.y - extent.w - extent.x + extent.z); // the photo above the middle
    float outside = box(point, extent.xy, 0.02 * min(extent.x, extent.y)) * unit;
    float frame = box(point - lift, extent.zw, 0.0) * unit;
    vec3 color = IMG_NORM_PIXEL(photo, 0.5 + 0.5 * (point - lift) / extent.zw).rgb;
    // A bevel that catches the light from above sets a dark photo off from its background.
    float rim = clamp((outside + max(0.009 * unit, 1.5)) / max(0.009 * unit, 1.5), 0.0, 1.0);
    vec2 edge = abs(point) - extent.xy;
    vec2 facing = edge.x > edge.y ? vec2(sign(point.x), 0.0) : vec2(0.0, sign(point.y));
    float lit = dot(facing, vec2(-0.45, 0.9));
    if (border == 0) color = mix(color, vec3(step(0.0, lit)), rim * abs(lit) * (lit > 0.0 ? 0.8 : 0.45));
    float crease = 1.0 - 0.12 * exp(-max(frame, 0.0) * 500.0 / unit); // the photo lies in the paper
    if (border > 0) color = mix(color, PAPER * crease, clamp(frame + 0.5, 0.0, 1.0));
    if (border == 2) {
        vec4 ink = words(point * unit, extent, lift.y);
        color = color * (1.0 - ink.a) + ink.rgb;
    }
    return vec4(color, 1.0) * clamp(0.5 - outside, 0.0, 1.0);
}

// The middle of what apps leave free, moved by what was asked for; 0 to 1.
vec2 home() { return place + 0.5 * (SAFE_AREA.xy - SAFE_AREA.zw); }

vec4 hung() {
    float unit = min(RENDERSIZE.x, RENDERSIZE.y);
    vec2 ray = (gl_FragCoord.xy - home() * RENDERSIZE) / unit;
    vec2 swing = sway * vec2(cos(TURN * fract(played / 9.0 + 0.4)), cos(TURN * fract(played / 6.5 + 0.1)));
    // An accent throws it to one side, the next to the other, and every second pair upwards.
    vec2 side = vec2(1.0 - 2.0 * mod(number, 2.0), 0.35 - 0.9 * mod(floor(0.5 * number), 2.0));
    vec2 thrown = throw * punch * side;
    vec2 turn = tilt * vec2(0.62 * (lean - swing.x) + 0.6 * thrown.x, 0.42 * (nod - swing.y) + 0.4 * thrown.y); // tangents
    vec3 right = normalize(vec3(1.0, 0.03 * turn.x, turn.x));
    vec3 up = normalize(vec3(0.0, 1.0, turn.y) - right * dot(vec3(0.0, 1.0, turn.y), right));
    vec3 normal = cross(right, up);
    // The eye is at (0, 0, EYE / (1 + push)), the card's middle at 0: where does the ray meet it?
    float eye = EYE / (1.0 + push * mix(0.6 * loud, 1.0, punch)); // loud music holds it nearer
    vec3 along = vec3(ray, -EYE);
    vec3 hit = along * (-normal.z * eye / dot(normal, along)) + vec3(0.0, 0.0, eye);
    vec2 at = vec2(dot(hit, right), dot(hit, up));

    vec4 card = IMG_NORM_PIXEL(face, 0.5 + at * unit / RENDERSIZE);
    float stripe = dot(at, vec2(0.8, 0.6)) + 1.3 * turn.x + 0.9 * turn.y - 0.1;
    float sheen = exp(-9.0 * stripe * stripe) * (0.18 + 0.14 * max(punch, loud)) + 0.35 * turn.y;
    card.rgb += glare * sheen * (sheen > 0.0 ? card.a - card.rgb : card.rgb);

    // Behind it: the shadow, which moves against the card, and the background, which moves less.
    vec2 drop = vec2(FAR * turn.x, 0.03 + FAR * turn.y);
    vec4 extent = extents();
    float near = box(at + drop, extent.xy, 0.05) + 0.01;
    float shade = 1.0 / (1.0 + exp(clamp(near * 40.0, -20.0, 20.0)));
    vec2 slide = 0.5 + (isf_FragNormCoord - 0.5) * 0.94 - 0.05 * turn;
    // The card's own edge, where it is turned away.
    float slab = IMG_NORM_PIXEL(face, 0.5 + (at + THICK * turn) * unit / RENDERSIZE).a;
    vec3 side_color = (border == 0 ? vec3(0.5) : 0.8 * PAPER) * (0.75 + 0.9 * turn.x - 0.6 * turn.y);
    // An accent lights the space behind it up, from the card outwards, in the photo's colours.
    vec3 space = IMG_NORM_PIXEL(back, slide).rgb;
    float halo = (0.2 + 1.5 * punch + 0.9 * loud * (1.0 - punch)) * exp(-4.5 * max(box(at, extent.xy, 0.05), 0.0));
    vec3 behind = space * (0.85 + 0.35 * max(punch, loud)) * (1.0 - 0.75 * shade);
    behind += (1.0 - behind) * halo * (1.0 - 0.6 * shade) * (space + 0.06);
    behind = mix(behind, clamp(side_color, 0.0, 1.0), slab);
    return vec4(card.rgb + behind * (1.0 - card.a), 1.0);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = shrunk();
    else if (PASSINDEX == 1) gl_FragColor = blur(small, vec2(1.0, 0.0));
    else if (PASSINDEX == 2) gl_FragColor = blur(across, vec2(0.0, 1.0));
    else if (PASSINDEX == 3) gl_FragColor = background();
    else if (PASSINDEX == 4) gl_FragColor = front();
    else gl_FragColor = hung();
}
