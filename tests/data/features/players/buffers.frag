// Two buffers, one of which reads the other, and one that reads what it drew before.
uniform sampler2D u_buffer0;
uniform sampler2D u_buffer1;
uniform sampler2D u_doubleBuffer0;
uniform vec2 u_resolution;
uniform int u_frame;
void main() {
    vec2 st = gl_FragCoord.xy / u_resolution;
#ifdef BUFFER_0
    gl_FragColor = vec4(float(u_frame) / 255.0, 0.0, 0.0, 1.0);
#elif defined(BUFFER_1)
    gl_FragColor = texture2D(u_buffer0, st) + vec4(0.0, 0.2, 0.0, 0.0);
#elif defined(DOUBLE_BUFFER_0) && !defined(NOTHING)
    gl_FragColor = texture2D(u_doubleBuffer0, st) + vec4(0.0, 0.0, 1.0 / 255.0, 1.0);
#else
    gl_FragColor = st.x < 0.5 ? texture2D(u_buffer1, st) : texture2D(u_doubleBuffer0, st);
#endif
}
