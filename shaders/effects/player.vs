#ifndef SAFE_AREA
#define SAFE_AREA vec4(0.0)
#endif
// The last pass is drawn where the card and its shadow are.
varying vec2 origin;

void main() {
    isf_vertShaderInit();
    origin = vec2(0.0);
    if (PASSINDEX < 6) return;
    float side = min(RENDERSIZE.x, RENDERSIZE.y);
    vec2 shape = design == 0 ? vec2(1.0, 0.31) : vec2(0.68, 0.935);
    vec2 most = RENDERSIZE * (1.0 - SAFE_AREA.xy - SAFE_AREA.zw);
    most.x = min(most.x, RENDERSIZE.x - 2.0 * margin * side);
    most /= shape;
    float unit = floor(min(size * side, min(most.x, most.y)));
    vec2 extent = floor(shape * unit);
    vec2 edge = floor(vec2(margin * side));
    vec2 low = max(edge, floor(SAFE_AREA.xy * RENDERSIZE + 0.5));
    vec2 room = max(RENDERSIZE - max(edge, ceil(SAFE_AREA.zw * RENDERSIZE)) - low - extent, vec2(0.0));
    int spot = place < 9 ? place : design == 1 ? 4 : RENDERSIZE.x > RENDERSIZE.y ? 0 : 1;
    vec2 corner = low + room * 0.5 * vec2(float(spot - 3 * (spot / 3)), float(spot / 3));
    corner = floor(min(corner, max(floor(RENDERSIZE * (1.0 - SAFE_AREA.zw)) - extent, vec2(0.0))));
    float reach = floor(0.14 * unit) + 2.0; // of the shadow
    origin = corner - reach + 0.01; // what is the same at all corners may come out a little less
    if (design == 1 && backdrop > 0.0) return; // all of the picture
    isf_FragNormCoord = (corner - reach + isf_FragNormCoord * (extent + 2.0 * reach)) / RENDERSIZE;
    gl_Position = vec4(isf_FragNormCoord * 2.0 - 1.0, 0.0, 1.0);
}
