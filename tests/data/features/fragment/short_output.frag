#version 330
// An output without alpha is opaque; what is discarded is not there.
out vec3 rgb;

void main() {
    if (gl_FragCoord.x > 32.0) discard;
    rgb = vec3(0.2, 0.4, 0.6);
}
