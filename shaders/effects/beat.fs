/*{
    "ISFVSN": "2",
    "VSN": "2",
    "TITLE": "Beat",
    "DESCRIPTION": "The picture grows with every accent, in the very frame in which it begins, and eases back over 150 ms. Between them it drifts slowly.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Filter", "Beat"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "kick", "LABEL": "Accent", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "accent.pulse", "decay": 0.15, "curve": "out"}},
        {"NAME": "amount", "LABEL": "Amount", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 1.0, "IDENTITY": 0.0},
        {"NAME": "scale", "LABEL": "Scale on an accent", "TYPE": "float", "MIN": 1.0, "MAX": 1.5, "DEFAULT": 1.15, "IDENTITY": 1.0},
        {"NAME": "center", "LABEL": "Point that stays in place", "TYPE": "point2D", "MIN": [0.0, 0.0], "MAX": [1.0, 1.0], "DEFAULT": [0.5, 0.5]},
        {"NAME": "lift", "LABEL": "Raise of that point on an accent", "TYPE": "float", "MIN": 0.0, "MAX": 0.5, "DEFAULT": 0.12, "IDENTITY": 0.0},
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

void main() {
    float zoom = 1.0 + amount * kick * (scale - 1.0);
    float much = min(amount * kick, 1.0);
    vec2 still = center + vec2(0.0, lift * much * much); // heads are above the middle
    vec2 inwards = (still - isf_FragNormCoord) * (1.0 - 1.0 / zoom);
    gl_FragColor = IMG_NORM_PIXEL(inputImage, drifting(isf_FragNormCoord + inwards));
}
