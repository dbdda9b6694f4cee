precision mediump float;
uniform float u_time;
uniform vec2 u_resolution;
void tint(float x) { }
void main() {
    float x = tint(u_time);
    gl_FragColor = vec4(x);
}
