/*{"DESCRIPTION": "A cube that nobody can set shows the photo",
  "INPUTS": [{"NAME": "room", "TYPE": "cube"}]}*/

void main() {
    gl_FragColor = IMG_NORM_PIXEL(room, vec3(isf_FragNormCoord - 0.5, 0.2)).bbba;
}
