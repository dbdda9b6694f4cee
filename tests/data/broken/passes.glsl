// Pass: Common
float shared_wave(float x) { return sin(x) + twist; }
// Pass: Buffer A
void mainImage(out vec4 fragColor, in vec2 fragCoord) {
    fragColor = vec4(shared_wave(iTime));
}
// Pass: Image
// iChannel0: buffer A
void mainImage(out vec4 fragColor, in vec2 fragCoord) {
    fragColor = texelFetch(iChannel0, ivec2(fragCoord), 0);
}
