// The output by its oldest name, and what stays unwritten: transparent black.
void main() {
    if (gl_FragCoord.x < 32.0) gl_FragData[0] = vec4(0.2, 0.4, 0.6, 0.4);
}
