/*{
    "ISFVSN": "2",
    "VSN": "1",
    "TITLE": "Letterbox",
    "DESCRIPTION": "Bars that leave a picture of the chosen shape, long side to short side; in a tall frame the shape stands upright. They close in as the video begins. In a chain text comes after it, or is cut.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Filter", "Finish"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "ratio", "LABEL": "Long side to short side", "TYPE": "float", "MIN": 1.0, "MAX": 4.0, "DEFAULT": 2.39},
        {"NAME": "amount", "LABEL": "How far closed", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 1.0, "IDENTITY": 0.0, "BIND": {"keys": [[0.0, 0.0], [1.6, 1.0, "inout"]]}},
        {"NAME": "softness", "LABEL": "Soft edge", "TYPE": "float", "MIN": 0.0, "MAX": 0.2, "DEFAULT": 0.0},
        {"NAME": "color", "LABEL": "Colour", "TYPE": "color", "DEFAULT": [0.0, 0.0, 0.0, 1.0]}
    ]
}*/

void main() {
    // Half of what stays open, in pixels: never more than the frame.
    float shape = RENDERSIZE.y > RENDERSIZE.x ? 1.0 / ratio : ratio;
    vec2 open = 0.5 * min(RENDERSIZE, vec2(RENDERSIZE.y * shape, RENDERSIZE.x / shape));
    float edge = 1.0 + softness * min(RENDERSIZE.x, RENDERSIZE.y) * amount;
    // Where there is no bar, the soft edge of one lies outside the frame too.
    vec2 spare = edge * step(0.5 * RENDERSIZE - 0.01, mix(0.5 * RENDERSIZE, open, amount));
    vec2 inside = mix(0.5 * RENDERSIZE, open, amount) + spare - abs(gl_FragCoord.xy - 0.5 * RENDERSIZE);
    // The share of a pixel that lies outside is covered: a bar glides, also when it is slow.
    vec2 clear = clamp((inside + 0.5) / edge, 0.0, 1.0);
    vec4 picture = IMG_THIS_PIXEL(inputImage);
    gl_FragColor = mix(picture, vec4(color.rgb, 1.0), color.a * (1.0 - clear.x * clear.y));
}
