void mainImage(out vec4 fragColor, in vec2 fragCoord) {
    vec2 uv = fragCoord / iResolution.xy;
    float glow = 0.5;
    float glow = 1.0;
    fragColor = vec4(uv, glow, 1.0);
}
