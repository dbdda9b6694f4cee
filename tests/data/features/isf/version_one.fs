/*{"PERSISTENT_BUFFERS": {"sum": {"WIDTH": "$WIDTH/2", "FLOAT": true}},
  "PASSES": [{"TARGET": "sum"}, {}]}*/

varying vec2 middle;

void main() {
    if (PASSINDEX == 0) gl_FragColor = IMG_THIS_PIXEL(sum) + vec4(0.5) / 255.0;
    else gl_FragColor = vec4(IMG_NORM_PIXEL(sum, vv_FragNormCoord).r * 2.0, middle * 0.4, 1.0);
}
