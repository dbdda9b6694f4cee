/*{
    "ISFVSN": "2",
    "VSN": "3",
    "TITLE": "RGB",
    "DESCRIPTION": "Red, green and blue part in three directions on every accent, with light along the edges, and slide quickly over each other again. Highlights and flat parts stay as they are.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "PREMIUM": true,
    "CATEGORIES": ["Filter", "Beat", "Colour"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "kick", "LABEL": "Accent", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "accent.pulse", "decay": 0.25, "from": [0.0, 0.7], "smooth": 0.02}},
        {"NAME": "amount", "LABEL": "Amount", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 1.0, "IDENTITY": 0.0},
        {"NAME": "distance", "LABEL": "Distance", "TYPE": "float", "MIN": 0.0, "MAX": 0.15, "DEFAULT": 0.02, "IDENTITY": 0.0},
        {"NAME": "angle", "LABEL": "Turn of the directions, degrees", "TYPE": "float", "MIN": -90.0, "MAX": 90.0, "DEFAULT": 0.0},
        {"NAME": "overlay", "LABEL": "Light along the edges", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "IDENTITY": 0.0},
        {"NAME": "played", "LABEL": "Seconds of sound", "TYPE": "float", "MIN": 0.0, "MAX": 36000.0, "DEFAULT": 0.0, "BIND": {"bind": "sounding.sum", "smooth": 1.0}},
        {"NAME": "drift", "LABEL": "Drift", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "IDENTITY": 0.0}
    ]
}*/

const float THIRD = 2.0943951; // of a turn, in radians

vec2 towards(float direction) {
    return vec2(cos(direction), sin(direction));
}

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
    float pulse = amount * kick;
    vec2 unit = pulse * distance * min(RENDERSIZE.x, RENDERSIZE.y) / RENDERSIZE;
    // As much closer as the channels go aside: none of them shows the picture's edge.
    vec2 uv = drifting(isf_FragNormCoord + (0.5 - isf_FragNormCoord) * 2.0 * unit);
    float red = radians(angle); // to the right
    vec4 picture = IMG_NORM_PIXEL(inputImage, uv);
    if (pulse <= 0.0) {
        gl_FragColor = picture;
        return;
    }
    vec3 parted = vec3(
        IMG_NORM_PIXEL(inputImage, uv - unit * towards(red)).r,
        IMG_NORM_PIXEL(inputImage, uv - unit * towards(red + THIRD)).g,
        IMG_NORM_PIXEL(inputImage, uv - unit * towards(red - THIRD)).b);
    // Where a channel has come over a darker part it is light of its own: edges glow in clean
    // colours, and what is bright or flat is not raised.
    float share = 1.6 * overlay * min(pulse, 1.0);
    vec3 gained = max(parted - picture.rgb, 0.0);
    parted += share * gained * (1.0 - parted);
    // Partly with the brightness of the picture itself: faces keep their features, and ghosts of
    // snow and sky do not outshine what they fall on.
    vec3 weights = vec3(0.2126, 0.7152, 0.0722);
    float gain = (dot(picture.rgb, weights) + 0.06) / (dot(parted, weights) + 0.06);
    parted *= mix(1.0, clamp(gain, 0.4, 1.5), 0.6 * min(2.0 * pulse, 1.0));
    gl_FragColor = vec4(min(parted, 1.0), picture.a);
}
