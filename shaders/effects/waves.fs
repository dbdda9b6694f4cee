/*{
    "ISFVSN": "2",
    "VSN": "2",
    "TITLE": "Waves",
    "DESCRIPTION": "The photo sways like cloth in a slow wind, further where the bass is loud, with light on the folds. Its edges are held: what surrounds it stays at rest. It stands still in silence.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Filter", "Beat", "Distortion"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "photo", "TYPE": "image"},
        {"NAME": "bass", "LABEL": "Bass", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "bass.envelope", "from": [0.45, 1.0], "curve": "in"}},
        {"NAME": "kick", "LABEL": "Accent", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "accent.pulse", "decay": 0.5, "smooth": 0.05}},
        {"NAME": "amount", "LABEL": "Amount", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 1.0, "IDENTITY": 0.0},
        {"NAME": "rest", "LABEL": "Always there", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.35, "IDENTITY": 0.0},
        {"NAME": "reach", "LABEL": "Reach", "TYPE": "float", "MIN": 0.0, "MAX": 0.15, "DEFAULT": 0.03, "IDENTITY": 0.0},
        {"NAME": "count", "LABEL": "Waves in a short side", "TYPE": "float", "MIN": 0.5, "MAX": 12.0, "DEFAULT": 1.6},
        {"NAME": "speed", "LABEL": "Speed, waves a second", "TYPE": "float", "MIN": -3.0, "MAX": 3.0, "DEFAULT": 0.3},
        {"NAME": "shine", "LABEL": "Light on the folds", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.4, "IDENTITY": 0.0},
        {"NAME": "played", "LABEL": "Seconds of sound", "TYPE": "float", "MIN": 0.0, "MAX": 36000.0, "DEFAULT": 0.0, "BIND": {"bind": "sounding.sum", "smooth": 1.0}},
        {"NAME": "drift", "LABEL": "Drift", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "IDENTITY": 0.0}
    ]
}*/

const float TURN = 6.28318531;
const float STRIPS = 1.2; // how much longer than the frame a photo is that does not fill it

// Half of the frame that the photo takes, across and up: where it leaves strips they are no cloth.
vec2 cloth() {
    vec2 frame = IMG_SIZE(inputImage);
    vec2 shape = IMG_SIZE(photo);
    float longer = shape.x * frame.y / (shape.y * frame.x);
    vec2 share = vec2(min(longer, 1.0), min(1.0 / longer, 1.0));
    return max(longer, 1.0 / longer) > STRIPS ? 0.5 * share : vec2(0.5);
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
    float unit = min(RENDERSIZE.x, RENDERSIZE.y);
    vec2 at = (gl_FragCoord.xy - 0.5 * RENDERSIZE) / unit;
    // A long fold that runs up and aside and a shorter one that sinks: they never line up for long.
    float first = TURN * (count * (at.y + 0.35 * at.x) - fract(speed * played));
    float second = TURN * (count * (1.63 * at.y - 0.8 * at.x) + fract(0.61 * speed * played));
    vec2 held = smoothstep(vec2(0.0), vec2(0.22), 1.0 - abs(isf_FragNormCoord - 0.5) / cloth());
    float wind = amount * (rest + bass + 0.9 * kick) * held.x * held.y;
    vec2 far = reach * wind * vec2(0.68 * sin(first) + 0.32 * sin(second), 0.3 * sin(first + 1.3));
    vec4 picture = IMG_NORM_PIXEL(inputImage, drifting(isf_FragNormCoord + far * unit / RENDERSIZE));
    float fold = 0.7 * cos(first) + 0.3 * cos(second);
    picture.rgb = clamp(picture.rgb * (1.0 + 0.3 * shine * min(wind, 1.5) * fold), 0.0, 1.0);
    gl_FragColor = picture;
}
