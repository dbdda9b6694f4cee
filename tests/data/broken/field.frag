precision mediump float;
uniform float u_time;
uniform vec2 u_resolution;
struct Ray { vec3 origin; };
void main() {
    Ray ray = Ray(vec3(u_time));
    gl_FragColor = vec4(ray.direction, 1.0);
}
