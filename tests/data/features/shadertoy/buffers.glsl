// Title: Buffers
// What a buffer reads of itself and of a later one is last frame's; of an earlier one, this one's.

// Pass: Common
vec4 at(sampler2D buffer, vec2 p) { return texelFetch(buffer, ivec2(p), 0); }

// Pass: Buffer A
// iChannel0: buffer A (nearest)
// iChannel1: buffer B (nearest)
void mainImage(out vec4 fragColor, in vec2 fragCoord) {
    float count = at(iChannel0, fragCoord).r + 1.0;
    fragColor = vec4(count, at(iChannel1, fragCoord).r, at(iChannel0, fragCoord).a, 0.2);
}

// Pass: Buffer B
// iChannel0: buffer A (nearest)
void mainImage(out vec4 fragColor, in vec2 fragCoord) {
    fragColor = vec4(at(iChannel0, fragCoord).r * 10.0, 0.0, 0.0, 0.0);
}

// Pass: Image
// iChannel0: buffer A
// iChannel1: buffer B
void mainImage(out vec4 fragColor, in vec2 fragCoord) {
    vec4 a = at(iChannel0, fragCoord);
    fragColor = vec4(a.r / 255.0, a.g / 255.0, at(iChannel1, fragCoord).r / 255.0, 0.0);
    if (fragCoord.x > 32.0) fragColor.rgb = vec3(a.ba, at(iChannel1, fragCoord).a);
}
