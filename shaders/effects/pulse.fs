/*{
    "ISFVSN": "2",
    "VSN": "1",
    "TITLE": "Pulse",
    "DESCRIPTION": "The picture becomes a little brighter and harder with every kick, and eases back over 200 ms.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Filter", "Beat"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "kick", "LABEL": "Kick", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "kick.pulse", "decay": 0.2}},
        {"NAME": "amount", "LABEL": "Amount", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 1.0, "IDENTITY": 0.0},
        {"NAME": "brightness", "LABEL": "Brightness on a kick", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.15, "IDENTITY": 0.0},
        {"NAME": "contrast", "LABEL": "Contrast on a kick", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.1, "IDENTITY": 0.0}
    ]
}*/

// As the CSS filters brightness() and contrast(), one after the other: a factor, then a factor
// around middle grey (Filter Effects Module 1, feFuncX type linear).
void main() {
    float pulse = amount * kick;
    vec4 picture = IMG_THIS_PIXEL(inputImage);
    vec3 bright = clamp(picture.rgb * (1.0 + brightness * pulse), 0.0, 1.0);
    float slope = 1.0 + contrast * pulse;
    gl_FragColor = vec4(clamp(slope * bright + 0.5 * (1.0 - slope), 0.0, 1.0), picture.a);
}
