/*{"DESCRIPTION": "What is not persistent is gone with the frame, and starts clear",
  "PASSES": [{"TARGET": "sum"}, {"TARGET": "kept", "PERSISTENT": "yes"}, {}]}*/

void main() {
    if (PASSINDEX == 0) gl_FragColor = IMG_THIS_PIXEL(sum) + vec4(5.0) / 255.0;
    else if (PASSINDEX == 1) gl_FragColor = IMG_THIS_PIXEL(kept) + IMG_THIS_PIXEL(sum);
    else gl_FragColor = vec4(IMG_THIS_PIXEL(sum).ra, IMG_THIS_PIXEL(kept).ra);
}
