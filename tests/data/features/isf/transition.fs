/*{"INPUTS": [{"NAME": "progress", "TYPE": "float", "MIN": 0, "MAX": 1, "DEFAULT": 0},
    {"NAME": "endImage", "TYPE": "image"}, {"NAME": "startImage", "TYPE": "image"},
    {"NAME": "at", "TYPE": "float", "DEFAULT": 1.0}]}*/

void main() {
    gl_FragColor = mix(IMG_THIS_PIXEL(startImage), IMG_THIS_PIXEL(endImage), progress * at);
}
