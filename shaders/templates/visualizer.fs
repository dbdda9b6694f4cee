/*{
    "ISFVSN": "2",
    "TITLE": "__TITLE__",
    "DESCRIPTION": "The spectrum as a flower of light over the photo, which opens with every kick.",
    "CREDIT": "Your name",
    "LICENSE": "MIT",
    "CATEGORIES": ["Spectrum", "Beat"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "spectrum", "TYPE": "audioFFT"},
        {"NAME": "pulse", "LABEL": "Pulse", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "BIND": "kick"},
        {"NAME": "size", "LABEL": "Size", "TYPE": "float", "MIN": 0.1, "MAX": 0.8, "DEFAULT": 0.32},
        {"NAME": "reach", "LABEL": "Length of the petals", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
        {"NAME": "dim", "LABEL": "Dim the photo", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.55},
        {"NAME": "color", "LABEL": "Colour", "TYPE": "color", "DEFAULT": [0.25, 0.60, 1.0, 1.0]}
    ]
}*/

// A visualizer in ISF: an input of the type audioFFT is the spectrum as a picture of one row for
// each channel. x = 0 is the lowest note, x = 1 is 22,050 Hz; .r is how loud it is, 0 to 1.
// An input of the type audio would be the wave itself, 0.5 being silence.
//
// `pulse` is bound to the kick: it jumps to 1 with the drum and falls back within a fifth of a
// second. Loudness by bands, ready to use: level sub bass lowmid mid highmid treble.

const float PI = 3.14159265;

// How loud the note is at `place`, 0 for the lowest and 1 for the highest that is shown. Ears
// count octaves, so the step from one note to the next is a factor.
float loudness(float place) {
    float hertz = 50.0 * pow(160.0, place);
    float value = IMG_NORM_PIXEL(spectrum, vec2(hertz / 22050.0, 0.5)).r;
    value += 0.25 * place;                           // music holds less of the high notes
    return smoothstep(0.35, 1.1, value);
}

void main() {
    vec2 p = (gl_FragCoord.xy - 0.5 * RENDERSIZE) / min(RENDERSIZE.x, RENDERSIZE.y);
    float radius = length(p);
    float around = abs(atan(p.x, -p.y)) / PI;        // 0 below, 1 above, the same left and right
    float value = loudness(around);

    float edge = 0.5 * size * (1.0 + 0.25 * pulse);  // the circle that the petals grow from
    float tip = edge + 0.5 * reach * value * size;
    float petal = smoothstep(0.01, 0.0, radius - tip) * smoothstep(-0.01, 0.0, radius - edge);
    float along = clamp((radius - edge) / max(tip - edge, 0.001), 0.0, 1.0);
    float glow = 0.45 * exp(-14.0 * abs(radius - tip)) * value;
    float rim = 0.8 * exp(-220.0 * abs(radius - edge));

    // Petals are pale where they begin and of full colour at their tips.
    vec3 light = petal * mix(vec3(0.9), color.rgb, sqrt(along)) * (0.55 + 0.45 * along);
    light += (glow + rim) * mix(color.rgb, vec3(1.0), rim);
    vec3 photo = IMG_THIS_PIXEL(inputImage).rgb * (1.0 - dim) * (1.0 - 0.6 * petal);
    gl_FragColor = vec4(photo + color.a * light * (0.8 + 0.35 * pulse), 1.0);
}
