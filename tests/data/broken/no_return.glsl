float wave(float x) {
    float y = sin(x);
}
void mainImage(out vec4 fragColor, in vec2 fragCoord) {
    fragColor = vec4(wave(iTime));
}
