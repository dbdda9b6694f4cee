// An editor's player: its lines, with a main.
#iChannel0 "file://picture.png"
#iChannel1 "self"
#iChannel2 "file://sky_{}.jpg"
#iUniform float amount = 0.4 in { 0.0, 2.0 } step 0.1
#iUniform color3 tint = color3(0.2, 0.4, 0.6)
void main() {
    vec2 uv = gl_FragCoord.xy / iResolution.xy;
    if (uv.x < 0.25) gl_FragColor = texture2D(iChannel0, uv);
    else if (uv.x < 0.5) gl_FragColor = texture2D(iChannel1, uv) + vec4(1.0 / 255.0, 0.0, 0.0, 1.0);
    else if (uv.x < 0.75) gl_FragColor = vec4(tint, amount);
    else gl_FragColor = vec4(textureCube(iChannel2, vec3(0.0, 0.0, 1.0)).b, 0.0, 0.0, 1.0);
}
