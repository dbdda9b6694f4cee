precision mediump float;
uniform float u_time;
uniform vec2 u_resolution;
#define MIX2(a, b) mix(a, b, 0.5)
void main() {
    gl_FragColor = vec4(MIX2(u_time));
}
