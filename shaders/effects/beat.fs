/*{
    "ISFVSN": "2",
    "VSN": "1",
    "TITLE": "Beat",
    "DESCRIPTION": "The picture grows with every kick, as far as the low end rises, in the very frame in which it begins, and eases back over 150 ms.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Filter", "Beat"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "kick", "LABEL": "Kick", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "kick.pulse", "decay": 0.15}},
        {"NAME": "amount", "LABEL": "Amount", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 1.0, "IDENTITY": 0.0},
        {"NAME": "scale", "LABEL": "Scale on a kick", "TYPE": "float", "MIN": 1.0, "MAX": 1.5, "DEFAULT": 1.15, "IDENTITY": 1.0},
        {"NAME": "center", "LABEL": "Point that stays in place", "TYPE": "point2D", "MIN": [0.0, 0.0], "MAX": [1.0, 1.0], "DEFAULT": [0.5, 0.5]}
    ]
}*/

void main() {
    float zoom = 1.0 + amount * kick * (scale - 1.0);
    // Added to the pixel's own place, so that a zoom of 1 moves it by exactly nothing. The zoom is
    // never less than 1: what is sampled lies inside the picture.
    vec2 inwards = (center - isf_FragNormCoord) * (1.0 - 1.0 / zoom);
    gl_FragColor = IMG_NORM_PIXEL(inputImage, isf_FragNormCoord + inwards);
}
