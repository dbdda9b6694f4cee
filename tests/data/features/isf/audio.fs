/*{"INPUTS": [{"NAME": "wave", "TYPE": "audio", "MAX": 64}, {"NAME": "bars", "TYPE": "audioFFT", "MAX": 4}]}*/

void main() {
    if (gl_FragCoord.x < 32.0) gl_FragColor = vec4(IMG_SIZE(wave), IMG_SIZE(bars)) / 255.0;
    else {
        vec4 a = IMG_NORM_PIXEL(wave, vec2(0.3)), b = IMG_NORM_PIXEL(bars, vec2(0.1, 0.25));
        gl_FragColor = vec4(a.r == a.g && a.g == a.b, b.r == b.g && b.g == b.b, b.r > 0.0, a.a);
    }
}
