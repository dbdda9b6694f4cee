/*{"INPUTS": [{"NAME": "inputImage", "TYPE": "image"},
    {"NAME": "wide", "TYPE": "float", "DEFAULT": 0.5}]}*/

#if __VERSION__ <= 120
varying vec2 right_coord;
varying vec4 corner;
#else
in vec2 right_coord;
in vec4 corner;
#endif

void main() {
    gl_FragColor = vec4(right_coord.x * 64.0 / 255.0, corner.gb, 1.0);
}
