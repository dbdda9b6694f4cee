// What follows the sound: numbers, a vector, textures. White where all is as it should be.
uniform float u_bass;
uniform float beat;
uniform float audioTreble;
uniform float u_level; // = 0.25
uniform vec3 spectrum;
uniform sampler2D u_fft;

bool near(float a, float b) { return abs(a - b) < 0.002; }

void main() {
    bool right = near(beat, 1.0) && near(audioTreble, spectrum.z) && near(u_bass, spectrum.x);
    right = right && textureSize(u_fft, 0) == ivec2(512, 2) && texture(u_fft, vec2(0.1, 0.25)).r > 0.1;
    if (gl_FragCoord.x < 32.0) gl_FragColor = vec4(right ? 1.0 : 0.0, u_level * 0.8, 0.0, 1.0);
    else gl_FragColor = vec4(u_bass > 0.85 ? 1.0 : 0.0, u_bass < 0.35 ? 1.0 : 0.0, 0.0, 1.0);
}
