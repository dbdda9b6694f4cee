// Where the film's own frame lies in the gate, and the sheet of dirt on it.

varying vec2 gate;
varying vec2 dust;
varying float unsteady;

const float RATE = 12.0;

// Which frame of the film it is: it runs with the sound. The little more keeps 5/30 s from being the
// end of frame 1.
uint film_frame() {
    return uint(played * RATE + 0.01);
}

// A random number from 0 to 1 for two whole ones (PCG, O'Neill 2014, as a hash: Jarzynski and
// Olano 2020, "Hash Functions for GPU Rendering").
float chance(uint place, uint salt) {
    uint x = (place + 65537u * salt) * 747796405u + 2891336453u;
    x = ((x >> ((x >> 28u) + 4u)) ^ x) * 277803737u;
    return float(((x >> 22u) ^ x) >> 8u) / 16777216.0;
}

// Where a pixel comes from while the camera drifts over the picture, a little closer than it is.
// Added to the pixel's own place, so that no drift moves it by exactly nothing. What is sampled
// lies inside the picture.
vec2 drifting(vec2 uv) {
    float turn = 6.28318531 * played;
    vec2 to = vec2(sin(turn / 19.0), sin(turn / 14.3 + 1.9));
    float zoom = 1.0 + drift * (0.045 - 0.025 * cos(turn / 25.0));
    return uv + (0.5 - uv) * (1.0 - 1.0 / zoom) + 0.009 * drift * to;
}

void main() {
    isf_vertShaderInit();
    vec2 uv = isf_FragNormCoord;
    uint film = film_frame();
    // The gate: the picture jumps up and down, a little larger so that its edge stays outside.
    float worn = amount * (rest + (1.0 - 0.4 * rest) * kick);
    vec2 jump = vec2(chance(film, 40u), chance(film, 41u)) - 0.5;
    gate = drifting(uv + 0.012 * weave * worn * (1.0 - 2.0 * uv + jump * vec2(0.5, 1.8)));
    unsteady = 0.97 + 0.06 * chance(film, 42u);
    // The sheet, turned over and moved by whole pixels.
    vec2 turned = mix(uv, 1.0 - uv, step(0.5, vec2(chance(film, 43u), chance(film, 44u))));
    vec2 size = RENDERSIZE;
    dust = turned + floor(vec2(chance(film, 45u), chance(film, 46u)) * size) / size;
}
