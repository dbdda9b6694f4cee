#ifndef SAFE_AREA
#define SAFE_AREA vec4(0.0)
#endif
// The last pass is drawn where the columns, their light and their shade reach; above them there is
// nothing to see.
void main() {
    isf_vertShaderInit();
    if (PASSINDEX < 4 || axis != 0 || line > 0.6) return;
    float at = mix(max(SAFE_AREA.y + 0.02, 0.04), 1.0 - max(SAFE_AREA.w, 0.04), line);
    float most = height * min(1.0, 1.4 * RENDERSIZE.x / RENDERSIZE.y);
    isf_FragNormCoord.y *= clamp(at + 1.45 * most, 0.0, 1.0);
    gl_Position = vec4(isf_FragNormCoord * 2.0 - 1.0, 0.0, 1.0);
}
