#ifndef SAFE_AREA
#define SAFE_AREA vec4(0.0)
#endif
// Draws only what is around the bar and its times.
void main() {
    isf_vertShaderInit();
    float unit = min(RENDERSIZE.x, RENDERSIZE.y);
    float reach = 8.0 * max(thickness * unit, 1.5) + 2.0;
    float words = times > 0 ? 2.0 * TEXT_EM(digits) : 0.0;
    vec2 beside = max(vec2(margin * unit), SAFE_AREA.xz * RENDERSIZE.x) - reach - 1.0;
    float middle = max(base * unit, SAFE_AREA.y * RENDERSIZE.y + 0.1 * unit * step(1e-4, SAFE_AREA.y));
    vec2 low = vec2(beside.x, middle - reach - words);
    vec2 high = vec2(RENDERSIZE.x - beside.y, middle + reach + words);
    isf_FragNormCoord = mix(low, high, isf_FragNormCoord) / RENDERSIZE;
    gl_Position = vec4(isf_FragNormCoord * 2.0 - 1.0, 0.0, 1.0);
}
