/*{
    "ISFVSN": "2",
    "VSN": "1",
    "TITLE": "Waterfall",
    "DESCRIPTION": "The spectrum flows away as light, sixty rows a second at any frame rate: over a floor to the horizon, over floor and ceiling, or flat across the frame. Low notes are in the middle, the left channel to the left.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Photo", "Spectrum"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "photo", "TYPE": "image"},
        {"NAME": "spectrum", "TYPE": "audioFFT"},
        {"NAME": "loud", "LABEL": "Loudness", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 1.0, "BIND": "level"},
        {"NAME": "hit", "LABEL": "Accent", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 1.0, "BIND": {"bind": "onset.pulse", "decay": 0.22}},
        {"NAME": "view", "LABEL": "View", "TYPE": "long", "VALUES": [0, 1, 2], "LABELS": ["Floor", "Floor and ceiling", "Flat"], "DEFAULT": 0},
        {"NAME": "color", "LABEL": "Colour of loud notes", "TYPE": "color", "DEFAULT": [1.0, 1.0, 1.0, 1.0]},
        {"NAME": "tint", "LABEL": "Colour from the photo", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.9},
        {"NAME": "horizon", "LABEL": "Horizon", "TYPE": "float", "MIN": 0.2, "MAX": 0.9, "DEFAULT": 0.5},
        {"NAME": "seconds", "LABEL": "Seconds shown", "TYPE": "float", "MIN": 0.5, "MAX": 4.0, "DEFAULT": 2.5},
        {"NAME": "mirror", "LABEL": "Low notes in the middle", "TYPE": "bool", "DEFAULT": true},
        {"NAME": "dim", "LABEL": "Dim the photo", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.55, "IDENTITY": 0.0},
        {"NAME": "gain", "LABEL": "Sensitivity", "TYPE": "float", "MIN": 0.2, "MAX": 3.0, "DEFAULT": 1.0}
    ],
    "PASSES": [
        {"TARGET": "accent", "WIDTH": 1, "HEIGHT": 1},
        {"TARGET": "rows", "WIDTH": 192, "HEIGHT": 256, "PERSISTENT": true},
        {"TARGET": "sheet", "WIDTH": 192, "HEIGHT": 256},
        {}
    ]
}*/

// `rows` is a drum: of its 256 rows each keeps one sixtieth of a second until its turn comes again,
// and nothing is ever moved, so that nothing blurs. `sheet` unrolls it, the newest row at the bottom.

const float ROWS = 256.0;
const float ROWS_PER_S = 60.0;
const float LOWEST = 50.0;      // Hz
const float HIGHEST = 13000.0;
const float NYQUIST = 22050.0;

// The photo's own colour: its saturated parts count most, and it is light enough to be a light.
vec4 from_photo() {
    vec3 sum = vec3(0.0);
    float weights = 0.0;
    for (int i = 0; i < 64; i++) {
        vec2 uv = (vec2(i % 8, i / 8) + 0.5) / 8.0;
        vec3 tone = textureLod(photo, uv, max(log2(IMG_SIZE(photo).x / 8.0), 0.0)).rgb;
        float most = max(tone.r, max(tone.g, tone.b));
        float weight = 0.004 + most * (most - min(tone.r, min(tone.g, tone.b)));
        sum += weight * tone;
        weights += weight;
    }
    vec3 tone = sum / weights + 0.04;
    tone /= max(tone.r, max(tone.g, tone.b));
    float dark = 1.0 - dot(tone, vec3(0.2126, 0.7152, 0.0722));
    return vec4(mix(tone, vec3(1.0), 0.05 + 0.35 * dark), 1.0);
}

// Level of the notes at this column. The quiet end of the decibel scale is cut off, and high notes
// are lifted, since music holds less of them. The scale ends where loud basses begin, so that these
// are led by the loudness of the whole.
float level() {
    float sum = 0.0;
    float pitch = 0.0;
    for (float i = 0.0; i < 4.0; i++) {
        float place = (gl_FragCoord.x - 0.5 + (i + 0.5) / 4.0) / RENDERSIZE.x;
        pitch = mirror ? abs(2.0 * place - 1.0) : place;
        float row = mirror ? 0.25 + 0.5 * step(0.5, place) : 0.5; // the channel, or both
        float hertz = LOWEST * pow(HIGHEST / LOWEST, pitch);
        sum += 0.25 * IMG_NORM_PIXEL(spectrum, vec2(hertz / NYQUIST, row)).r;
    }
    float value = clamp((sum + 0.34 * pitch - 0.52) / 0.52, 0.0, 1.0);
    value *= value * (0.45 + 0.55 * value) * mix(0.6, 1.0, hit) * mix(exp2(5.0 * (loud - 1.0)), 1.0, pitch);
    return min(gain * value, 1.0);
}

float row_at(float time) {
    return floor(time * ROWS_PER_S + 0.01);
}

// A row whose turn came since the last frame lies between what was heard then and now.
vec4 turn() {
    float now = row_at(TIME);
    float before = FRAMEINDEX == 0 ? now - 1.0 : row_at(TIME - TIMEDELTA);
    float age = mod(now - floor(gl_FragCoord.y), ROWS);
    ivec2 texel = ivec2(gl_FragCoord.xy);
    float kept = texelFetch(rows, texel, 0).r;
    float last = texelFetch(rows, ivec2(texel.x, int(mod(before, ROWS))), 0).r;
    float fresh = mix(level(), last, min(age / max(now - before, 1.0), 1.0));
    return vec4(age < now - before ? fresh : kept);
}

// One colour for each level: clear, the photo's colour, the colour of loud notes. Old rows are
// smoothed over more and more of their neighbours, which lie within one pixel in the distance.
vec4 unrolled() {
    float age = floor(gl_FragCoord.y);
    float now = row_at(TIME);
    float width = 1.0 + age / 40.0;
    float sum = 0.0;
    for (float i = -2.0; i <= 2.0; i++) {
        float of = clamp(age + floor(0.5 * i * width + 0.5), 0.0, ROWS - 1.0);
        sum += 0.2 * texelFetch(rows, ivec2(int(gl_FragCoord.x), int(mod(now - of, ROWS))), 0).r;
    }
    vec3 tone = mix(color.rgb, texelFetch(accent, ivec2(0), 0).rgb, tint);
    tone = mix(tone * (0.35 + 0.65 * smoothstep(0.0, 0.5, sum)), color.rgb, smoothstep(0.45, 1.0, sum));
    float old = age / (ROWS_PER_S * seconds);
    float shown = smoothstep(0.0, 0.4, sum) * (1.0 - smoothstep(0.55, 1.0, old));
    return vec4(tone, shown);
}

vec4 waterfall() {
    vec2 spot = isf_FragNormCoord;
    vec3 below = IMG_THIS_PIXEL(inputImage).rgb;
    float age = spot.y;
    float across = spot.x;
    float shown = 1.0;
    if (view != 2) {
        // Share of the way down from the horizon; what lies there is 1 / share away.
        float ceiling = view == 1 ? step(horizon, spot.y) : 0.0;
        float down = ceiling > 0.5 ? (spot.y - horizon) / (1.0 - horizon) : (horizon - spot.y) / horizon;
        float near = max(down, 0.004);
        age = (1.0 / near - 1.0) / 7.0;
        across = 0.5 + (spot.x - 0.5) / (1.3 * near);
        shown = smoothstep(0.0, 0.1, down) * (1.0 - smoothstep(0.42, 0.5, abs(across - 0.5)));
        shown *= mix(1.0, 0.45, ceiling);
        below *= 1.0 - dim * (0.55 + 0.45 * smoothstep(-0.25, 0.15, down));
    } else below *= 1.0 - dim;
    vec4 light = IMG_NORM_PIXEL(sheet, vec2(across, age * seconds * ROWS_PER_S / ROWS));
    return vec4(mix(below, light.rgb, light.a * shown * color.a * 0.92), 1.0);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = from_photo();
    else if (PASSINDEX == 1) gl_FragColor = turn();
    else if (PASSINDEX == 2) gl_FragColor = unrolled();
    else gl_FragColor = waterfall();
}
