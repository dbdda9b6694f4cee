precision mediump float;
uniform float u_time;
uniform vec2 u_resolution;
void main() {
    float stripe = gl_FragCoord.x % 2.0;
    gl_FragColor = vec4(stripe);
}
