/*{"ISFVSN": "2", "CREDIT": "test", "LICENSE": "MIT",
"INPUTS": [{"NAME": "inputImage", "TYPE": "image"},
           {"NAME": "speed", "TYPE": "float"}]}*/
void main() {
    vec2 uv = isf_FragNormCoord
    gl_FragColor = IMG_NORM_PIXEL(inputImage, uv);
}
