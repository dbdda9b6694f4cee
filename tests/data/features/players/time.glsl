// A channel that is only asked for its time plays; the first one that is read is the picture.
void mainImage(out vec4 fragColor, in vec2 fragCoord) {
    float blue = texture(iChannel1, fragCoord / iResolution.xy).b;
    fragColor = vec4(iChannelTime[0], iChannelTime[2], blue, 1.0);
}
