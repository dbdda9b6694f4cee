/*{"DESCRIPTION": "FLOAT keeps what 8 bits clamp and round",
  "PASSES": [{"TARGET": "fine", "FLOAT": 1}, {"TARGET": "coarse"}, {}]}*/

void main() {
    if (PASSINDEX < 2) gl_FragColor = vec4(-1.0, 3.0, 0.4 / 255.0, 1.0);
    else {
        vec4 a = IMG_THIS_PIXEL(fine), b = IMG_THIS_PIXEL(coarse);
        gl_FragColor = gl_FragCoord.x < 32.0
            ? vec4(a.r + 1.2, a.g - 2.6, a.b * 100.0, 1.0)
            : vec4(b.r + 0.2, b.g - 0.6, b.b * 100.0, 1.0);
    }
}
