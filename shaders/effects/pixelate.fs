/*{
    "ISFVSN": "2",
    "VSN": "1",
    "TITLE": "Breath",
    "DESCRIPTION": "The picture swells slowly and darkens after a loud kick, and sinks back before the next. Rare kicks breathe deep, a steady beat lightly. It has no pixel blocks: pixelate is only the Studio's name for it.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "PREMIUM": true,
    "CATEGORIES": ["Filter", "Beat", "Motion"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "since", "LABEL": "Seconds since the kick", "TYPE": "float", "MIN": 0.0, "MAX": 10.0, "DEFAULT": 10.0, "IDENTITY": 10.0, "BIND": {"bind": "kick.since"}},
        {"NAME": "until", "LABEL": "Seconds until the next kick", "TYPE": "float", "MIN": 0.0, "MAX": 10.0, "DEFAULT": 10.0, "BIND": {"bind": "kick.until"}},
        {"NAME": "strength", "LABEL": "Strength of the kick", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 1.0, "IDENTITY": 0.0, "BIND": {"bind": "kick.strength", "from": [0.2, 0.8]}},
        {"NAME": "amount", "LABEL": "Amount", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 1.0, "IDENTITY": 0.0},
        {"NAME": "scale", "LABEL": "Scale", "TYPE": "float", "MIN": 1.0, "MAX": 1.5, "DEFAULT": 1.14, "IDENTITY": 1.0},
        {"NAME": "darken", "LABEL": "Darken", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.45, "IDENTITY": 0.0},
        {"NAME": "breath", "LABEL": "Length of a breath, seconds", "TYPE": "float", "MIN": 0.5, "MAX": 8.0, "DEFAULT": 2.4}
    ]
}*/

const float IN = 0.32;    // share of a breath in which it swells
const float DENSE = 0.15; // seconds from kick to kick that leave no time to breathe
const float RARE = 1.3;   // seconds that leave time enough

void main() {
    // A breath ends before the next kick, so none is broken off, whatever the rhythm.
    float gap = max(since + until, 0.01);
    float phase = since / min(gap, breath);
    // It has begun in the kick's own frame.
    float swell = smoothstep(-0.1 * IN, IN, phase) * (1.0 - smoothstep(IN, 1.0, phase));
    swell *= amount * strength * smoothstep(DENSE, RARE, gap);

    vec2 inwards = (0.5 - isf_FragNormCoord) * (1.0 - 1.0 / (1.0 + swell * (scale - 1.0)));
    vec4 picture = IMG_NORM_PIXEL(inputImage, isf_FragNormCoord + inwards);
    vec2 side = 2.0 * isf_FragNormCoord - 1.0;
    float shade = darken * swell * (0.55 + 0.45 * min(dot(side, side), 1.0)); // darker outside
    gl_FragColor = vec4(picture.rgb * max(1.0 - shade, 0.0), picture.a);
}
