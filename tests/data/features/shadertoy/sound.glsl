// Title: Sound
// The spectrum in the lower half, the waveform in the upper one; every eighth texel of each.
// iChannel0: sound
void mainImage(out vec4 fragColor, in vec2 fragCoord) {
    float texel = floor(fragCoord.x) * 8.0;
    float row = fragCoord.y < iResolution.y * 0.5 ? 0.25 : 0.75;
    vec4 seen = texture(iChannel0, vec2((texel + 0.5) / 512.0, row));
    fragColor = vec4(seen.x, seen.y + seen.z, seen.w, 1.0);
}
