precision mediump float;
uniform float u_time;
uniform vec2 u_resolution;
#defin SPEED 2.0
void main() {
    gl_FragColor = vec4(u_time);
}
