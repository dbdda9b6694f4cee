/*{"ISFVSN": "2", "CREDIT": "test", "LICENSE": "MIT",
"INPUTS": [{"NAME": "inputImage", "TYPE": "image"},
           {"NAME": "pulse", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "BIND": "kick"}],
"PASSES": [{"TARGET": "trail", "PERSISTENT": true, "FLOAT": true}, {}]}*/
void main() {
    vec4 before = IMG_THIS_PIXEL(trail);
    vec4 now = IMG_THIS_PIXEL(inputImage) * (0.5 + 0.5 * pulse);
    gl_FragColor = PASSINDEX == 0 ? mix(before, now, 0.2) : vec4(before.rgb, 1.0);
}
