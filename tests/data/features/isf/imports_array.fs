/*{"IMPORTED": [
    {"NAME": "quarters", "PATH": "./pictures/../pictures/quarters.png"},
    {"NAME": "ramp", "PATH": "pictures\/ramp.png"}]}*/

void main() {
    int column = int(gl_FragCoord.x);
    if (column == 0) gl_FragColor = IMG_NORM_PIXEL(ramp, vec2(0.25, 0.5));
    else if (column == 1) gl_FragColor = IMG_NORM_PIXEL(ramp, vec2(0.5, 0.5));
    else if (column == 2) gl_FragColor = IMG_NORM_PIXEL(ramp, vec2(-7.3, 0.5));
    else if (column == 3) gl_FragColor = IMG_NORM_PIXEL(ramp, vec2(7.3, 4.5));
    else if (column == 4) gl_FragColor = vec4(IMG_SIZE(ramp), IMG_SIZE(quarters)) / 255.0;
    else gl_FragColor = IMG_PIXEL(quarters, vec2(0.5, 1.5));
}
