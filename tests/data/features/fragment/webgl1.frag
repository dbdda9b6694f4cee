// GLSL ES 1.00 as The Book of Shaders writes it: sizes, time, a varying, texture2D.
#ifdef GL_ES
precision mediump float;
#endif

uniform vec2 u_resolution;
uniform vec2 u_mouse;
uniform float u_time;
uniform sampler2D u_tex0;
uniform vec2 u_tex0Resolution;
varying vec2 v_texcoord;

float square(const in float x) { return x * x; }

void main() {
    float column = floor(gl_FragCoord.x);
    vec4 color = texture2D(u_tex0, v_texcoord);
    if (column == 0.0) color = vec4(u_resolution, u_tex0Resolution) / 255.0;
    if (column == 1.0) color = vec4(u_time * 10.0, u_mouse, square(5.0)) / 255.0;
    if (column == 2.0) color = vec4(floor(v_texcoord * vec2(64.0, 36.0)) / 255.0, 0.0, 1.0);
    gl_FragColor = color;
}
