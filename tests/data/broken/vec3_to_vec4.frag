precision mediump float;
uniform float u_time;
uniform vec2 u_resolution;
uniform sampler2D u_texture;
void main() {
    vec4 color = texture2D(u_texture, gl_FragCoord.xy).rgb;
    gl_FragColor = color;
}
