uniform float zoom; // = 2.0
vec4 transition(vec2 uv) {
    return mix(getFromColour(uv), getToColor(uv), progress);
}
