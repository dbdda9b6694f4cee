/*{"DESCRIPTION": "A pass without a target that is not the last draws to nowhere",
  "PASSES": [{}, {"TARGET": "a"}, {}, {}]}*/

void main() {
    if (PASSINDEX == 1) gl_FragColor = vec4(0.2);
    else if (PASSINDEX == 3) gl_FragColor = IMG_THIS_PIXEL(a) + vec4(0.0, 0.2, 0.0, 0.8);
    else gl_FragColor = vec4(1.0);
}
