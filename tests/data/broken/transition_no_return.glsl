vec4 transition(vec2 uv) {
    vec4 color = mix(getFromColor(uv), getToColor(uv), progress);
}
