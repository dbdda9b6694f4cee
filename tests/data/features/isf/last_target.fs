/*{"DESCRIPTION": "The last pass lands in the output, as large as that, whatever its target asks",
  "PASSES": [{"TARGET": "small", "WIDTH": 2, "HEIGHT": 2},
    {"TARGET": "trail", "PERSISTENT": true, "WIDTH": 3, "HEIGHT": 3}]}*/

void main() {
    if (PASSINDEX == 0) gl_FragColor = vec4(IMG_SIZE(trail), 0.0, 255.0) / 255.0;
    else gl_FragColor = vec4(IMG_THIS_PIXEL(trail).r + floor(gl_FragCoord.x) / 255.0,
                             IMG_THIS_PIXEL(small).rg, 1.0);
}
