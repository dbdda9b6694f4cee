// Author: TOQIBOX Render
// License: MIT
uniform float bend; // = 0.5
uniform ivec2 tiles; // = ivec2(8, 4)
uniform bool reverse; // = false
uniform vec3 tint /* = vec3(0.2, 0.4, 0.6) */;
uniform vec4 paper; // = vec4(1.0)
uniform int kind; // = 0

vec4 transition(vec2 uv) {
    vec4 from = getFromColor(uv);
    vec4 to = getToColor(uv);
    int column = int(gl_FragCoord.x);
    if (column == 0) return vec4(progress, ratio * 9.0 / 255.0, floor(_uv.y * 36.0) / 255.0, 1.0);
    if (column == 1) return vec4(float(tiles.x) / 255.0, float(tiles.y) / 255.0, bend * 0.4, reverse ? 0.0 : 1.0);
    if (column == 2) return vec4(tint, paper.a);
    return mix(from, to, progress);
}
