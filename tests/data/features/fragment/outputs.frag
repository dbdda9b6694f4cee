// Both ways of writing a colour, of which the preprocessor leaves one.
#if __VERSION__ < 300
#define fragColor gl_FragColor
#else
out vec4 fragColor;
#endif

void main() {
    if (gl_FragCoord.x < 32.0)
        fragColor = vec4(0.2, 0.4, 0.6, 0.8);
    else
        gl_FragColor = vec4(0.4, 0.2, 0.0, 1.0);
}
