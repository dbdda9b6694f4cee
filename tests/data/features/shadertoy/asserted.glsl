// Title: Asserted
void mainImage(out vec4 fragColor, in vec2 fragCoord) {
    st_assert(fragCoord.x > 16.0);
    st_assert(fragCoord.x < 32.0, 1);
    st_assert(fragCoord.x < 48.0, 2);
    fragColor = vec4(0.4);
}
