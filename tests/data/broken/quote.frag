precision mediump float;
uniform float u_time;
uniform vec2 u_resolution;
void main() {
    float x = 'a';
    gl_FragColor = vec4(x);
}
