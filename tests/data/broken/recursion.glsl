float deep(float x) { return x < 1.0 ? x : deep(x - 1.0); }
void mainImage(out vec4 fragColor, in vec2 fragCoord) {
    fragColor = vec4(deep(iTime));
}
