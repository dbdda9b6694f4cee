precision mediump float;
uniform float u_time;
uniform vec2 u_resolution;
void main() {
    if (u_time > 1.0);
    else { gl_FragColor = vec4(1.0); }
    else { gl_FragColor = vec4(0.0); }
}
