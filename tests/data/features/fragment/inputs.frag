// Title: Every input
// Author: TOQIBOX Render
// License: MIT
// Categories: Test, Inputs
uniform float amount; // = 0.2 [0.1, 0.4] How much
uniform float half_way;
uniform int count; // = 3
uniform bool on; // = true
uniform vec2 place; // = vec2(0.2, 0.4)
uniform vec3 tint /* = vec3(0.2, 0.4, 0.6) */;
uniform vec4 paper; // = vec4(1.0, 0.8, 0.6, 0.4)
uniform ivec2 tiles; // = ivec2(8, 4)
uniform uint bits; // = 5
uniform float first = 0.4, second = 0.6;

void main() {
    int column = int(gl_FragCoord.x);
    vec4 color = vec4(0.0);
    if (column == 0) color = vec4(amount, half_way * 0.4, float(count) / 255.0, on ? 1.0 : 0.0);
    if (column == 1) color = vec4(place, tiles) / vec4(1.0, 1.0, 255.0, 255.0);
    if (column == 2) color = vec4(tint, 1.0);
    if (column == 3) color = paper;
    if (column == 4) color = vec4(float(bits) / 255.0, first, second, 1.0);
    gl_FragColor = color;
}
