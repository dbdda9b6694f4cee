// Pictures that are read by pixel: by old and new names, in a function, by a varying in pixels.
#version 150
#extension GL_ARB_texture_rectangle : enable
uniform sampler2DRect tex0;
uniform vec2 resolution;
in vec2 texCoordVarying;
out vec4 color;
vec4 look(sampler2DRect picture, vec2 p) { return texture(picture, p); }
void main() {
    vec2 p = gl_FragCoord.xy;
    color = texture2DRect(tex0, vec2(resolution.x - p.x, p.y));
    if (p.x < 1.0) color = look(tex0, p);
    else if (p.x < 2.0) color = texelFetch(tex0, ivec2(p));
    else if (p.x < 3.0) color = texture(tex0, texCoordVarying);
    else if (p.x < 4.0) color = vec4(vec2(textureSize(tex0)) / 255.0, 0.0, 1.0);
}
