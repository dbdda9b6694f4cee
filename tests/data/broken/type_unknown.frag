precision mediump float;
uniform float u_time;
uniform vec2 u_resolution;
void main() {
    vector3 color = vec3(u_time);
    gl_FragColor = vec4(color, 1.0);
}
