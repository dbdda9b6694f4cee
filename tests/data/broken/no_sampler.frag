precision mediump float;
uniform float u_time;
uniform vec2 u_resolution;
void main() {
    gl_FragColor = texture2D(u_time, gl_FragCoord.xy);
}
