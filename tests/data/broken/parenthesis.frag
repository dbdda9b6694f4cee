precision mediump float;
uniform float u_time;
uniform vec2 u_resolution;
void main() {
    float x = sin(u_time * (2.0 + 1.0);
    gl_FragColor = vec4(x);
}
