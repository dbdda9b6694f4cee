/*{
    "ISFVSN": "2",
    "VSN": "2",
    "TITLE": "Letterbox",
    "DESCRIPTION": "Bars above and below that leave a picture of the chosen shape; in a square or tall frame they stay slim. They close in as the video begins, and the picture moves down between them, so that heads stay in it. With each accent they open for a moment, and the picture comes nearer. In a chain text comes after it, or is cut.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Filter", "Finish"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "ratio", "LABEL": "Width to height", "TYPE": "float", "MIN": 1.0, "MAX": 4.0, "DEFAULT": 2.39},
        {"NAME": "amount", "LABEL": "How far closed", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 1.0, "IDENTITY": 0.0, "BIND": {"keys": [[0.0, 0.0], [1.6, 1.0, "inout"]]}},
        {"NAME": "keep", "LABEL": "Keep the top of the picture", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.85, "IDENTITY": 0.0},
        {"NAME": "pulse", "LABEL": "Accent", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "accent.pulse", "decay": 0.4, "smooth": 0.03}},
        {"NAME": "punch", "LABEL": "Opens on an accent", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.35, "IDENTITY": 0.0},
        {"NAME": "softness", "LABEL": "Soft edge", "TYPE": "float", "MIN": 0.0, "MAX": 0.2, "DEFAULT": 0.0},
        {"NAME": "color", "LABEL": "Colour", "TYPE": "color", "DEFAULT": [0.0, 0.0, 0.0, 1.0]}
    ]
}*/

const float WIDE = 1.4;  // width to height from which the shape is cut as it is
const float SLIM = 0.06; // the highest bar in other frames, in short sides

// What the bars cover on each side, in pixels: beside the picture only where the frame is wide.
vec2 bars() {
    vec2 cut = 0.5 * max(RENDERSIZE - vec2(RENDERSIZE.y * ratio, RENDERSIZE.x / ratio), 0.0);
    float side = min(RENDERSIZE.x, RENDERSIZE.y);
    bool wide = RENDERSIZE.x >= WIDE * RENDERSIZE.y;
    return wide ? cut : vec2(0.0, min(cut.y, SLIM * side));
}

void main() {
    vec2 closed = amount * bars();
    vec2 bar = closed * (1.0 - punch * pulse);
    float edge = 1.0 + softness * min(RENDERSIZE.x, RENDERSIZE.y) * amount;
    // Where there is no bar, the soft edge of one lies outside the frame too.
    vec2 spare = edge * step(bar, vec2(0.01));
    vec2 inside = 0.5 * RENDERSIZE - bar + spare - abs(gl_FragCoord.xy - 0.5 * RENDERSIZE);
    // The share of a pixel that lies outside is covered: a bar glides, also when it is slow.
    vec2 clear = clamp((inside + 0.5) / edge, 0.0, 1.0);
    // Closed, the picture is moved by whole pixels: it stays sharp.
    float down = amount < 1.0 ? keep * closed.y : floor(keep * closed.y + 0.5);
    vec2 from = isf_FragNormCoord + vec2(0.0, down / RENDERSIZE.y);
    from += (vec2(0.5, 0.6) - isf_FragNormCoord) * 0.1 * punch * pulse * min(amount, 1.0);
    vec4 picture = IMG_NORM_PIXEL(inputImage, from);
    gl_FragColor = mix(picture, vec4(color.rgb, 1.0), color.a * (1.0 - clear.x * clear.y));
}
