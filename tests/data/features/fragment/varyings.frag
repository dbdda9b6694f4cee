#version 330
// What a vertex shader of the author's own would have told.
in VertexData {
    vec4 v_position;
    vec3 v_normal;
    vec2 v_texcoord;
} inData;
in vec2 texCoord;
in vec4 vColor;
in vec3 v_pos;
out vec4 fragColor;

void main() {
    vec2 pixels = vec2(64.0, 36.0);
    int column = int(gl_FragCoord.x);
    fragColor = floor(vec4(inData.v_texcoord * pixels, texCoord * pixels)) / 255.0;
    if (column == 1) fragColor = vec4(inData.v_normal.z, vColor.rgb);
    if (column == 2) fragColor = floor(vec4((inData.v_position.xy * 0.5 + 0.5) * pixels, (v_pos.xy * 0.5 + 0.5) * pixels)) / 255.0;
}
