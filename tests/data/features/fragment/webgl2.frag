#version 300 es
// GLSL ES 3.00: its own output and input, whole numbers, texelFetch.
precision highp float;
precision highp int;
uniform float iTime;
uniform vec3 iResolution;
uniform int iFrame;
uniform sampler2D image;
in vec2 vUv;
out vec4 fragColor;

void main() {
    ivec2 place = ivec2(gl_FragCoord.xy);
    uint bits = uint(place.x) << 2u;
    fragColor = texelFetch(image, place, 0);
    if (place.x == 0) fragColor = vec4(iResolution, float(iFrame)) / 255.0;
    if (place.x == 1) fragColor = vec4(float(bits), iTime * 10.0, float(textureSize(image, 0).x), 255.0) / 255.0;
    if (place.x == 2) fragColor = vec4(floor(vUv * vec2(64.0, 36.0)), 0.0, 255.0) / 255.0;
}
