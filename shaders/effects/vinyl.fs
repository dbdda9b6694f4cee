/*{
    "ISFVSN": "2",
    "VSN": "2",
    "TITLE": "Vinyl",
    "TITLE_RU": "Винил",
    "DESCRIPTION": "The photo as the label of a record that turns in true time as long as there is sound, with light in its grooves that follows the loudness and a tone arm that moves inwards through the video, on a blurred copy of the photo. Accents lift it. A large label makes it a picture disc.",
    "DESCRIPTION_RU": "Фото — этикетка пластинки, которая вращается с настоящей скоростью, пока есть звук: свет в бороздках следует за громкостью, тонарм движется к центру на протяжении видео, позади размытая копия фото. Акценты приподнимают её. С большой этикеткой это пластинка-картинка.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Photo", "Scene"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "photo", "TYPE": "image"},
        {"NAME": "rpm", "LABEL": "Turns a minute", "LABEL_RU": "Оборотов в минуту", "UNIT": "rpm", "TYPE": "long", "VALUES": [16, 33, 45, 78], "LABELS": ["16 2/3", "33 1/3", "45", "78"], "DEFAULT": 33},
        {"NAME": "size", "LABEL": "Size", "LABEL_RU": "Размер", "GROUP": "place", "TYPE": "float", "MIN": 0.4, "MAX": 1.6, "DEFAULT": 0.86},
        {"NAME": "place", "LABEL": "Place", "LABEL_RU": "Положение", "TYPE": "point2D", "MIN": [0.0, 0.0], "MAX": [1.0, 1.0], "DEFAULT": [0.5, 0.5]},
        {"NAME": "label", "LABEL": "Size of the label", "LABEL_RU": "Размер этикетки", "GROUP": "place", "TYPE": "float", "MIN": 0.2, "MAX": 0.97, "DEFAULT": 0.56},
        {"NAME": "tint", "LABEL": "Vinyl", "LABEL_RU": "Винил", "TYPE": "color", "DEFAULT": [0.035, 0.035, 0.04, 1.0]},
        {"NAME": "light", "LABEL": "Light in the grooves", "LABEL_RU": "Свет в бороздках", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.65, "IDENTITY": 0.0},
        {"NAME": "bass", "LABEL": "Bass", "LABEL_RU": "Бас", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "bass.envelope", "from": [0.1, 1.0], "curve": "in"}},
        {"NAME": "kick", "LABEL": "Accent", "LABEL_RU": "Акцент", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "accent.pulse", "decay": 0.4, "from": [0.0, 0.8], "smooth": 0.05}},
        {"NAME": "level", "LABEL": "Loudness", "LABEL_RU": "Громкость", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "BIND": {"bind": "level.envelope", "from": [0.3, 1.0], "smooth": 0.2}},
        {"NAME": "running", "LABEL": "Seconds of sound", "LABEL_RU": "Секунды звука", "UNIT": "s", "TYPE": "float", "MIN": 0.0, "MAX": 36000.0, "DEFAULT": 0.0, "BIND": {"bind": "sounding.sum", "smooth": 0.5}},
        {"NAME": "wobble", "LABEL": "Moved by bass and accents", "LABEL_RU": "Реакция на бас и акценты", "GROUP": "response", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.65, "IDENTITY": 0.0},
        {"NAME": "arm", "LABEL": "Tone arm", "LABEL_RU": "Тонарм", "TYPE": "bool", "DEFAULT": true},
        {"NAME": "played", "LABEL": "Place of the needle", "LABEL_RU": "Положение иглы", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "BIND": "time.progress"},
        {"NAME": "dim", "LABEL": "Dim the background", "LABEL_RU": "Затемнение фона", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.45}
    ],
    "PASSES": [
        {"TARGET": "small", "WIDTH": "max($WIDTH / 8, 32)", "HEIGHT": "max($HEIGHT / 8, 32)", "FLOAT": true},
        {"TARGET": "across", "WIDTH": "max($WIDTH / 8, 32)", "HEIGHT": "max($HEIGHT / 8, 32)", "FLOAT": true},
        {"TARGET": "blurred", "WIDTH": "max($WIDTH / 8, 32)", "HEIGHT": "max($HEIGHT / 8, 32)", "FLOAT": true},
        {"TARGET": "back"},
        {"TARGET": "disc", "WIDTH": "$size * min($SAFE_WIDTH, $HEIGHT) + 4", "HEIGHT": "$size * min($SAFE_WIDTH, $HEIGHT) + 4"},
        {"TARGET": "middle", "WIDTH": "$size * min($SAFE_WIDTH, $HEIGHT) + 4", "HEIGHT": "$size * min($SAFE_WIDTH, $HEIGHT) + 4"},
        {"TARGET": "above", "WIDTH": "0.5 * $size * min($SAFE_WIDTH, $HEIGHT) * 0.4", "HEIGHT": "0.5 * $size * min($SAFE_WIDTH, $HEIGHT) * 1.8"},
        {}
    ]
}*/

// The light stands still while the record turns, so everything is drawn once; a frame lays the
// turned pieces over each other, in places that change evenly over it (vinyl.vs).

varying vec2 grooved; // of this pixel in the pass `disc`
varying vec2 printed; // in the pass `middle`
varying vec2 held;    // and in the pass `above`
varying vec2 lamp;    // light on the grooves, and on the background

#ifndef SAFE_AREA
#define SAFE_AREA vec4(0.0)
#endif

const float TAPS = 14.0;
const float BLUR = 0.06;      // standard deviation of the blur, in short sides of the frame
const float ARM = 1.28;       // from the arm's pivot to its needle, in radii of the record
const vec2 CORNER = vec2(-0.2, -0.4); // of the arm's own picture, from the pivot, in radii
const vec2 EXTENT = vec2(0.4, 1.8);

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

// Noise of one number (value noise on PCG's permutation, O'Neill 2014), 0 to 1.
float chance(int n) {
    uint state = uint(n) * 747796405u + 2891336453u;
    uint word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
    return float((word >> 22u) ^ word & 65535u) / 65535.0;
}

float noise(float x) {
    float f = fract(x);
    int i = int(floor(x));
    return mix(chance(i), chance(i + 1), f * f * (3.0 - 2.0 * f));
}

// The middle of what apps leave free, moved by what was asked for; 0 to 1.
vec2 home() { return place + 0.5 * (SAFE_AREA.xy - SAFE_AREA.zw); }

// Radius of the record in pixels.
float radius() {
    vec2 frame = IMG_SIZE(inputImage);
    return 0.5 * size * min(frame.x * (1.0 - SAFE_AREA.x - SAFE_AREA.z), frame.y);
}

vec4 background() {
    vec3 color = smoothly(blurred, isf_FragNormCoord);
    color = max(mix(vec3(dot(color, vec3(0.2126, 0.7152, 0.0722))), color, 1.15), 0.0);
    vec2 side = isf_FragNormCoord - 0.5;
    color *= (1.0 - dim) * (1.08 - 0.6 * dot(side, side));
    vec2 point = (gl_FragCoord.xy - home() * RENDERSIZE) / radius();
    float far = max(length(point + vec2(0.03, 0.06)) - 1.0, 0.0) / 0.2; // the record's shadow
    return vec4(color * (1.0 - 0.7 * exp(-far * far)) + dither(), 1.0);
}

// Black vinyl in the light of two lamps: brushed round and round, it shines in two beams that
// meet in the middle (anisotropic highlights, Kajiya and Kay 1989). Premultiplied.
vec4 grooves() {
    float pixel = 1.0 / radius();
    vec2 point = (gl_FragCoord.xy - 0.5 * RENDERSIZE) * pixel;
    float r = length(point);
    vec2 way = point / max(r, 1e-4);
    float inner = min(label, 0.45); // under the label of a picture disc there are grooves too
    float cutting = smoothstep(inner + 0.03, inner + 0.05, r) * (1.0 - smoothstep(0.955, 0.965, r));
    // Loud and quiet passages, cut more and less densely; the finest vanish in a small picture.
    float cut = 0.55 * noise(r * 46.0) + 0.45 * noise(r * 130.0 + 7.0);
    float fine = noise(r * 420.0 + 3.0) * clamp(1.6 - 420.0 * pixel, 0.0, 1.0);
    float cuts = mix(0.55, 0.45 + 0.5 * cut + 0.35 * (fine - 0.5), cutting);
    for (float i = 1.0; i < 5.0; i++) { // the gaps between the songs
        float gap = mix(inner + 0.04, 0.96, (i + 0.35 * sin(i * 2.4)) / 5.0);
        cuts *= 1.0 - 0.45 * clamp(1.0 - abs(r - gap) / max(0.005, pixel), 0.0, 1.0);
    }
    float main_beam = pow(abs(dot(way, vec2(0.60, 0.80))), 26.0);
    float side_beam = pow(abs(dot(way, vec2(-0.94, 0.34))), 60.0);
    float shine = cuts * (0.75 * main_beam + 0.30 * side_beam + 0.10 * (0.5 + 0.5 * way.y));
    float rim = smoothstep(0.97, 0.985, r) * (1.0 - smoothstep(0.99, 1.0, r));
    shine += 0.35 * rim * (0.3 + 0.7 * main_beam);
    vec3 color = tint.rgb * (0.75 + 0.5 * cuts) + light * shine * mix(vec3(1.0, 0.97, 0.93), tint.rgb, 0.25);
    return vec4(color + dither(), 1.0) * clamp((1.0 - r) / pixel + 0.5, 0.0, 1.0);
}

// The middle of the photo as a label that does not turn, with the hole; premultiplied.
vec4 paper() {
    vec2 photo_size = IMG_SIZE(photo);
    float pixel = 1.0 / radius();
    vec2 point = (gl_FragCoord.xy - 0.5 * RENDERSIZE) * pixel;
    float r = length(point);
    vec2 uv = 0.5 + 0.5 * point / label * min(photo_size.x, photo_size.y) / photo_size;
    vec3 color = IMG_NORM_PIXEL(photo, uv).rgb;
    float pressed = abs(r - 0.30 * label); // the ring that the press leaves
    color *= 1.0 - 0.16 * clamp(1.0 - pressed / max(0.006, pixel), 0.0, 1.0);
    float edge = clamp(1.0 - (label - r) / max(0.012, 1.5 * pixel), 0.0, 1.0);
    color = mix(color, vec3(0.9), 0.35 * edge);
    color = mix(vec3(0.02), color, clamp((r - 0.022) / pixel + 0.5, 0.0, 1.0));
    return vec4(color, 1.0) * clamp((label - r) / pixel + 0.5, 0.0, 1.0);
}

// Distance to a line with round ends.
float bar(vec2 p, vec2 a, vec2 b) {
    vec2 ab = b - a;
    return length(p - a - ab * clamp(dot(p - a, ab) / dot(ab, ab), 0.0, 1.0));
}

// A rod of metal in the light from the left: `across` is -1 at its left edge, 1 at its right.
vec3 rod(float across, vec3 metal) {
    float round_ = sqrt(max(1.0 - across * across, 0.0));
    float gloss = max(1.0 - abs(across + 0.35) * 2.2, 0.0);
    return metal * (0.35 + 0.65 * round_) + 0.55 * gloss * gloss;
}

vec4 laid(vec3 color, float away, float wide, vec4 below) {
    float there = clamp(0.5 - away / wide, 0.0, 1.0);
    return vec4(color * there, there) + below * (1.0 - there);
}

// The arm, which points upwards from its pivot here, premultiplied. `wide` is over how many radii
// its edge fades. The needle is at (0, ARM), under a shell that is set at an angle.
vec4 tonearm(vec2 point, float wide) {
    const vec3 STEEL = vec3(0.62, 0.62, 0.65);
    const vec3 BLACK = vec3(0.09, 0.09, 0.10);
    vec2 neck = vec2(0.045, ARM - 0.21);
    float r = length(point);
    vec4 seen = laid(BLACK + 0.10 * smoothstep(0.10, 0.125, r), r - 0.13, wide, vec4(0.0));
    seen = laid(STEEL * (0.5 + 0.5 * dot(point, vec2(-0.6, 0.8)) / 0.09), r - 0.085, wide, seen);
    float weight = max(abs(point.x) - 0.06, abs(point.y + 0.275) - 0.065);
    float band = 0.10 * step(0.03, abs(point.y + 0.275));
    seen = laid(rod(point.x / 0.06, BLACK + band), weight, wide, seen);
    float along = clamp((point.y + 0.2) / (neck.y + 0.2), 0.0, 1.0);
    float tube = bar(point, vec2(0.0, -0.21), neck);
    seen = laid(rod((point.x - along * neck.x) / 0.017, STEEL), tube - 0.017, wide, seen);
    vec2 way = normalize(vec2(0.0, ARM) - neck);
    vec2 at = vec2(dot(point - neck, vec2(way.y, -way.x)), dot(point - neck, way));
    float shell = max(abs(at.x) - mix(0.030, 0.042, clamp(at.y / 0.2, 0.0, 1.0)), abs(at.y - 0.10) - 0.125);
    seen = laid(rod(at.x / 0.042, vec3(0.26)), shell, wide, seen);
    float lift = bar(at, vec2(0.03, 0.15), vec2(0.085, 0.17)) - 0.007;
    seen = laid(STEEL, lift, wide, seen);
    return laid(STEEL * 1.2, bar(at, vec2(0.0, -0.01), vec2(0.0, 0.0)) - 0.02, wide, seen);
}

// The arm over its shadow.
vec4 arm_and_shadow() {
    if (!arm) return vec4(0.0);
    vec2 point = CORNER + EXTENT * isf_FragNormCoord;
    vec4 metal = tonearm(point, EXTENT.x / RENDERSIZE.x);
    float shade = 0.45 * tonearm(point - vec2(0.028, 0.025), 0.05).a;
    return vec4(metal.rgb, metal.a + shade * (1.0 - metal.a));
}

vec4 record() {
    vec4 vinyl = IMG_NORM_PIXEL(disc, grooved);
    vec4 cover = IMG_NORM_PIXEL(middle, printed);
    vec4 over = IMG_NORM_PIXEL(above, held);
    vec3 shine = vinyl.rgb * lamp.x;
    vec3 color = IMG_THIS_PIXEL(back).rgb * lamp.y * (1.0 - vinyl.a);
    color += shine * (1.0 - cover.a) + 0.97 * cover.rgb + 0.4 * max(shine - tint.rgb, 0.0) * cover.a;
    return vec4(color * (1.0 - over.a) + over.rgb, 1.0);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = shrunk();
    else if (PASSINDEX == 1) gl_FragColor = blur(small, vec2(1.0, 0.0));
    else if (PASSINDEX == 2) gl_FragColor = blur(across, vec2(0.0, 1.0));
    else if (PASSINDEX == 3) gl_FragColor = background();
    else if (PASSINDEX == 4) gl_FragColor = grooves();
    else if (PASSINDEX == 5) gl_FragColor = paper();
    else if (PASSINDEX == 6) gl_FragColor = arm_and_shadow();
    else gl_FragColor = record();
}
