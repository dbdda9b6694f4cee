// Title: Noise
// Red: the noise. Green: its second component is the first one, moved. Blue: the volume.
// iChannel0: noise 64 rgba (nearest)
// iChannel1: volume gray (nearest)
// iChannel2: noise 8 gray (nearest)
void mainImage(out vec4 fragColor, in vec2 fragCoord) {
    ivec2 at = ivec2(fragCoord);
    vec4 here = texelFetch(iChannel0, at, 0);
    vec4 there = texelFetch(iChannel0, (at + ivec2(27, 17)) % 64, 0);
    float moved = here.g == there.r && here.a == there.b ? 0.8 : 0.0;
    float turned = texture(iChannel2, (fragCoord + 8.0) / 8.0).r;
    bool same = turned == texelFetch(iChannel2, at % 8, 0).r;
    float deep = texelFetch(iChannel1, ivec3(at.x % 32, at.y, 1), 0).r;
    fragColor = vec4(here.r, same ? moved : 0.0, deep, 1.0);
}
