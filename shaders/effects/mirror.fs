/*{
    "ISFVSN": "2",
    "VSN": "5",
    "TITLE": "Mirror",
    "DESCRIPTION": "Mirrors on both sides of the picture: with every accent they slide in and fold its margins into strips that mirror each other, as panes of a hall of mirrors do. The middle stays as it is, and nothing is turned upside down. Each accent leans them another way.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "PREMIUM": true,
    "CATEGORIES": ["Filter", "Beat", "Distortion"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "kick", "LABEL": "Open", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "accent.pulse", "decay": 0.5, "from": [0.0, 0.6], "smooth": 0.02}},
        {"NAME": "number", "LABEL": "Number of the accent", "TYPE": "float", "MIN": 0.0, "MAX": 4096.0, "DEFAULT": 0.0, "BIND": {"bind": "accent.count"}},
        {"NAME": "bass", "LABEL": "Seconds of bass", "TYPE": "float", "MIN": 0.0, "MAX": 36000.0, "DEFAULT": 0.0, "BIND": {"bind": "bass.sum", "smooth": 0.5}},
        {"NAME": "amount", "LABEL": "Amount", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 1.0, "IDENTITY": 0.0},
        {"NAME": "segments", "LABEL": "Number of segments", "TYPE": "long", "MIN": 2, "MAX": 16, "DEFAULT": 6},
        {"NAME": "notch", "LABEL": "Lean on an accent, degrees", "TYPE": "float", "MIN": 0.0, "MAX": 90.0, "DEFAULT": 4.0},
        {"NAME": "speed", "LABEL": "Turn with the bass, degrees a second", "TYPE": "float", "MIN": 0.0, "MAX": 90.0, "DEFAULT": 0.0},
        {"NAME": "zoom", "LABEL": "Zoom", "TYPE": "float", "MIN": 0.5, "MAX": 4.0, "DEFAULT": 1.0},
        {"NAME": "dim", "LABEL": "Dim the mirrors", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.26},
        {"NAME": "middle", "LABEL": "Free middle", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.42},
        {"NAME": "played", "LABEL": "Seconds of sound", "TYPE": "float", "MIN": 0.0, "MAX": 36000.0, "DEFAULT": 0.0, "BIND": {"bind": "sounding.sum", "smooth": 1.0}},
        {"NAME": "drift", "LABEL": "Drift", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "IDENTITY": 0.0}
    ]
}*/

// Where a pixel comes from while the camera drifts over the picture, a little closer than it is.
// Added to the pixel's own place, so that no drift moves it by exactly nothing. What is sampled
// lies inside the picture.
vec2 drifting(vec2 uv) {
    float turn = 6.28318531 * played;
    vec2 to = vec2(sin(turn / 19.0), sin(turn / 14.3 + 1.9));
    float zoom = 1.0 + drift * (0.045 - 0.025 * cos(turn / 25.0));
    return uv + (0.5 - uv) * (1.0 - 1.0 / zoom) + 0.009 * drift * to;
}

// Half the width of the free middle, in short sides: a wide frame has more to fold.
float free(vec2 frame) {
    return 0.5 * frame.x * min(middle / 0.42 * mix(0.72, 0.46, smoothstep(1.0, 1.6, frame.x)), 1.0);
}

// A wave from 0 to 1 and back within 2, as a pane mirrors the next.
float there_and_back(float x) {
    return abs(mod(x + 1.0, 2.0) - 1.0);
}

vec4 mirrored() {
    vec2 uv = drifting(isf_FragNormCoord);
    float open = amount * kick;
    if (open <= 0.0) return IMG_NORM_PIXEL(inputImage, uv);
    vec2 frame = RENDERSIZE / min(RENDERSIZE.x, RENDERSIZE.y);
    vec2 point = (isf_FragNormCoord - 0.5) * frame;

    // The mirrors stand on the left and the right and lean towards each other, above or below.
    float turn = radians(notch * (1.0 - 2.0 * mod(number, 2.0)) * open * open + bass * speed);
    vec2 way = vec2(point.x < 0.0 ? -cos(turn) : cos(turn), sin(turn));
    float edge = 0.5 * dot(frame, abs(way));
    float first = mix(edge, min(free(frame), edge), open);
    float beyond = dot(point, way) - first;
    if (beyond <= 0.0) return IMG_NORM_PIXEL(inputImage, uv);

    // Beyond the first edge the picture runs back and forth, the panes narrower the further out.
    float panes = max(0.5 * float(segments), 1.0);
    float pane = max(edge - free(frame), 0.02) / panes;
    float at = beyond / pane;
    float within = there_and_back(at);
    vec2 from = uv - way * (beyond + zoom * within * pane) / frame;
    from = 1.0 - abs(mod(from, 2.0) - 1.0); // beyond the picture's edge it comes back mirrored
    vec4 color = IMG_NORM_PIXEL(inputImage, from);

    // Panes face the light and turn from it by turns; each is a little darker along its fold, and
    // the glass's edges catch the light.
    float away = 1.0 - abs(mod(floor(at), 2.0));
    float fold = fract(at);
    float near = min(fold, 1.0 - fold) * pane;
    float shade = (0.3 + 0.5 * away) * smoothstep(0.0, 0.01, beyond) + 0.6 * exp(-near / 0.03);
    shade *= dim * smoothstep(0.0, 0.3, open);
    color.rgb = pow(max(color.rgb, 0.0), vec3(1.0 + 1.2 * shade)) * (1.0 - 0.4 * shade); // white stays white
    float line = exp(-pow(near / max(0.004, 1.2 / min(RENDERSIZE.x, RENDERSIZE.y)), 2.0));
    color.rgb += (1.0 - color.rgb) * 0.1 * line * smoothstep(0.3, 0.8, open) * step(0.5, at);
    return color;
}

void main() {
    gl_FragColor = mirrored();
}
