// What the pass drew before, a cube by a line of its own, sampled as lines say.
#iChannel0 "self"
#iChannel1::Type "CubeMap"
#iChannel2 "file://picture.png"
#iChannel2::MagFilter "Nearest"
#iChannel2::WrapMode "Clamp"
void mainImage(out vec4 fragColor, in vec2 fragCoord) {
    vec2 uv = fragCoord / iResolution.xy;
    if (uv.x < 0.25) fragColor = texture(iChannel0, uv) + 1.0 / 255.0;
    else if (uv.x < 0.5) fragColor = vec4(texture(iChannel1, vec3(0.0, 0.0, 1.0)).b);
    else fragColor = texture(iChannel2, uv + 0.003);
}
