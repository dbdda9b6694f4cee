#version 410 core
uniform float fGlobalTime; // in seconds
uniform vec2 v2Resolution;
uniform float fFrameTime;
uniform sampler1D texFFT;
uniform sampler1D texFFTSmoothed;
uniform sampler1D texFFTIntegrated;
uniform sampler2D texPreviousFrame;
uniform sampler2D texChecker;
layout(location = 0) out vec4 out_color;
float at(sampler1D line, float x) { return texture(line, x).r; }
void main() {
    vec2 uv = gl_FragCoord.xy / v2Resolution;
    float low = texelFetch(texFFT, 3, 0).r;
    if (uv.x < 0.5) out_color = vec4(step(0.02, low), step(low, 1.0), float(textureSize(texFFT, 0)) / 2048.0, 1.0);
    else if (uv.x < 0.75) out_color = vec4(at(texFFTIntegrated, 0.01), step(at(texFFT, 1.0), 0.5), 0.0, 1.0);
    else out_color = texture(texChecker, uv);
}
