/*{"IMPORTED": {"quarters": {"PATH": "pictures/quarters.png"}}}*/

void main() {
    gl_FragColor = IMG_NORM_PIXEL(quarters, isf_FragNormCoord);
}
