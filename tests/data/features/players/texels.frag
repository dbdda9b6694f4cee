// One pixel as a share of a picture by its usual names, whatever the type; one with a default is an input.
uniform sampler2D tex0;
uniform vec2 texelSize;
uniform vec2 texOffset;
uniform vec4 tex0_TexelSize;
uniform float texelHeight;
uniform vec2 invResolution; // = vec2(0.4, 0.2)
void main() {
    float x = gl_FragCoord.x;
    if (x < 1.0) gl_FragColor = vec4(0.2 * texelSize * vec2(64.0, 36.0), texture2D(tex0, texelSize).r, 1.0);
    else if (x < 2.0) gl_FragColor = vec4(0.4 * texOffset * vec2(64.0, 36.0), 0.0, 1.0);
    else if (x < 3.0) gl_FragColor = vec4(tex0_TexelSize.zw / 255.0, tex0_TexelSize.x * 64.0, 1.0);
    else if (x < 4.0) gl_FragColor = vec4(texelHeight * 36.0, 0.0, 0.0, 1.0);
    else gl_FragColor = vec4(invResolution, 0.0, 1.0);
}
