/*{
    "ISFVSN": "2",
    "VSN": "1",
    "TITLE": "RGB",
    "DESCRIPTION": "Red, green and blue part in three directions on every kick and slide over each other again.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "PREMIUM": true,
    "CATEGORIES": ["Filter", "Beat", "Colour"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "kick", "LABEL": "Kick", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "kick.pulse", "decay": 0.25}},
        {"NAME": "amount", "LABEL": "Amount", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 1.0, "IDENTITY": 0.0},
        {"NAME": "distance", "LABEL": "Distance", "TYPE": "float", "MIN": 0.0, "MAX": 0.15, "DEFAULT": 0.03, "IDENTITY": 0.0},
        {"NAME": "angle", "LABEL": "Turn of the directions, degrees", "TYPE": "float", "MIN": -90.0, "MAX": 90.0, "DEFAULT": 0.0},
        {"NAME": "overlay", "LABEL": "Lay over the picture", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.35, "IDENTITY": 0.0}
    ]
}*/

const float THIRD = 2.0943951; // of a turn, in radians

vec2 towards(float direction) {
    return vec2(cos(direction), sin(direction));
}

void main() {
    float far = amount * kick * distance;
    vec2 unit = far * min(RENDERSIZE.x, RENDERSIZE.y) / RENDERSIZE;
    // As much closer as the channels go aside: none of them shows the picture's edge.
    vec2 uv = isf_FragNormCoord + (0.5 - isf_FragNormCoord) * 2.0 * unit;
    float red = radians(angle); // to the right
    vec4 picture = IMG_NORM_PIXEL(inputImage, uv);
    vec3 parted = vec3(
        IMG_NORM_PIXEL(inputImage, uv - unit * towards(red)).r,
        IMG_NORM_PIXEL(inputImage, uv - unit * towards(red + THIRD)).g,
        IMG_NORM_PIXEL(inputImage, uv - unit * towards(red - THIRD)).b);
    gl_FragColor = vec4(mix(parted, max(parted, picture.rgb), overlay), picture.a);
}
