// No alpha is ever written.
void main() {
    gl_FragColor.rgb = vec3(0.2, 0.4, 0.6);
    gl_FragColor.r *= 2.0;
}
