/*{
    "ISFVSN": "2",
    "VSN": "1",
    "TITLE": "Vignette",
    "DESCRIPTION": "The picture darkens softly towards its corners, or takes on a colour there.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Filter", "Finish", "Lens"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "amount", "LABEL": "Amount", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "IDENTITY": 0.0},
        {"NAME": "size", "LABEL": "Size of what stays clear", "TYPE": "float", "MIN": 0.0, "MAX": 1.5, "DEFAULT": 0.5},
        {"NAME": "softness", "LABEL": "Softness", "TYPE": "float", "MIN": 0.0, "MAX": 1.5, "DEFAULT": 1.0},
        {"NAME": "roundness", "LABEL": "Roundness", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.25},
        {"NAME": "center", "LABEL": "Middle", "TYPE": "point2D", "MIN": [0.0, 0.0], "MAX": [1.0, 1.0], "DEFAULT": [0.5, 0.5]},
        {"NAME": "color", "LABEL": "Colour", "TYPE": "color", "DEFAULT": [0.0, 0.0, 0.0, 1.0]}
    ]
}*/

// Half a step of 8 bits of noise (interleaved gradient noise, Jimenez 2014): hides bands.
float dither() {
    return (fract(52.9829189 * fract(dot(gl_FragCoord.xy, vec2(0.06711056, 0.00583715)))) - 0.5) / 255.0;
}

void main() {
    // 1 at the middle of the frame's sides; round, at the ends of its short side.
    vec2 round_unit = vec2(min(RENDERSIZE.x, RENDERSIZE.y));
    vec2 away = 2.0 * (gl_FragCoord.xy - center * RENDERSIZE) / mix(RENDERSIZE, round_unit, roundness);
    float edge = max(softness, 0.01);
    float dark = smoothstep(size, size + edge, length(away)) * amount * color.a;
    vec4 picture = IMG_THIS_PIXEL(inputImage);
    vec3 shaded = mix(picture.rgb, color.rgb, dark);
    gl_FragColor = vec4(clamp(shaded + min(32.0 * dark, 1.0) * dither(), 0.0, 1.0), picture.a);
}
