/*{
    "ISFVSN": "2",
    "VSN": "1",
    "TITLE": "Ridges",
    "DESCRIPTION": "The spectra of the last seconds as lines behind one another, like a range of hills: the sound rises in front and wanders off into the distance.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Photo", "Spectrum"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "photo", "TYPE": "image"},
        {"NAME": "history", "TYPE": "audioHistory", "PAST": 8.0, "FUTURE": 0.1, "MAX": 64},
        {"NAME": "color", "LABEL": "Colour", "TYPE": "color", "DEFAULT": [1.0, 1.0, 1.0, 1.0]},
        {"NAME": "tint", "LABEL": "Distance in the photo's colour", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.7},
        {"NAME": "lines", "LABEL": "Number of lines", "TYPE": "long", "MIN": 12, "MAX": 64, "DEFAULT": 36},
        {"NAME": "seconds", "LABEL": "Seconds into the distance", "TYPE": "float", "MIN": 1.0, "MAX": 8.0, "DEFAULT": 4.0},
        {"NAME": "height", "LABEL": "Height of the hills", "TYPE": "float", "MIN": 0.02, "MAX": 0.6, "DEFAULT": 0.26},
        {"NAME": "width", "LABEL": "Width", "TYPE": "float", "MIN": 0.3, "MAX": 1.2, "DEFAULT": 0.86},
        {"NAME": "perspective", "LABEL": "Perspective", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
        {"NAME": "mirror", "LABEL": "Low notes in the middle", "TYPE": "bool", "DEFAULT": true},
        {"NAME": "dim", "LABEL": "Dim the photo", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.7, "IDENTITY": 0.0}
    ],
    "PASSES": [
        {"TARGET": "accent", "WIDTH": 1, "HEIGHT": 1},
        {"TARGET": "hills", "WIDTH": "$WIDTH", "HEIGHT": "$lines", "FLOAT": true},
        {"TARGET": "skyline", "WIDTH": "$WIDTH", "HEIGHT": "$lines", "FLOAT": true},
        {"TARGET": "first", "WIDTH": "$WIDTH", "HEIGHT": "ceil($HEIGHT / 8)"},
        {}
    ]
}*/

// Hidden lines: for each column of pixels and each line, `skyline` holds the highest of all lines up
// to it, counted from the front. It never falls from one line to the next, so what a pixel shows is
// the first line whose skyline reaches it, and `first` tells where to begin to look. Heights are in
// pixels.

const float PAST = 8.0;     // as in the header
const float SPAN = 8.1;
const float FRONT = 0.14;   // shares of the frame's height where the first and the last line lie
const float BACK = 0.7;

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

// Level of a share of the spectrum so many seconds ago, a little smoothed. The quiet end of the scale
// is cut off, and high notes are lifted, since music holds less of them. The scale ends where loud
// basses begin, so that these are led by the loudness of the whole.
float level(float pitch, float age) {
    vec2 spot = vec2((PAST - age) / SPAN, 0.06 + 0.94 * pitch);
    vec4 heard = 0.5 * IMG_NORM_PIXEL(history, spot);
    heard += 0.25 * IMG_NORM_PIXEL(history, spot + vec2(0.0, 0.012));
    heard += 0.25 * IMG_NORM_PIXEL(history, spot - vec2(0.0, 0.012));
    float value = clamp((heard.r + 0.3 * pitch - 0.46) / 0.56, 0.0, 1.0);
    return value * value * value * mix(exp2(3.0 * (heard.g - 1.0)), 1.0, min(1.5 * pitch, 1.0));
}

// How much smaller things are so far into the distance, 0 to 1.
float scale(float far) {
    return 1.0 / (1.0 + 1.6 * max(perspective, 0.01) * far);
}

// Red: how high a line is at this column. Green: how bright it is. Blue: how far.
// Each line is one moment that wanders off, and the next one comes up in front of it.
vec4 hill() {
    float count = float(lines);
    float step_s = seconds / count;
    float place = floor(gl_FragCoord.y) + fract(TIME / step_s);
    float far = place / count;
    float small = scale(far);
    float ground = mix(FRONT, BACK, (1.0 - small) / (1.0 - scale(1.0)));
    float across = (isf_FragNormCoord.x - 0.5) / (0.5 * width * small);
    float pitch = mirror ? abs(across) : 0.5 + 0.5 * across;
    float rise = level(clamp(pitch, 0.0, 1.0), place * step_s);
    rise *= 1.0 - smoothstep(0.45, 0.95, abs(across)); // flat at the ends
    float shown = smoothstep(0.0, 1.0, place) * (1.0 - smoothstep(count - 4.0, count, place));
    shown *= mix(1.0, 0.45, far) * step(abs(across), 1.0);
    float y = abs(across) < 1.0 ? ground + height * small * rise : -1.0;
    return vec4(y * IMG_SIZE(inputImage).y, shown, far, 1.0);
}

// Red: the highest line up to this one. Green: its slope. Blue: how bright it is. Alpha: how far.
vec4 highest() {
    int x = int(gl_FragCoord.x);
    float best = -1.0;
    int line = 0;
    for (int i = 0; i <= int(gl_FragCoord.y); i++) {
        float y = texelFetch(hills, ivec2(x, i), 0).r;
        line = y > best ? i : line;
        best = max(y, best);
    }
    vec4 hill = texelFetch(hills, ivec2(x, line), 0);
    float left = texelFetch(hills, ivec2(max(x - 1, 0), line), 0).r;
    float right = texelFetch(hills, ivec2(min(x + 1, int(RENDERSIZE.x) - 1), line), 0).r;
    return vec4(best, 0.5 * (right - left) * step(0.0, min(left, right)), hill.g, hill.b);
}

// Of eight pixels above one another: the first line whose skyline reaches the lowest of them.
vec4 beginning() {
    float y = 8.0 * floor(gl_FragCoord.y);
    int low = 0;
    int high = lines - 1;
    for (int i = 0; i < 6; i++) {
        int middle = (low + high) / 2;
        bool under = texelFetch(skyline, ivec2(int(gl_FragCoord.x), middle), 0).r < y;
        low = under ? min(middle + 1, high) : low;
        high = under ? high : middle;
    }
    return vec4(float(low) / 255.0);
}

// How much of the pixel a line covers that passes so far from it, times its brightness. In small
// pictures it is fainter rather than thinner than a pixel.
float stroke(vec4 line, float y) {
    float wanted = 0.0017 * min(RENDERSIZE.x, RENDERSIZE.y);
    float thick = max(wanted, 0.6);
    return line.b * wanted / thick * clamp(thick + 0.5 - abs(line.r - y) * inversesqrt(1.0 + line.g * line.g), 0.0, 1.0);
}

vec4 ridges() {
    ivec2 spot = ivec2(gl_FragCoord.xy);
    float y = gl_FragCoord.y;
    int line = int(texelFetch(first, ivec2(spot.x, spot.y / 8), 0).r * 255.0 + 0.5);
    vec4 under = texelFetch(skyline, ivec2(spot.x, max(line - 1, 0)), 0);
    vec4 over = texelFetch(skyline, ivec2(spot.x, line), 0);
    while (over.r < y && line < lines) {
        under = over;
        line++;
        over = texelFetch(skyline, ivec2(spot.x, min(line, lines - 1)), 0);
    }
    vec2 covers = vec2(stroke(under, y), stroke(over, y));
    float far = covers.x > covers.y ? under.a : over.a;
    vec3 tone = mix(color.rgb, IMG_NORM_PIXEL(accent, vec2(0.5)).rgb, tint * far);
    vec3 below = IMG_THIS_PIXEL(inputImage).rgb * (1.0 - dim);
    return vec4(mix(below, tone, color.a * max(covers.x, covers.y)), 1.0);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = from_photo();
    else if (PASSINDEX == 1) gl_FragColor = hill();
    else if (PASSINDEX == 2) gl_FragColor = highest();
    else if (PASSINDEX == 3) gl_FragColor = beginning();
    else gl_FragColor = ridges();
}
