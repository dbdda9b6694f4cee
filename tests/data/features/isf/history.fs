/*{"INPUTS": [{"NAME": "history", "TYPE": "audioHistory", "PAST": 0.5, "FUTURE": 0.5, "MAX": 8}]}*/

void main() {
    int part = int(gl_FragCoord.x) / 16;
    vec4 now = texelFetch(history, ivec2(28 + part, 4), 0);
    gl_FragColor = part == 0 ? vec4(IMG_SIZE(history) / 255.0, 0.0, 1.0) : vec4(vec3(now.b), 1.0);
    if (gl_FragCoord.y > 30.0) gl_FragColor = vec4(step(0.1, now.r), now.g, now.a, 1.0);
}
