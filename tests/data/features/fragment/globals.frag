// Globals that begin as something that is no constant, which WebGL 2 refuses.
uniform float u_time;
uniform float frame;
uniform vec3 tint; // = vec3(0.2, 0.4, 0.8)
float doubled = 2.0 * u_time;
float next = frame + 1.0;
vec3 half_tint = 0.5 * tint;

void main() {
    gl_FragColor = vec4(doubled * 10.0 / 255.0, next / 255.0, half_tint.gb);
}
