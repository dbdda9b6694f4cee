// Title: Samplers
// One buffer read in four ways: red is 0 and 0.8 in turn, green rises by 4/255 a column.

// Pass: Buffer A
void mainImage(out vec4 fragColor, in vec2 fragCoord) {
    float column = floor(fragCoord.x);
    fragColor = vec4(mod(column, 2.0) * 0.8, column * 4.0 / 255.0, 0.0, 1.0);
}

// Pass: Image
// iChannel0: buffer A (nearest, repeat)
// iChannel1: buffer A
// iChannel2: buffer A (mipmap, mirror)
// iChannel3: buffer A (linear, repeat)
const float TEXEL = 1.0 / 64.0;

void mainImage(out vec4 fragColor, in vec2 fragCoord) {
    float y = 0.5;
    float beyond = 1.0 + 2.5 * TEXEL;
    int column = int(fragCoord.x) / 8;
    float seen = 0.0;
    if (column == 0) seen = textureLod(iChannel0, vec2(1.2 * TEXEL, y), 0.0).r;
    if (column == 1) seen = textureLod(iChannel1, vec2(1.0 * TEXEL, y), 0.0).r;
    if (column == 2) seen = textureLod(iChannel2, vec2(0.5, y), 4.0).r;
    if (column == 3) seen = textureLod(iChannel1, vec2(1.5 * TEXEL, y), 4.0).r;
    if (column == 4) seen = textureLod(iChannel0, vec2(beyond, y), 0.0).g;
    if (column == 5) seen = textureLod(iChannel1, vec2(beyond, y), 0.0).g;
    if (column == 6) seen = textureLod(iChannel2, vec2(beyond, y), 0.0).g;
    if (column == 7) seen = textureLod(iChannel3, vec2(beyond, y), 0.0).g;
    fragColor = vec4(vec3(seen), 1.0);
}
