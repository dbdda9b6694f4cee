/*{"DESCRIPTION": "Alpha is straight; what is not written is transparent black"}*/

void main() {
    if (gl_FragCoord.x < 16.0) gl_FragColor = vec4(1.0, 0.4, 0.0, 0.2);
    else if (gl_FragCoord.x < 32.0) gl_FragColor = vec4(1.0, 0.4, 0.0, 0.0);
    else if (gl_FragCoord.x < 48.0) discard;
}
