// The last pass is drawn where the block of words is and, near the lower edge, where the gradient
// behind it is; elsewhere there is nothing to see.
varying vec4 planned_block;
varying vec4 planned_place;
varying vec4 now_move;
varying vec4 now_state;
varying vec4 now_turn;

void main() {
    isf_vertShaderInit();
    if (PASSINDEX < 5) return;
    vec4 block = planned_block = texelFetch(plan, ivec2(0), 0);
    vec4 where = planned_place = texelFetch(plan, ivec2(1, 0), 0);
    vec4 move = now_move = texelFetch(now, ivec2(0), 0);
    vec4 turn = now_turn = texelFetch(now, ivec2(2, 0), 0);
    now_state = texelFetch(now, ivec2(1, 0), 0);
    vec2 side = isf_FragNormCoord * 2.0 - 1.0;
    vec2 pivot = vec2((0.5 * float(place - 3 * (place / 3)) - 0.5) * block.x, 0.0);
    float reach = scrim > 0.0 ? max(block.w, 1.7 * where.w) : block.w;
    if (scrim > 0.0 && place < 3) { // the whole width, from the lower edge to above the block
        vec2 half_size = (0.5 * block.xy + reach) * move.z + abs(pivot) * abs(move.z - 1.0);
        float tall = dot(abs(turn.yx), half_size) * where.z + abs(move.y) * where.w;
        isf_FragNormCoord.y *= clamp((where.y + tall) / RENDERSIZE.y, 0.0, 1.0);
        gl_Position = vec4(isf_FragNormCoord * 2.0 - 1.0, 0.0, 1.0);
        return;
    }
    vec2 corner = (pivot + (side * (0.5 * block.xy + reach) - pivot) * move.z) * where.z;
    corner = vec2(turn.x * corner.x - turn.y * corner.y, turn.y * corner.x + turn.x * corner.y);
    corner += where.xy + move.xy * where.w;
    isf_FragNormCoord = corner / RENDERSIZE;
    gl_Position = vec4(isf_FragNormCoord * 2.0 - 1.0, 0.0, 1.0);
}
