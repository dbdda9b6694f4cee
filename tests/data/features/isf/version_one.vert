varying vec2 middle;

void main() {
    vv_vertShaderInit();
    middle = vec2(0.5);
}
