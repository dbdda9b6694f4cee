precision mediump float;
uniform float u_time;
uniform vec2 u_resolution;
void main() {
    int count = 4;
    float rows[count];
    rows[0] = u_time;
    gl_FragColor = vec4(rows[0]);
}
