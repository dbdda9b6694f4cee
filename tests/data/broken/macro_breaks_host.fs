/*{"ISFVSN": "2", "CREDIT": "test", "LICENSE": "MIT",
"INPUTS": [{"NAME": "inputImage", "TYPE": "image"},
           {"NAME": "speed", "TYPE": "float"}]}*/
#define texture(a, b) nothing
void main() {
    gl_FragColor = texture(inputImage, isf_FragNormCoord);
}
