/*{
    "ISFVSN": "2",
    "VSN": "1",
    "TITLE": "Bars",
    "DESCRIPTION": "The spectrum as rounded bars in front of the photo: low notes in the middle, the left channel to the left, a faint reflection below.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Photo", "Spectrum"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "spectrum", "TYPE": "audioFFT"},
        {"NAME": "color", "LABEL": "Colour", "TYPE": "color", "DEFAULT": [1.0, 1.0, 1.0, 0.95]},
        {"NAME": "mirror", "LABEL": "Low notes in the middle", "TYPE": "bool", "DEFAULT": true},
        {"NAME": "count", "LABEL": "Number of bars", "TYPE": "long", "MIN": 8, "MAX": 128, "DEFAULT": 56},
        {"NAME": "height", "LABEL": "Height", "TYPE": "float", "MIN": 0.05, "MAX": 0.8, "DEFAULT": 0.3},
        {"NAME": "base", "LABEL": "Distance from below", "TYPE": "float", "MIN": 0.0, "MAX": 0.8, "DEFAULT": 0.15},
        {"NAME": "width", "LABEL": "Width", "TYPE": "float", "MIN": 0.2, "MAX": 1.0, "DEFAULT": 0.84},
        {"NAME": "thickness", "LABEL": "Thickness", "TYPE": "float", "MIN": 0.1, "MAX": 1.0, "DEFAULT": 0.56},
        {"NAME": "reflection", "LABEL": "Reflection", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.3, "IDENTITY": 0.0},
        {"NAME": "dim", "LABEL": "Dim the photo", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.45, "IDENTITY": 0.0},
        {"NAME": "gain", "LABEL": "Sensitivity", "TYPE": "float", "MIN": 0.2, "MAX": 3.0, "DEFAULT": 1.0}
    ],
    "PASSES": [
        {"TARGET": "levels", "WIDTH": "$count", "HEIGHT": 1},
        {"TARGET": "back"},
        {}
    ]
}*/

const float LOWEST = 45.0;      // Hz, the left edge of the first bar
const float HIGHEST = 14000.0;  // Hz, the right edge of the last
const float NYQUIST = 22050.0;
const float TAPS = 6.0;

// The bar that stands at gl_FragCoord.x: the mean and the peak of its band. The quiet end of the
// decibel scale is cut off, and high notes are lifted, since music holds less of them.
vec4 level() {
    float bars = RENDERSIZE.x;
    float sum = 0.0;
    float peak = 0.0;
    float pitch = 0.0;
    for (float i = 0.0; i < TAPS; i++) {
        float place = (gl_FragCoord.x - 0.5 + (i + 0.5) / TAPS) / bars;
        pitch = mirror ? abs(2.0 * place - 1.0) : place;
        float row = mirror ? 0.25 + 0.5 * step(0.5, place) : 0.5; // the channel, or both
        float hertz = LOWEST * pow(HIGHEST / LOWEST, pitch);
        float value = IMG_NORM_PIXEL(spectrum, vec2(hertz / NYQUIST, row)).r;
        sum += value;
        peak = max(peak, value);
    }
    float value = mix(sum / TAPS, peak, 0.5) + 0.3 * pitch - 0.09;
    value = clamp((value - 0.4) / 0.6, 0.0, 1.0);
    return vec4(min(gain * value * value, 1.0));
}

// The photo, darker where the bars stand.
vec4 background() {
    float far = abs(isf_FragNormCoord.y - base - 0.25 * height) / (1.2 * height + 0.12);
    float shade = exp(-far * far * 1.6);
    vec2 side = isf_FragNormCoord - 0.5;
    vec3 color = IMG_THIS_PIXEL(inputImage).rgb * (1.0 - dim * shade) * (1.0 - 0.5 * dim * dot(side, side));
    return vec4(color, 1.0);
}

vec4 bars() {
    float unit = width * RENDERSIZE.x / float(count); // pixels from bar to bar
    float across = (gl_FragCoord.x - 0.5 * (1.0 - width) * RENDERSIZE.x) / unit;
    float inside = step(abs(across / float(count) - 0.5), 0.5);
    float value = IMG_PIXEL(levels, vec2(floor(across) + 0.5, 0.5)).r;
    float radius = 0.5 * thickness * unit;
    float up = gl_FragCoord.y - base * RENDERSIZE.y;
    float tall = max(value * height * RENDERSIZE.y, 2.0 * radius);

    // A capsule from radius to tall - radius; its mirror image hangs below, half as tall.
    float below = step(up, 0.0);
    float rise = mix(up, -2.0 * up - radius, below);
    float beside = (fract(across) - 0.5) * unit;
    float past = rise - clamp(rise, radius, tall - radius);
    float shape = clamp(radius + 0.5 - length(vec2(beside, past)), 0.0, 1.0) * inside;
    float fade = mix(1.0, reflection * max(1.0 - rise / tall, 0.0), below);
    float light = 0.82 + 0.18 * clamp(rise / (height * RENDERSIZE.y), 0.0, 1.0);
    vec3 photo = IMG_THIS_PIXEL(back).rgb;
    return vec4(mix(photo, color.rgb * light, color.a * shape * fade), 1.0);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = level();
    else if (PASSINDEX == 1) gl_FragColor = background();
    else gl_FragColor = bars();
}
