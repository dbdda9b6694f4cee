/*{
    "ISFVSN": "2",
    "DESCRIPTION": "A slow dark gradient, grey.",
    "INPUTS": []
}*/
void main() {
    vec2 at = isf_FragNormCoord;
    float shade = 0.01 + 0.06 * at.x + 0.03 * at.y + 0.006 * sin(TIME);
    gl_FragColor = vec4(vec3(shade), 1.0);
}
