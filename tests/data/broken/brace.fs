/*{"ISFVSN": "2", "CREDIT": "test", "LICENSE": "MIT",
"INPUTS": [{"NAME": "inputImage", "TYPE": "image"},
           {"NAME": "speed", "TYPE": "float"}]}*/
void main() {
    if (speed > 0.5) {
        gl_FragColor = vec4(1.0);
    gl_FragColor.a = 1.0;
}
