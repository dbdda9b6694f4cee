/*{"ISFVSN": "2", "CREDIT": "test", "LICENSE": "MIT",
"INPUTS": [{"NAME": "inputImage", "TYPE": "image"},
           {"NAME": "speed", "TYPE": "float"}]}*/
varying vec2 corner;
void main() {
    gl_FragColor = IMG_NORM_PIXEL(inputImage, corner);
}
