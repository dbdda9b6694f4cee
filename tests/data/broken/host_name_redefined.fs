/*{"ISFVSN": "2", "CREDIT": "test", "LICENSE": "MIT",
"INPUTS": [{"NAME": "inputImage", "TYPE": "image"},
           {"NAME": "speed", "TYPE": "float"}]}*/
float TIME = 1.0;
void main() {
    gl_FragColor = vec4(TIME);
}
