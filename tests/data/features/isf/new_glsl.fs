/*{"PASSES": [{"TARGET": "coded", "FLOAT": true}, {}]}*/
#version 450

out vec4 my_color;

uint twice(uint x) { return x * 2; }

void main() {
    if (PASSINDEX == 0) my_color = vec4(uintBitsToFloat(packHalf2x16(vec2(0.25, 0.5))));
    else {
        uint bits = floatBitsToUint(texelFetch(coded, ivec2(gl_FragCoord.xy), 0).r);
        float values[] = { 0.2, 0.4 };
        my_color = vec4(unpackHalf2x16(bits) * 0.8, values[1], twice(51) / 102);
    }
}
