/*{
    "ISFVSN": "2",
    "VSN": "1",
    "TITLE": "Vinyl",
    "DESCRIPTION": "The photo as the label of a record that turns in true time, with light in its grooves and a tone arm that moves inwards through the video, on a blurred copy of the photo. A large label makes it a picture disc.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Photo", "Scene"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "photo", "TYPE": "image"},
        {"NAME": "rpm", "LABEL": "Turns a minute", "TYPE": "long", "VALUES": [16, 33, 45, 78], "LABELS": ["16 2/3", "33 1/3", "45", "78"], "DEFAULT": 33},
        {"NAME": "size", "LABEL": "Size", "TYPE": "float", "MIN": 0.4, "MAX": 1.6, "DEFAULT": 0.86},
        {"NAME": "label", "LABEL": "Size of the label", "TYPE": "float", "MIN": 0.2, "MAX": 0.97, "DEFAULT": 0.44},
        {"NAME": "tint", "LABEL": "Vinyl", "TYPE": "color", "DEFAULT": [0.035, 0.035, 0.04, 1.0]},
        {"NAME": "light", "LABEL": "Light in the grooves", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.65, "IDENTITY": 0.0},
        {"NAME": "bass", "LABEL": "Bass", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "bass.envelope", "curve": "in"}},
        {"NAME": "wobble", "LABEL": "Moved by the bass", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.4, "IDENTITY": 0.0},
        {"NAME": "arm", "LABEL": "Tone arm", "TYPE": "bool", "DEFAULT": true},
        {"NAME": "played", "LABEL": "Place of the needle", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "BIND": "time.progress"},
        {"NAME": "dim", "LABEL": "Dim the background", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.45}
    ],
    "PASSES": [
        {"TARGET": "small", "WIDTH": "max($WIDTH / 8, 32)", "HEIGHT": "max($HEIGHT / 8, 32)", "FLOAT": true},
        {"TARGET": "across", "WIDTH": "max($WIDTH / 8, 32)", "HEIGHT": "max($HEIGHT / 8, 32)", "FLOAT": true},
        {"TARGET": "blurred", "WIDTH": "max($WIDTH / 8, 32)", "HEIGHT": "max($HEIGHT / 8, 32)", "FLOAT": true},
        {"TARGET": "back"},
        {"TARGET": "disc"},
        {"TARGET": "middle"},
        {"TARGET": "above", "WIDTH": "0.5 * $size * min($WIDTH, $HEIGHT) * 0.4", "HEIGHT": "0.5 * $size * min($WIDTH, $HEIGHT) * 1.8"},
        {"TARGET": "turning", "WIDTH": 1, "HEIGHT": 1, "FLOAT": true},
        {}
    ]
}*/

// The light stands still while the record turns, so everything is drawn once; a frame finds the
// two angles, in one pixel, and lays the turned pieces over each other.

const float TAPS = 14.0;
const float BLUR = 0.06;      // standard deviation of the blur, in short sides of the frame
const float TURN = 6.28318531;
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

// Radius of the record in pixels.
float radius() {
    return 0.5 * size * min(RENDERSIZE.x, RENDERSIZE.y);
}

vec4 background() {
    vec3 color = smoothly(blurred, isf_FragNormCoord);
    color = max(mix(vec3(dot(color, vec3(0.2126, 0.7152, 0.0722))), color, 1.15), 0.0);
    vec2 side = isf_FragNormCoord - 0.5;
    color *= (1.0 - dim) * (1.08 - 0.6 * dot(side, side));
    vec2 point = (gl_FragCoord.xy - 0.5 * RENDERSIZE) / radius();
    float far = max(length(point + vec2(0.03, 0.06)) - 1.0, 0.0) / 0.16; // the record's shadow
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

// The arm, which points upwards from its pivot here, premultiplied. `wide` is over how many radii
// its edge fades.
vec4 tonearm(vec2 point, float wide) {
    float tube = bar(point, vec2(0.0, -0.22), vec2(0.0, ARM - 0.15)) - 0.016;
    float head = bar(point, vec2(0.0, ARM - 0.14), vec2(0.0, ARM)) - 0.036;
    float weight = bar(point, vec2(0.0, -0.27), vec2(0.0, -0.18)) - 0.055;
    float base = length(point) - 0.1;
    float metal = min(tube, min(weight, base));
    float gloss = exp(-abs(point.x + 0.006) * 90.0);
    vec3 color = head < metal ? vec3(0.10) + 0.25 * gloss : vec3(0.50, 0.50, 0.52) + 0.45 * gloss;
    return vec4(color, 1.0) * clamp(0.5 - min(metal, head) / wide, 0.0, 1.0);
}

// The arm over its shadow.
vec4 arm_and_shadow() {
    if (!arm) return vec4(0.0);
    vec2 point = CORNER + EXTENT * isf_FragNormCoord;
    vec4 metal = tonearm(point, EXTENT.x / RENDERSIZE.x);
    float shade = 0.45 * tonearm(point - vec2(0.028, 0.025), 0.05).a;
    return vec4(metal.rgb, metal.a + shade * (1.0 - metal.a));
}

// Where the pivot stands, in radii from the middle: above to the right, where there is room.
vec2 pivot() {
    vec2 frame = IMG_SIZE(inputImage);
    return frame.x > 1.2 * frame.y ? vec2(1.16, 0.76) : vec2(0.78, 1.14);
}

// Cosine and sine of the record's angle; which way the arm points from its pivot. Its needle is
// where the circle about the pivot meets the groove that is played.
vec4 angles() {
    float turns = (rpm == 16 ? 50.0 : rpm == 33 ? 100.0 : rpm == 45 ? 135.0 : 234.0) / 180.0;
    float angle = TURN * fract(turns * TIME); // clockwise
    float groove = mix(0.945, min(label, 0.6) + 0.05, played);
    float far = length(pivot());
    vec2 home = -pivot() / far;
    float cosine = (far * far + ARM * ARM - groove * groove) / (2.0 * far * ARM);
    float sine = sqrt(max(1.0 - cosine * cosine, 0.0));
    return vec4(cos(angle), sin(angle), home.x * cosine - home.y * sine, home.x * sine + home.y * cosine);
}

vec4 record() {
    vec4 told = texelFetch(turning, ivec2(0), 0);
    vec2 way = told.xy;
    // No record is quite round or flat: it leans a little with each turn, more on the bass.
    float moved = wobble * bass;
    vec2 sway = way * (0.003 + 0.012 * moved);
    vec2 scale = radius() / RENDERSIZE;
    vec2 point = (isf_FragNormCoord - 0.5) / scale;
    vec2 on = point / (1.0 + 0.07 * moved) - sway;
    vec2 turned = vec2(on.x * way.x - on.y * way.y, on.x * way.y + on.y * way.x);
    vec2 held = point - pivot();
    held = vec2(dot(held, vec2(told.w, -told.z)), dot(held, told.zw));
    vec4 vinyl = IMG_NORM_PIXEL(disc, 0.5 + on * scale);
    vec4 cover = IMG_NORM_PIXEL(middle, 0.5 + turned * scale);
    vec4 over = IMG_NORM_PIXEL(above, (held - CORNER) / EXTENT);
    vec3 shine = vinyl.rgb * (1.0 + 30.0 * dot(on, sway));
    vec3 color = texelFetch(back, ivec2(gl_FragCoord.xy), 0).rgb * (1.0 + 0.2 * moved) * (1.0 - vinyl.a);
    color += shine * (1.0 - cover.a) + 0.94 * cover.rgb + 0.6 * max(shine - tint.rgb, 0.0) * cover.a;
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
    else if (PASSINDEX == 7) gl_FragColor = angles();
    else gl_FragColor = record();
}
