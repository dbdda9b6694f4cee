/*{"INPUTS": [], "PASSES": [{"TARGET": "wide", "WIDTH": "$SAFE_WIDTH / 2", "HEIGHT": "$SAFE_HEIGHT / 2"}, {}]}*/
#ifndef SAFE_AREA
#define SAFE_AREA vec4(1.0)
#endif

void main() {
    if (PASSINDEX == 0) gl_FragColor = vec4(1.0);
    else gl_FragColor = gl_FragCoord.x < 1.0 ? SAFE_AREA : vec4(IMG_SIZE(wide) / 255.0, 0.0, 1.0);
}
