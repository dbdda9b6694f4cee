/*{"INPUTS": [
    {"NAME": "levels", "TYPE": "audioFFT", "SCALE": "track"},
    {"NAME": "few", "TYPE": "audioFFT", "SCALE": "track", "MAX": 3},
    {"NAME": "history", "TYPE": "audioHistory", "SCALE": "track", "PAST": 0.5, "FUTURE": 0.5, "MAX": 200}
]}*/

void main() {
    int part = int(gl_FragCoord.x) / 16;
    int band = int(gl_FragCoord.y) * 2;
    if (part == 0) gl_FragColor = vec4(IMG_SIZE(levels), IMG_SIZE(history)) / 255.0;
    else if (part == 1) gl_FragColor = vec4(texelFetch(levels, ivec2(band, 0), 0).r, texelFetch(levels, ivec2(band, 1), 0).r, 0.0, 1.0);
    else if (part == 2) gl_FragColor = vec4(texelFetch(history, ivec2(30, band), 0).r, texelFetch(history, ivec2(31, band), 0).r, 0.0, 1.0);
    else gl_FragColor = vec4(texelFetch(few, ivec2(1, 0), 0).rgb, 1.0);
}
