/*{"INPUTS": [{"NAME": "inputImage", "TYPE": "image"}]}*/
#version 120
#extension GL_OES_standard_derivatives : enable
precision highp float;
uniform vec2 RENDERSIZE;
uniform sampler2D inputImage;
varying vec2 isf_FragNormCoord;

float min(float a, float b, float c) { return min(a, min(b, c)); }

float smooth(float sample, float precision) {
    float buffer = sample, half = precision, common = half;
    return buffer * common;
}

#define ONE 2.0
#define ONE 1.0

void main() {
    vec4 rect = texture2DRect(inputImage, gl_FragCoord.xy);
    vec4 flat = texture2D(inputImage, isf_FragNormCoord, 0.0);
    float least = min(rect.r, flat.r, max(ONE, 0.0)) * smooth(1.0, 1.0);
    gl_FragData[0] = vec4(least, flat.g, texture2DLod(inputImage, vec2(0.9), 0.0).b, ONE);
}
