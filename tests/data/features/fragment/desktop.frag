#version 410 core
/* Desktop GLSL: an output at its place, an extension in the middle, uniforms of
   hosts that declare them for the author. */
layout(location = 0) out vec4 color;
layout(location = 1) out vec4 nowhere;

const float steps[3] = float[](10.0, 20.0, 30.0);
#extension GL_ARB_shading_language_packing : enable

void main() {
    int column = int(gl_FragCoord.x);
    nowhere = vec4(1.0);
    color = vec4(steps[min(column, 2)], iTime * 20.0, iResolution.xy) / 255.0;
}
