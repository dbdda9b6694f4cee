/*{
    "ISFVSN": "2",
    "VSN": "5",
    "TITLE": "Mirror",
    "DESCRIPTION": "A folding screen of mirrors on both sides of the picture: with every accent its panes unfold in perspective, each mirrors the next, light runs along their edges, and they close again. The middle stays as it is, and nothing is turned upside down. Each accent leans them another way.",
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
        {"NAME": "segments", "LABEL": "Number of segments", "TYPE": "long", "MIN": 2, "MAX": 16, "DEFAULT": 4},
        {"NAME": "notch", "LABEL": "Lean on an accent, degrees", "TYPE": "float", "MIN": 0.0, "MAX": 90.0, "DEFAULT": 3.0},
        {"NAME": "speed", "LABEL": "Turn with the bass, degrees a second", "TYPE": "float", "MIN": 0.0, "MAX": 90.0, "DEFAULT": 0.0},
        {"NAME": "zoom", "LABEL": "Zoom", "TYPE": "float", "MIN": 0.5, "MAX": 4.0, "DEFAULT": 1.0},
        {"NAME": "dim", "LABEL": "Shade of the mirrors", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
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

const float NEARER = 0.24; // how much larger the folds that stand out are than those that lie back

// Half the width of the free middle, in short sides: a wide frame has more to fold.
float free(vec2 frame) {
    return 0.5 * frame.x * min(middle / 0.42 * mix(0.72, 0.57, smoothstep(1.0, 1.6, frame.x)), 1.0);
}

// A wave from 0 to 1 and back within 2, as a pane mirrors the next.
float there_and_back(float x) {
    return abs(mod(x + 1.0, 2.0) - 1.0);
}

vec4 mirrored() {
    float open = amount * kick;
    vec2 uv = drifting(0.5 + (isf_FragNormCoord - 0.5) * (1.0 - 0.03 * open));
    vec2 frame = RENDERSIZE / min(RENDERSIZE.x, RENDERSIZE.y);
    vec2 point = (isf_FragNormCoord - 0.5) * frame;

    // The mirrors stand on the left and the right and lean towards each other, above or below.
    float turn = radians(notch * (1.0 - 2.0 * mod(number, 2.0)) * open * open + bass * speed);
    vec2 way = vec2(point.x < 0.0 ? -cos(turn) : cos(turn), sin(turn));
    float edge = 0.5 * dot(frame, abs(way));
    float first = mix(edge + 0.01, min(free(frame), edge), open);
    float beyond = dot(point, way) - first;
    float inside = max(beyond, 0.0);

    // Beyond the first edge the picture runs back and forth over the panes. Every other fold stands out
    // towards the viewer, so that what the panes show runs together and apart as they do.
    float room = max(edge - free(frame), 0.02);
    float pane = room / max(floor(0.5 * float(segments) * min(room / 0.4, 1.0) + 0.5), 1.0);
    float at = inside / pane;
    float out_ = there_and_back(at);
    vec2 from = uv - way * (inside + zoom * out_ * pane) / frame;
    vec2 along = vec2(-way.y, way.x);
    float high = dot(point, along);
    from -= along * high * (1.0 - 1.0 / (1.0 + NEARER * open * out_)) / frame;
    from = 1.0 - abs(mod(from, 2.0) - 1.0); // beyond the picture's edge it comes back mirrored
    vec4 color = IMG_NORM_PIXEL(inputImage, from);

    // Panes face the light and turn from it by turns: what runs out is lit, what runs back lies in the
    // shade of the fold before it. Folds that stand out have a bright edge.
    float glass = smoothstep(0.0, 0.25, open) * step(1e-5, beyond);
    float back = step(1.0, mod(at, 2.0));
    float fold = fract(at);
    float shade = glass * dim * mix(0.10 + 0.35 * (1.0 - fold), 0.40 + 0.35 * fold, back);
    color.rgb *= mix(vec3(1.0), color.rgb, 0.35 * shade) * (1.0 - 0.75 * shade);
    float sheen = glass * (1.0 - back) * fold * fold * (0.10 + 0.16 * open);
    float near = abs(at - 1.0 - 2.0 * floor(0.5 * at)) * pane;
    float fine = max(0.0025, 1.0 / min(RENDERSIZE.x, RENDERSIZE.y));
    float line = exp(-near * near / (fine * fine)) + 0.35 * exp(-near / 0.012);
    line += 0.8 * exp(-beyond * beyond / (fine * fine)) * step(first, edge); // and the first of them
    sheen += smoothstep(0.0, 0.25, open) * step(-2.0 * fine, beyond) * min(line, 1.0) * (0.25 + 0.35 * open);
    color.rgb += (1.0 - color.rgb) * sheen * (0.3 + 0.7 * color.rgb);
    return color;
}

void main() {
    gl_FragColor = mirrored();
}
