vec4 transition(vec2 uv) {
    progress = smoothstep(0.0, 1.0, progress);
    return mix(getFromColor(uv), getToColor(uv), progress);
}
