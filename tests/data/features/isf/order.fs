/*{"DESCRIPTION": "Passes run in order; two of them share a target; a later one sees the new",
  "PASSES": [{"TARGET": "a"}, {"TARGET": "b"}, {"TARGET": "a"}, {}]}*/

void main() {
    if (PASSINDEX == 0) gl_FragColor = vec4(10.0) / 255.0;
    else if (PASSINDEX == 1) gl_FragColor = IMG_THIS_PIXEL(a) + vec4(20.0) / 255.0;
    else if (PASSINDEX == 2) gl_FragColor = IMG_THIS_PIXEL(a) + IMG_THIS_PIXEL(b);
    else gl_FragColor = vec4(IMG_THIS_PIXEL(a).r, IMG_THIS_PIXEL(b).r, float(PASSINDEX) / 255.0, 1.0);
}
