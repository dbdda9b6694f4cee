/*{"ISFVSN": "2", "CREDIT": "test", "LICENSE": "MIT",
"INPUTS": [{"NAME": "inputImage", "TYPE": "image"},
           {"NAME": "speed", "TYPE": "float"}]}*/
void main() {
    vec4 color = IMG_THIS_PIXEL(inputImage);
    gl_FragColor = color * brightness;
}
