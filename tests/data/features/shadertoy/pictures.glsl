// Title: Pictures
// The photo upright, upside down, through its mipmaps, and repeated.
// iChannel0: photo (nearest, clamp)
// iChannel1: photo (nearest, clamp, flip)
// iChannel2: photo
// iChannel3: original
void mainImage(out vec4 fragColor, in vec2 fragCoord) {
    vec2 uv = fragCoord / iResolution.xy;
    vec2 inner = vec2(fract(uv.x * 4.0), uv.y);
    float middle = inner.x < 0.5 ? 0.25 : 0.75;
    int quarter = int(uv.x * 4.0);
    if (quarter == 0) fragColor = texture(iChannel0, inner);
    if (quarter == 1) fragColor = texture(iChannel1, inner);
    if (quarter == 2) fragColor = textureLod(iChannel2, vec2(middle, 0.3) + 3.0, 5.0);
    if (quarter == 3) fragColor = textureLod(iChannel3, inner - 2.0, 0.0);
}
