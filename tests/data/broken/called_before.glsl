void mainImage(out vec4 fragColor, in vec2 fragCoord) {
    fragColor = vec4(wave(iTime));
}
float wave(float x) { return sin(x); }
