// What was drawn in the frame before, in the way of GLSL Sandbox.
uniform sampler2D backbuffer;
uniform vec2 resolution;

void main() {
    vec4 last = texture2D(backbuffer, gl_FragCoord.xy / resolution);
    vec4 beside = texture2D(backbuffer, (gl_FragCoord.xy - vec2(1.0, 0.0)) / resolution);
    gl_FragColor = vec4(last.r + 1.0 / 255.0, beside.r, floor(gl_FragCoord.x) / 255.0, 1.0);
}
