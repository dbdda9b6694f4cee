#ifndef SAFE_AREA
#define SAFE_AREA vec4(0.0)
#endif
// The shape is drawn where it and its light reach. The photo is drawn there too, and in the whole frame
// while an accent makes it grow.
varying float middle; // of the shape, from below, in short sides of the frame
varying float nearer; // the part of the photo that is seen

void main() {
    isf_vertShaderInit();
    float unit = min(RENDERSIZE.x, RENDERSIZE.y);
    float surge = exp(-since) * smoothstep(-0.04, 0.05, since);
    middle = mix(SAFE_AREA.y, 1.0 - SAFE_AREA.w, place) * RENDERSIZE.y / unit;
    nearer = 1.0 - bump * (0.035 * pulse + 0.05 * surge);
    if (PASSINDEX < 4 || (PASSINDEX == 5 && nearer < 1.0)) return;
    float reach = max(1.4 * height + 0.1, 0.17 * RENDERSIZE.y / unit);
    isf_FragNormCoord.y *= clamp(ceil((middle + reach) * unit) / RENDERSIZE.y, 0.0, 1.0);
    gl_Position = vec4(isf_FragNormCoord * 2.0 - 1.0, 0.0, 1.0);
}
