// Title: Unwritten
// What a pass does not write is opaque black, in a buffer and in the picture.

// Pass: Buffer A
void mainImage(out vec4 fragColor, in vec2 fragCoord) {
    if (fragCoord.x > 32.0) fragColor.g = 0.4;
}

// Pass: Image
// iChannel0: buffer A
void mainImage(out vec4 fragColor, in vec2 fragCoord) {
    fragColor.rg += texelFetch(iChannel0, ivec2(fragCoord), 0).ag * 0.6;
}
