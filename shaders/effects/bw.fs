/*{
    "ISFVSN": "2",
    "VSN": "1",
    "TITLE": "Black and white",
    "DESCRIPTION": "The picture drops to black and white on every kick, and its colours return over 300 ms.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "PREMIUM": true,
    "CATEGORIES": ["Filter", "Beat", "Colour"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "kick", "LABEL": "Kick", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "kick.pulse", "decay": 0.3}},
        {"NAME": "amount", "LABEL": "Amount", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 1.0, "IDENTITY": 0.0},
        {"NAME": "contrast", "LABEL": "Contrast of the grey", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0},
        {"NAME": "tone", "LABEL": "Tone", "TYPE": "color", "DEFAULT": [1.0, 1.0, 1.0, 1.0]}
    ]
}*/

const vec3 LUMA = vec3(0.2126, 0.7152, 0.0722); // of BT.709, as the CSS filter grayscale() weighs

void main() {
    vec4 picture = IMG_THIS_PIXEL(inputImage);
    float grey = dot(picture.rgb, LUMA);
    grey = clamp((1.0 + contrast) * (grey - 0.5) + 0.5, 0.0, 1.0);
    gl_FragColor = vec4(mix(picture.rgb, grey * tone.rgb, min(amount * kick, 1.0)), picture.a);
}
