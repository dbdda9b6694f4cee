/*{
    "ISFVSN": "2",
    "VSN": "2",
    "TITLE": "Mirror",
    "DESCRIPTION": "A kaleidoscope that comes in from the edges with every accent, turns on by a notch, always the same way, and gives the picture back before the next. The middle stays as it is.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "PREMIUM": true,
    "CATEGORIES": ["Filter", "Beat", "Distortion"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "kick", "LABEL": "Open", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "accent.pulse", "decay": 0.75, "from": [0.04, 0.55], "curve": "out", "smooth": 0.05}},
        {"NAME": "number", "LABEL": "Number of the accent", "TYPE": "float", "MIN": 0.0, "MAX": 4096.0, "DEFAULT": 0.0, "BIND": {"bind": "accent.count"}},
        {"NAME": "since", "LABEL": "Seconds since the accent", "TYPE": "float", "MIN": 0.0, "MAX": 10.0, "DEFAULT": 0.0, "BIND": {"bind": "accent.since"}},
        {"NAME": "until", "LABEL": "Seconds until the next accent", "TYPE": "float", "MIN": 0.0, "MAX": 10.0, "DEFAULT": 10.0, "BIND": {"bind": "accent.until"}},
        {"NAME": "bass", "LABEL": "Bass", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "BIND": {"bind": "bass.envelope"}},
        {"NAME": "amount", "LABEL": "Amount", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 1.0, "IDENTITY": 0.0},
        {"NAME": "segments", "LABEL": "Number of segments", "TYPE": "long", "MIN": 2, "MAX": 16, "DEFAULT": 6},
        {"NAME": "notch", "LABEL": "Turn on an accent, degrees", "TYPE": "float", "MIN": 0.0, "MAX": 90.0, "DEFAULT": 9.0},
        {"NAME": "zoom", "LABEL": "Zoom", "TYPE": "float", "MIN": 0.5, "MAX": 4.0, "DEFAULT": 2.1},
        {"NAME": "opacity", "LABEL": "Opacity of the mirrors", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.62, "IDENTITY": 0.0},
        {"NAME": "middle", "LABEL": "Free middle", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.42},
        {"NAME": "played", "LABEL": "Seconds of sound", "TYPE": "float", "MIN": 0.0, "MAX": 36000.0, "DEFAULT": 0.0, "BIND": {"bind": "sounding.sum", "smooth": 1.0}},
        {"NAME": "drift", "LABEL": "Drift", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "IDENTITY": 0.0}
    ]
}*/

const float TURN = 6.28318531;

// The angle in turns: a notch for each accent that was, and of the next one the more the nearer it
// is, fast at first. It never jumps and never turns back.
float turned() {
    float left = until / max(since + until, 0.01);
    return fract((number - left * left * left) * notch / 360.0);
}

// Where a pixel of the kaleidoscope comes from, in pixels from the middle.
vec2 folded(vec2 point) {
    float turn = TURN * turned();
    float segment = TURN / float(segments) / 2.0; // from mirror to mirror
    float angle = atan(point.y, point.x) + TURN - 0.5 * turn;
    angle = segment - abs(mod(angle, 2.0 * segment) - segment);
    // The picture turns behind the mirrors, against them.
    return length(point) * vec2(cos(angle + turn), sin(angle + turn));
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

void main() {
    vec4 picture = IMG_NORM_PIXEL(inputImage, drifting(isf_FragNormCoord));
    float open = amount * kick;
    if (open > 0.0) {
        vec2 point = gl_FragCoord.xy - 0.5 * RENDERSIZE;
        // An iris: mirrors outside, the picture inside, between them a soft edge.
        float away = 2.0 * length(point) / min(RENDERSIZE.x, RENDERSIZE.y);
        float corner = length(RENDERSIZE) / min(RENDERSIZE.x, RENDERSIZE.y);
        float edge = mix(corner + 0.5, middle, open);
        float there = smoothstep(edge - 0.3, edge + 0.3, away + 0.3 * step(middle, 0.0));
        point = folded(point) / (zoom * (1.0 + 0.12 * bass));
        vec2 uv = point / RENDERSIZE + 0.5;
        uv = 1.0 - abs(mod(uv, 2.0) - 1.0); // beyond the picture's edge it comes back mirrored
        vec4 mirrored = IMG_NORM_PIXEL(inputImage, uv);
        // As through a prism: where the copies are lighter they shine through more.
        float light = dot(mirrored.rgb - picture.rgb, vec3(0.2126, 0.7152, 0.0722));
        float shine = clamp(opacity + opacity * (1.0 - opacity) * 2.0 * light, 0.0, 1.0);
        picture = mix(picture, mirrored, there * shine);
    }
    gl_FragColor = picture;
}
