// The last pass is drawn where the card and its shadow are.
void main() {
    isf_vertShaderInit();
    if (PASSINDEX < 4) return;
    float unit = floor(size * min(RENDERSIZE.x, RENDERSIZE.y));
    vec2 extent = floor((design == 0 ? vec2(1.0, 0.29) : vec2(0.59, 0.845)) * unit);
    float edge = floor(margin * min(RENDERSIZE.x, RENDERSIZE.y));
    vec2 room = max(RENDERSIZE - extent - 2.0 * edge, vec2(0.0));
    vec2 corner = vec2(edge) + room * 0.5 * vec2(float(place - 3 * (place / 3)), float(place / 3));
    corner = floor(min(corner, max(RENDERSIZE - extent, vec2(0.0))));
    float reach = 0.14 * unit + 2.0; // of the shadow
    isf_FragNormCoord = (corner - reach + isf_FragNormCoord * (extent + 2.0 * reach)) / RENDERSIZE;
    gl_Position = vec4(isf_FragNormCoord * 2.0 - 1.0, 0.0, 1.0);
}
