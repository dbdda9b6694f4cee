/*{
    "ISFVSN": "2",
    "VSN": "3",
    "TITLE": "Mirror",
    "DESCRIPTION": "A hall of mirrors around the picture: with every accent large facets of the photo, softly out of focus, stand around an oval in which it stays as it is. They slide back out before the next. Each accent sets them at another angle, and the bass turns them slowly.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "PREMIUM": true,
    "CATEGORIES": ["Filter", "Beat", "Distortion"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "kick", "LABEL": "Open", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "accent.pulse", "decay": 0.42, "from": [0.04, 0.3]}},
        {"NAME": "number", "LABEL": "Number of the accent", "TYPE": "float", "MIN": 0.0, "MAX": 4096.0, "DEFAULT": 0.0, "BIND": {"bind": "accent.count"}},
        {"NAME": "bass", "LABEL": "Seconds of bass", "TYPE": "float", "MIN": 0.0, "MAX": 36000.0, "DEFAULT": 0.0, "BIND": {"bind": "bass.sum", "smooth": 0.5}},
        {"NAME": "amount", "LABEL": "Amount", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 1.0, "IDENTITY": 0.0},
        {"NAME": "segments", "LABEL": "Number of segments", "TYPE": "long", "MIN": 2, "MAX": 16, "DEFAULT": 4},
        {"NAME": "notch", "LABEL": "Turn on an accent, degrees", "TYPE": "float", "MIN": 0.0, "MAX": 90.0, "DEFAULT": 22.5},
        {"NAME": "speed", "LABEL": "Turn with the bass, degrees a second", "TYPE": "float", "MIN": 0.0, "MAX": 90.0, "DEFAULT": 14.0},
        {"NAME": "zoom", "LABEL": "Zoom", "TYPE": "float", "MIN": 0.5, "MAX": 4.0, "DEFAULT": 1.35},
        {"NAME": "dim", "LABEL": "Dim the mirrors", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.26},
        {"NAME": "middle", "LABEL": "Free middle", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.42},
        {"NAME": "played", "LABEL": "Seconds of sound", "TYPE": "float", "MIN": 0.0, "MAX": 36000.0, "DEFAULT": 0.0, "BIND": {"bind": "sounding.sum", "smooth": 1.0}},
        {"NAME": "drift", "LABEL": "Drift", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "IDENTITY": 0.0}
    ],
    "PASSES": [
        {"TARGET": "small", "WIDTH": "max($WIDTH / 4, 16)", "HEIGHT": "max($HEIGHT / 4, 16)"},
        {"TARGET": "across", "WIDTH": "max($WIDTH / 4, 16)", "HEIGHT": "max($HEIGHT / 4, 16)"},
        {"TARGET": "soft", "WIDTH": "max($WIDTH / 4, 16)", "HEIGHT": "max($HEIGHT / 4, 16)"},
        {}
    ]
}*/

const float TURN = 6.28318531;
const float TAPS = 14.0;
const float BLUR = 0.006; // standard deviation of the blur, in short sides of the frame
const float SOFT = 0.02; // half of the oval's soft edge, in its radii

// A small copy: 16 samples a pixel.
vec4 shrunk() {
    vec4 sum = vec4(0.0);
    for (int y = 0; y < 4; y++)
        for (int x = 0; x < 4; x++)
            sum += IMG_NORM_PIXEL(inputImage, (gl_FragCoord.xy + (vec2(x, y) - 1.5) / 4.0) / RENDERSIZE);
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

// Where a pixel comes from while the camera drifts over the picture, a little closer than it is.
// Added to the pixel's own place, so that no drift moves it by exactly nothing. What is sampled
// lies inside the picture.
vec2 drifting(vec2 uv) {
    float turn = 6.28318531 * played;
    vec2 to = vec2(sin(turn / 19.0), sin(turn / 14.3 + 1.9));
    float zoom = 1.0 + drift * (0.045 - 0.025 * cos(turn / 25.0));
    return uv + (0.5 - uv) * (1.0 - 1.0 / zoom) + 0.009 * drift * to;
}

// The mirrors at a point counted from the middle, in pixels: where in the picture it comes from, and
// its distance to the nearest mirror.
vec3 folded(vec2 point) {
    float turn = TURN * fract((number * notch + bass * speed) / 360.0);
    float segment = TURN / float(segments) / 2.0; // from mirror to mirror
    float angle = atan(point.y, point.x) + 2.0 * TURN - turn;
    float within = mod(angle, 2.0 * segment);
    float near = min(abs(within - segment), min(within, 2.0 * segment - within));
    angle = segment - abs(within - segment);
    // Behind the middle of each mirror lies the middle of the picture, which turns against them.
    float unit = min(RENDERSIZE.x, RENDERSIZE.y);
    vec2 from = length(point) * vec2(cos(angle), sin(angle)) - 0.66 * unit * vec2(cos(0.5 * segment), sin(0.5 * segment));
    from = vec2(dot(from, vec2(cos(turn), -sin(turn))), dot(from, vec2(sin(turn), cos(turn)))) / zoom;
    vec2 uv = from / RENDERSIZE + 0.5;
    uv = 1.0 - abs(mod(uv, 2.0) - 1.0); // beyond the picture's edge it comes back mirrored
    return vec3(uv, near * length(point));
}

// How far out a point is: 1 on the edge of the oval, which is a little longer along the frame.
float outward(vec2 point) {
    float unit = min(RENDERSIZE.x, RENDERSIZE.y);
    return length(point / (unit * pow(RENDERSIZE / unit, vec2(0.3))));
}

vec4 mirrored() {
    vec4 picture = IMG_NORM_PIXEL(inputImage, drifting(isf_FragNormCoord));
    float open = amount * kick;
    if (open <= 0.0) return picture;
    float unit = min(RENDERSIZE.x, RENDERSIZE.y);
    vec2 point = gl_FragCoord.xy - RENDERSIZE * vec2(0.5, 0.53);
    // An iris: mirrors outside, the picture inside.
    float rest = outward(RENDERSIZE * vec2(0.5, 0.53)) + 0.25;
    float edge = mix(rest, middle, open);
    float away = outward(point) - edge;
    vec3 glass = folded(point);
    vec3 color = IMG_NORM_PIXEL(soft, glass.xy).rgb;
    float grey = dot(color, vec3(0.2126, 0.7152, 0.0722));
    color = clamp(mix(vec3(grey), color, 1.45), 0.0, 1.0) * (1.0 - dim);
    // A line of light where two mirrors meet, and the oval's shadow on them.
    color += (1.0 - color) * 0.14 * exp(-glass.z * glass.z / (0.00002 * unit * unit));
    color *= 1.0 - 0.55 * exp(-max(away, 0.0) / 0.07);
    color += (1.0 - color) * 0.4 * exp(-away * away / 0.00012); // and the light on its rim
    float there = smoothstep(-SOFT, SOFT, away + SOFT * step(middle, 0.0) * open);
    return vec4(mix(picture.rgb, color, there), mix(picture.a, 1.0, there));
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = shrunk();
    else if (PASSINDEX == 1) gl_FragColor = blur(small, vec2(1.0, 0.0));
    else if (PASSINDEX == 2) gl_FragColor = blur(across, vec2(0.0, 1.0));
    else gl_FragColor = mirrored();
}
