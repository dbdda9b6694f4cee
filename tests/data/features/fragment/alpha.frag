precision highp float;
// Straight alpha, as the author writes it.
uniform vec2 u_resolution;

void main(void) {
    float x = gl_FragCoord.x / u_resolution.x;
    gl_FragColor = x < 0.5 ? vec4(1.0, 0.4, 0.0, 0.2) : vec4(0.0);
}
