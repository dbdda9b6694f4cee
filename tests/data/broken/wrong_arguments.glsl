float wave(vec2 p) { return sin(p.x); }
void mainImage(out vec4 fragColor, in vec2 fragCoord) {
    fragColor = vec4(wave(iTime));
}
