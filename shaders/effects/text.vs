// The last pass is drawn where the block of words is; elsewhere there is nothing to see.
void main() {
    isf_vertShaderInit();
    if (PASSINDEX < 5) return;
    vec4 block = texelFetch(plan, ivec2(0), 0);
    vec4 where = texelFetch(plan, ivec2(1, 0), 0);
    vec4 move = texelFetch(now, ivec2(0), 0);
    vec4 turn = texelFetch(now, ivec2(2, 0), 0);
    vec2 side = isf_FragNormCoord * 2.0 - 1.0;
    vec2 pivot = vec2((0.5 * float(place - 3 * (place / 3)) - 0.5) * block.x, 0.0);
    float reach = scrim > 0.0 ? max(block.w, 1.7 * where.w) : block.w;
    vec2 corner = (pivot + (side * (0.5 * block.xy + reach) - pivot) * move.z) * where.z;
    corner = vec2(turn.x * corner.x - turn.y * corner.y, turn.y * corner.x + turn.x * corner.y);
    corner += where.xy + move.xy * where.w;
    isf_FragNormCoord = corner / RENDERSIZE;
    gl_Position = vec4(isf_FragNormCoord * 2.0 - 1.0, 0.0, 1.0);
}
