precision mediump float;
uniform float u_time;
uniform vec2 u_resolution;
float level = 0.0;
level = 2.0;
void main() {
    gl_FragColor = vec4(level);
}
