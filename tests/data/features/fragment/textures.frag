// Textures that nobody gives: noise that repeats, the photo on a cube, a volume.
uniform sampler2D u_noise;
uniform samplerCube environment;
uniform sampler3D volume;

void main() {
    vec2 uv = gl_FragCoord.xy / 64.0;
    float grey = textureLod(u_noise, uv, 0.0).r;
    bool again = grey == textureLod(u_noise, uv + 1.0, 0.0).r && textureSize(u_noise, 0).x == 256;
    bool sky = textureLod(environment, vec3(0.0, 0.0, 1.0), 3.0).b > 0.1;
    bool inside = textureSize(volume, 0) == ivec3(32);
    gl_FragColor = vec4(again, sky, inside, 1.0);
}
