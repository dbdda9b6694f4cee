varying vec2 corner;
void main() {
    isf_vertShaderInit();
    corner = isf_FragNormCoord * scale;
}
