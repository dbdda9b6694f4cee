// Where the layers of the last pass lie, and how bright they are.

varying vec2 near;
varying vec2 far;
varying vec3 lamp;

const float TURN = 6.28318531;

// Seconds of the drift: they pass faster where it is loud, and not at all in silence.
float clock() { return 0.5 * played + 0.7 * carried; }

// A slow wave, -1 to 1; no two of these periods fit each other.
float wave(float period, float phase) { return sin(TURN * fract(clock() / period + phase)); }

void main() {
    isf_vertShaderInit();
    near = far = isf_FragNormCoord;
    lamp = vec3(1.0);
    if (PASSINDEX < 7) return;
    vec2 uv = isf_FragNormCoord;
    vec2 unit = min(RENDERSIZE.x, RENDERSIZE.y) / RENDERSIZE;
    float forward = drop + pulse * (1.0 - 0.5 * drop);
    vec2 sway = drift * vec2(wave(19.0, 0.0), wave(14.3, 0.3)) * unit;

    // The card grows away from the words: the edge that faces them stays where it is, and so does
    // the gap between them.
    vec4 lies = texelFetch(plan, ivec2(0), 0);
    vec4 words_lie = texelFetch(plan, ivec2(1, 0), 0);
    bool worded = TEXT_LINES(title) + TEXT_LINES(artist) > 0;
    bool beside = worded && words_lie.x > lies.x + lies.z;
    bool above = worded && !beside;
    vec2 middle = (lies.xy + lies.zw * vec2(beside ? 1.0 : 0.0, above ? -1.0 : 0.0)) / RENDERSIZE;
    vec2 free = vec2(beside ? 0.0 : 1.0, above ? 0.0 : 1.0);
    float push = (1.0 + 0.025 * drift * (1.0 - wave(25.0, 0.25))) * (1.0 + amount * (forward + 0.6 * drop));
    near = middle + (uv - middle - free * vec2(0.016, 0.011) * sway) / push;
    float zoom = 1.09 + 0.06 * drift * wave(21.7, 0.6) + 0.4 * amount * forward + 0.09 * drop;
    far = 0.5 + (uv - 0.5 + vec2(0.05, 0.035) * sway) / zoom;

    vec2 lean = 0.5 * light * vec2(wave(16.1, 0.15), wave(23.3, 0.4));
    float lit = mix(1.0, 0.66 + 0.4 * level + 0.2 * energy, light) * (1.0 + 0.45 * glow * forward);
    float halo = light * (0.3 * level + 0.2 * energy) + glow * (1.1 * pulse + 2.6 * drop);
    lamp = vec3(lit * (1.0 + dot(lean, uv - 0.5)), halo, 1.0 + glow * (0.15 * pulse + 0.45 * drop));
}
