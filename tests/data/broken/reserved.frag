precision mediump float;
uniform float u_time;
uniform vec2 u_resolution;
void main() {
    float out = u_time;
    gl_FragColor = vec4(out);
}
