// Title: Uniforms
// Each uniform as a grey of its own, two columns each.
// iChannel0: photo
// iChannel1: sound
// iChannel2: keyboard
// iChannel3: none
void mainImage(out vec4 fragColor, in vec2 fragCoord) {
    float seen[21] = float[](
        iTime * 100.0, iTimeDelta * 100.0, float(iFrame), iFrameRate,
        dot(abs(iMouse), vec4(1.0)), iDate.x / 20.0, iDate.y * 10.0 + 5.0, iDate.z * 30.0,
        iDate.w * 100.0, iSampleRate / 441.0, iResolution.x, iResolution.y, iResolution.z * 50.0,
        iChannelResolution[0].x, iChannelResolution[0].y, iChannelResolution[1].x / 4.0,
        iChannelResolution[1].y * 9.0, iChannelResolution[2].x / 4.0 + iChannelResolution[2].y,
        iChannelTime[1] * 100.0, iChannelTime[0] * 100.0,
        iChannelResolution[3].x + iChannelResolution[3].z + texture(iChannel3, vec2(0.5)).x
    );
    int column = int(fragCoord.x) / 2;
    fragColor = vec4(vec3(column < 21 ? seen[column] : 0.0) / 255.0, 1.0);
}
