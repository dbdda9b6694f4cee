precision mediump float;
uniform float u_time;
uniform vec2 u_resolution;
#include "noise.glsl"
void main() {
    gl_FragColor = vec4(u_time);
}
