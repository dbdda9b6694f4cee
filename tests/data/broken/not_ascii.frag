precision mediump float;
uniform float u_time;
uniform vec2 u_resolution;
void main() {
    gl_FragColor = vec4(u_time × 2.0);
}
