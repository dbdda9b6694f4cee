"""The TEXT_ functions, with which our shaders read the texture of a text input.

The texture is described in server/typography/glyph_texture.py.
"""

SOURCE = """\
ivec2 isf_textNumbers(sampler2D s, int at) {
    vec4 v = floor(texelFetch(s, ivec2(at, textureSize(s, 0).y - 1), 0) * 255.0 + 0.5);
    return ivec2(v.xz * 256.0 + v.yw);
}
int TEXT_LINES(sampler2D s) { return isf_textNumbers(s, 0).x; }
bool TEXT_RTL(sampler2D s) { return (isf_textNumbers(s, 0).y & 1) != 0; }
float TEXT_EM(sampler2D s) { return float(isf_textNumbers(s, 1).x) / 256.0; }
float TEXT_CAPS(sampler2D s) { return float(isf_textNumbers(s, 5).x) / 256.0; }
vec2 TEXT_FRAME(sampler2D s) { return vec2(isf_textNumbers(s, 8)); }
vec2 TEXT_SIZE(sampler2D s) { return vec2(textureSize(s, 0).x, isf_textNumbers(s, 7).x); }
vec4 TEXT_INK(sampler2D s) { return vec4(isf_textNumbers(s, 2), isf_textNumbers(s, 3)); }
vec2 TEXT_BASELINES(sampler2D s) { return vec2(isf_textNumbers(s, 4)); }
bool isf_textHas(vec2 p, vec2 size) {
    return all(greaterThan(p, vec2(0.0))) && all(lessThan(p, size));
}
vec4 TEXT_MASK(sampler2D s, vec2 p) {
    if (!isf_textHas(p, TEXT_SIZE(s))) return vec4(0.0);
    vec4 mask = texture(s, p / vec2(textureSize(s, 0)));
    float line = texelFetch(s, ivec2(p), 0).a;
    return vec4(mask.rgb, floor(line * 255.0 + 0.5) - 1.0);
}
vec4 TEXT_EMOJI(sampler2D s, vec2 p) {
    vec2 size = TEXT_SIZE(s);
    if ((isf_textNumbers(s, 0).y & 2) == 0 || !isf_textHas(p, size)) return vec4(0.0);
    return texture(s, (p + vec2(0.0, size.y)) / vec2(textureSize(s, 0)));
}
float TEXT_AWAY(sampler2D s, float edge) {
    float reach = float(isf_textNumbers(s, 1).y) / 256.0;
    return reach + 1.0 - edge * (reach + 2.0);
}
vec4 TEXT_DRAW(sampler2D s, vec2 p, vec4 fill, vec4 outline, float width) {
    vec4 mask = TEXT_MASK(s, p);
    float rim = width > 0.0 ? clamp(width - TEXT_AWAY(s, mask.g) + 0.5, 0.0, 1.0) : 0.0;
    vec4 color = vec4(outline.rgb, 1.0) * outline.a * rim;
    color = mix(color, vec4(fill.rgb, 1.0) * fill.a, mask.r);
    vec4 emoji = TEXT_EMOJI(s, p) * fill.a;
    return emoji + color * (1.0 - emoji.a);
}
int TEXT_CELLS(sampler2D s) { return isf_textNumbers(s, 6).x; }
float TEXT_ADVANCE(sampler2D s, int cell) { return float(isf_textNumbers(s, 9 + cell).x) / 256.0; }
vec4 TEXT_CELL(sampler2D s, int cell, vec2 p) {
    float pitch = float(isf_textNumbers(s, 6).y);
    if (cell < 0 || cell >= TEXT_CELLS(s) || abs(p.x) * 2.0 >= pitch) return vec4(0.0);
    return TEXT_MASK(s, p + vec2((float(cell) + 0.5) * pitch, TEXT_BASELINES(s).x));
}
"""
