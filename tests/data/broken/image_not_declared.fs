/*{"ISFVSN": "2", "CREDIT": "test", "LICENSE": "MIT",
"INPUTS": [{"NAME": "inputImage", "TYPE": "image"},
           {"NAME": "speed", "TYPE": "float"}]}*/
void main() {
    gl_FragColor = IMG_NORM_PIXEL(backdrop, isf_FragNormCoord);
}
