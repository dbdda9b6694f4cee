precision mediump float;
uniform float u_time;
uniform vec2 u_resolution;
void main() {
    float sum = 0.0;
    for (i = 0; i < 4; i++) sum += u_time;
    gl_FragColor = vec4(sum);
}
