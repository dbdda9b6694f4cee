// A picture of the author's own says where it begins.
uniform sampler2D luma;
uniform float length; // = 0.2

vec4 transition(vec2 p) {
    return gl_FragCoord.x < 1.0 ? texture2D(luma, p) : vec4(length, progress, 0.0, 1.0);
}
