// Names that the language has taken since.
uniform sampler2D texture;
uniform float input; // = 0.2
uniform float buffer; // = 0.4
uniform vec2 size;

float sample(float filter) { return filter * 1.5; }

void main() {
    vec2 uv = gl_FragCoord.xy / vec2(64.0, 36.0);
    gl_FragColor = gl_FragCoord.x < 32.0 ? vec4(input, buffer, sample(buffer), 1.0) : texture2D(texture, uv);
}
