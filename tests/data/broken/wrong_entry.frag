precision mediump float;
uniform float u_time;
uniform vec2 u_resolution;
void mian() {
    gl_FragColor = vec4(u_time);
}
