/*{
    "ISFVSN": "2",
    "VSN": "1",
    "TITLE": "Mirror",
    "DESCRIPTION": "A kaleidoscope that opens with the first kick, turns on by a notch with every further one, always the same way, and closes when the kicks stop.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "PREMIUM": true,
    "CATEGORIES": ["Filter", "Beat", "Distortion"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "kick", "LABEL": "Open", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "kick.pulse", "decay": 2.6, "from": [0.02, 0.16], "curve": "inout", "smooth": 0.12}},
        {"NAME": "number", "LABEL": "Number of the kick", "TYPE": "float", "MIN": 0.0, "MAX": 4096.0, "DEFAULT": 0.0, "BIND": {"bind": "kick.count"}},
        {"NAME": "since", "LABEL": "Seconds since the kick", "TYPE": "float", "MIN": 0.0, "MAX": 10.0, "DEFAULT": 0.0, "BIND": {"bind": "kick.since"}},
        {"NAME": "until", "LABEL": "Seconds until the next kick", "TYPE": "float", "MIN": 0.0, "MAX": 10.0, "DEFAULT": 10.0, "BIND": {"bind": "kick.until"}},
        {"NAME": "bass", "LABEL": "Bass", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "BIND": {"bind": "bass.envelope"}},
        {"NAME": "amount", "LABEL": "Amount", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 1.0, "IDENTITY": 0.0},
        {"NAME": "segments", "LABEL": "Number of segments", "TYPE": "long", "MIN": 2, "MAX": 16, "DEFAULT": 6},
        {"NAME": "notch", "LABEL": "Turn on a kick, degrees", "TYPE": "float", "MIN": 0.0, "MAX": 90.0, "DEFAULT": 9.0},
        {"NAME": "zoom", "LABEL": "Zoom", "TYPE": "float", "MIN": 0.5, "MAX": 3.0, "DEFAULT": 1.15}
    ]
}*/

const float TURN = 6.28318531;

// The angle in turns: a notch for each kick that was, and of the next one the more the nearer it
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

void main() {
    vec4 picture = IMG_THIS_PIXEL(inputImage);
    float open = amount * kick;
    if (open > 0.0) {
        vec2 point = folded(gl_FragCoord.xy - 0.5 * RENDERSIZE) / (zoom * (1.0 + 0.12 * bass));
        vec2 uv = point / RENDERSIZE + 0.5;
        uv = 1.0 - abs(mod(uv, 2.0) - 1.0); // beyond the picture's edge it comes back mirrored
        picture = mix(picture, IMG_NORM_PIXEL(inputImage, uv), open);
    }
    gl_FragColor = picture;
}
