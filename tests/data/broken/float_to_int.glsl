void mainImage(out vec4 fragColor, in vec2 fragCoord) {
    int count = 1.5 * iTime;
    fragColor = vec4(float(count));
}
