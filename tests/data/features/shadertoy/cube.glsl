// Title: Cube
// Each face is painted by the direction of its middle and the quarter of it; the picture looks at
// the quarters of all six faces.

// Pass: Cube A
void mainCubemap(out vec4 fragColor, in vec2 fragCoord, in vec3 rayOri, in vec3 rayDir) {
    vec3 size = abs(rayDir);
    float most = max(size.x, max(size.y, size.z));
    vec3 side = step(most, size) * sign(rayDir);
    vec3 corner = sign(rayDir) * (1.0 - abs(side));
    bool large = iResolution == vec3(1024.0, 1024.0, 1.0) && fragCoord.x < 1024.0;
    fragColor = vec4(side * 0.4 + corner * 0.2 + 0.4, large && rayOri == vec3(0.0) ? 0.6 : 0.0);
}

// Pass: Image
// iChannel0: cube A
vec3 faced(int face, vec2 at) {
    if (face == 0) return vec3(1.0, at);
    if (face == 1) return vec3(-1.0, at);
    if (face == 2) return vec3(at.x, 1.0, at.y);
    if (face == 3) return vec3(at.x, -1.0, at.y);
    return vec3(at, face == 4 ? 1.0 : -1.0);
}

void mainImage(out vec4 fragColor, in vec2 fragCoord) {
    int face = int(fragCoord.x) / 10;
    if (face > 5) return;
    vec2 at = sign(vec2(mod(fragCoord.x, 10.0) - 5.0, fragCoord.y - 16.0)) * 0.5;
    vec4 seen = textureLod(iChannel0, faced(face, at), 0.0);
    fragColor = seen.a > 0.5 ? vec4(seen.rgb, 1.0) : vec4(0.0);
}
