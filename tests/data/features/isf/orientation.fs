/*{"INPUTS": [{"NAME": "inputImage", "TYPE": "image"}]}*/

void main() {
    vec2 way = isf_FragNormCoord;
    bool lower_left = gl_FragCoord.x < 32.0 && gl_FragCoord.y < 18.0;
    gl_FragColor = lower_left ? vec4(way.x < 0.5 && way.y < 0.5, 0.0, 0.0, 0.2)
                              : IMG_THIS_PIXEL(inputImage);
}
