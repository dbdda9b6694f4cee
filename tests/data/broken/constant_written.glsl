const float SPEED = 2.0;
void mainImage(out vec4 fragColor, in vec2 fragCoord) {
    SPEED += iTime;
    fragColor = vec4(SPEED);
}
