// Draws only what is around the bar and its times.
void main() {
    isf_vertShaderInit();
    float unit = min(RENDERSIZE.x, RENDERSIZE.y);
    float reach = 8.0 * max(thickness * unit, 1.5) + 2.0;
    float words = times > 0 ? 2.0 * TEXT_EM(digits) : 0.0;
    float beside = margin * unit - reach - 1.0;
    vec2 low = vec2(beside, base * unit - reach - words);
    vec2 high = vec2(RENDERSIZE.x - beside, base * unit + reach + words);
    isf_FragNormCoord = mix(low, high, isf_FragNormCoord) / RENDERSIZE;
    gl_Position = vec4(isf_FragNormCoord * 2.0 - 1.0, 0.0, 1.0);
}
