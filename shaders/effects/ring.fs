/*{
    "ISFVSN": "2",
    "VSN": "1",
    "TITLE": "Ring",
    "DESCRIPTION": "The photo in a circle with the spectrum around it, on a blurred copy of itself: low notes below, high notes above, the left channel to the left. It grows with every kick.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Photo", "Spectrum", "Beat"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "photo", "TYPE": "image"},
        {"NAME": "spectrum", "TYPE": "audioFFT"},
        {"NAME": "pulse", "LABEL": "Pulse", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": "kick"},
        {"NAME": "amount", "LABEL": "Growth on a kick", "TYPE": "float", "MIN": 0.0, "MAX": 0.25, "DEFAULT": 0.05, "IDENTITY": 0.0},
        {"NAME": "glow", "LABEL": "Light on a kick", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.3, "IDENTITY": 0.0},
        {"NAME": "color", "LABEL": "Colour", "TYPE": "color", "DEFAULT": [1.0, 1.0, 1.0, 0.95]},
        {"NAME": "count", "LABEL": "Number of bars", "TYPE": "long", "MIN": 16, "MAX": 256, "DEFAULT": 108},
        {"NAME": "size", "LABEL": "Size of the photo", "TYPE": "float", "MIN": 0.1, "MAX": 0.9, "DEFAULT": 0.54},
        {"NAME": "reach", "LABEL": "Length of the bars", "TYPE": "float", "MIN": 0.02, "MAX": 0.5, "DEFAULT": 0.17},
        {"NAME": "thickness", "LABEL": "Thickness", "TYPE": "float", "MIN": 0.1, "MAX": 1.0, "DEFAULT": 0.5},
        {"NAME": "dim", "LABEL": "Dim the background", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
        {"NAME": "gain", "LABEL": "Sensitivity", "TYPE": "float", "MIN": 0.2, "MAX": 3.0, "DEFAULT": 1.0}
    ],
    "PASSES": [
        {"TARGET": "small", "WIDTH": "max($WIDTH / 8, 32)", "HEIGHT": "max($HEIGHT / 8, 32)", "FLOAT": true},
        {"TARGET": "across", "WIDTH": "max($WIDTH / 8, 32)", "HEIGHT": "max($HEIGHT / 8, 32)", "FLOAT": true},
        {"TARGET": "blurred", "WIDTH": "max($WIDTH / 8, 32)", "HEIGHT": "max($HEIGHT / 8, 32)", "FLOAT": true},
        {"TARGET": "back"},
        {"TARGET": "disc"},
        {"TARGET": "levels", "WIDTH": "$count", "HEIGHT": 1},
        {}
    ]
}*/

// Per frame the last two passes are drawn: one of a few dozen pixels, and one of the whole frame
// with three texture fetches. The others depend on nothing that changes.

const float TAPS = 14.0;
const float BLUR = 0.06;        // standard deviation of the blur, in short sides of the frame
const float LOWEST = 40.0;      // Hz, at the bottom of the ring
const float HIGHEST = 14000.0;  // Hz, at its top
const float NYQUIST = 22050.0;
const float BAND_TAPS = 6.0;
const float PI = 3.14159265;

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

// Distance from the middle of the frame, in short sides.
float from_middle() {
    return length(gl_FragCoord.xy - 0.5 * RENDERSIZE) / min(RENDERSIZE.x, RENDERSIZE.y);
}

vec4 background() {
    vec3 tone = smoothly(blurred, isf_FragNormCoord);
    tone = max(mix(vec3(dot(tone, vec3(0.2126, 0.7152, 0.0722))), tone, 1.2), 0.0);
    vec2 side = isf_FragNormCoord - 0.5;
    float far = max(from_middle() - 0.5 * size, 0.0) / 0.14;
    float shade = 1.0 - 0.45 * exp(-far * far);
    return vec4(tone * (1.0 - dim) * shade * (1.08 - 0.5 * dot(side, side)) + dither(), 1.0);
}

// The middle of the photo in a circle, pixel for pixel at rest, premultiplied.
vec4 circle() {
    float unit = min(RENDERSIZE.x, RENDERSIZE.y);
    vec2 photo_size = IMG_SIZE(photo);
    vec2 point = (gl_FragCoord.xy - 0.5 * RENDERSIZE) / (size * unit);
    vec3 picture = IMG_NORM_PIXEL(photo, 0.5 + point * min(photo_size.x, photo_size.y) / photo_size).rgb;
    float inside = (0.5 * size - from_middle()) * unit; // pixels
    float rim = clamp(max(0.006 * unit, 1.5) + 0.5 - inside, 0.0, 1.0);
    return vec4(mix(picture, color.rgb, 0.9 * rim), 1.0) * clamp(inside + 0.5, 0.0, 1.0);
}

// The bar that stands at gl_FragCoord.x, counted from the top against the clock: the mean and the
// peak of its band. The quiet end of the decibel scale is cut off, and high notes are lifted,
// since music holds less of them.
vec4 level() {
    float sum = 0.0;
    float peak = 0.0;
    float pitch = 0.0;
    for (float i = 0.0; i < BAND_TAPS; i++) {
        float place = (gl_FragCoord.x - 0.5 + (i + 0.5) / BAND_TAPS) / RENDERSIZE.x;
        pitch = abs(2.0 * place - 1.0);
        float hertz = LOWEST * pow(HIGHEST / LOWEST, pitch);
        float value = IMG_NORM_PIXEL(spectrum, vec2(hertz / NYQUIST, 0.25 + 0.5 * step(0.5, place))).r;
        sum += value;
        peak = max(peak, value);
    }
    float value = mix(sum / BAND_TAPS, peak, 0.5) + 0.3 * pitch - 0.09;
    value = clamp((value - 0.4) / 0.6, 0.0, 1.0);
    return vec4(min(gain * value * value, 1.0));
}

vec4 ring() {
    float scale = 1.0 + amount * pulse;
    float unit = min(RENDERSIZE.x, RENDERSIZE.y) * scale;
    vec2 point = gl_FragCoord.xy - 0.5 * RENDERSIZE;
    float start = (0.5 * size + 0.012) * unit;      // where bars begin, in pixels from the middle
    float step_size = 2.0 * PI * start / float(count);
    // Which bar: the first and the last at the top, the middle one below.
    float around = (0.5 + atan(point.x, -point.y) / (2.0 * PI)) * float(count);
    float value = IMG_PIXEL(levels, vec2(floor(around) + 0.5, 0.5)).r;
    float radius = 0.5 * thickness * step_size;
    float tall = max(value * reach * unit, 2.0 * radius);
    float rise = length(point) - start;
    float beside = (fract(around) - 0.5) * step_size * (1.0 + max(rise, 0.0) / start);
    float past = rise - clamp(rise, radius, tall - radius);
    float shape = clamp(radius + 0.5 - length(vec2(beside, past)), 0.0, 1.0);
    vec4 front = IMG_NORM_PIXEL(disc, 0.5 + (isf_FragNormCoord - 0.5) / scale);
    vec3 light = IMG_THIS_PIXEL(back).rgb * (1.0 + glow * pulse);
    light = mix(light, color.rgb, color.a * shape);
    return vec4(front.rgb + light * (1.0 - front.a), 1.0);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = shrunk();
    else if (PASSINDEX == 1) gl_FragColor = blur(small, vec2(1.0, 0.0));
    else if (PASSINDEX == 2) gl_FragColor = blur(across, vec2(0.0, 1.0));
    else if (PASSINDEX == 3) gl_FragColor = background();
    else if (PASSINDEX == 4) gl_FragColor = circle();
    else if (PASSINDEX == 5) gl_FragColor = level();
    else gl_FragColor = ring();
}
