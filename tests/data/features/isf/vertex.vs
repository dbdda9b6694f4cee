#if __VERSION__ <= 120
varying vec2 right_coord;
varying vec4 corner;
#else
out vec2 right_coord;
out vec4 corner;
#endif

void main() {
    isf_vertShaderInit();
    right_coord = isf_FragNormCoord + vec2(16.0, 0.0) / RENDERSIZE;
    corner = IMG_NORM_PIXEL(inputImage, vec2(0.0));
    gl_Position.x *= wide;
}
