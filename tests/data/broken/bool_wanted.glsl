void mainImage(out vec4 fragColor, in vec2 fragCoord) {
    float x = fragCoord.x;
    if (x = 1.0) x = 2.0;
    fragColor = vec4(x);
}
