// Where the layers of the last pass lie, and how bright they are; and what is equal for all pixels
// of the passes `back` and `words`.

varying vec2 near;
varying vec2 far;
varying vec3 lamp;

const float TURN = 6.28318531;
const vec3 LUMA = vec3(0.2126, 0.7152, 0.0722);

// Seconds of the drift: they pass faster where it is loud, and not at all in silence.
float clock() { return 0.5 * played + 0.7 * carried; }

// A slow wave, -1 to 1; no two of these periods fit each other.
float wave(float period, float phase) { return sin(TURN * fract(clock() / period + phase)); }

// How bright the background is at its brightest, beside what leaves white letters readable.
float calm() {
    float most = 0.0;
    for (int at = 0; at < 9; at++) {
        vec2 point = 0.15 + 0.35 * vec2(at % 3, at / 3);
        most = max(most, dot(IMG_NORM_PIXEL(blurred, point).rgb, LUMA));
    }
    return clamp(0.75 / max(most, 0.01), 0.7, 1.0);
}

// How dark the scrim behind the words must be for light letters to keep a contrast of 4.5
// (WCAG 2.2, 1.4.3), wherever the light goes: the background is taken at its brightest.
float needed(vec4 where) {
    float most = 0.0;
    for (int at = 0; at < 6; at++) {
        vec2 point = where.xy + where.zw * vec2(0.5 * float(at % 3), -float(at / 3));
        vec3 behind = IMG_NORM_PIXEL(blurred, point / RENDERSIZE).rgb;
        most = max(most, dot(behind, LUMA));
    }
    float bright = 1.35 * calm() * (1.0 - dim) * most;
    return clamp(1.0 - 0.42 / max(bright, 0.01), 0.12, 0.7);
}

bool titled() { return TEXT_LINES(title) > 0; }

// From the last baseline of the title to that of the artist.
float step_down() { return floor(0.62 * TEXT_EM(title) + TEXT_CAPS(artist)); }

// From a pixel to its point in the texture of a line, `down` below the top of the block. Below the
// card a line is in the middle of the block.
vec2 shift(sampler2D text, float down) {
    vec4 lies = texelFetch(plan, ivec2(0), 0);
    vec4 where = texelFetch(plan, ivec2(1, 0), 0);
    bool beside = where.x > lies.x + lies.z;
    vec4 ink = TEXT_INK(text);
    float moved = beside ? 0.0 : floor(0.5 * (where.z - ink.z + ink.x));
    return vec2(ink.x - moved, TEXT_BASELINES(text).x + down) - where.xy;
}

// The pass `words`: where the title and the artist are, the scrim, and how far both shadows fall.
void place_words() {
    vec2 lines = TEXT_BASELINES(title);
    float caps = floor(TEXT_CAPS(title));
    near = shift(title, caps);
    far = shift(artist, titled() ? caps + lines.x - lines.y + step_down() : floor(TEXT_CAPS(artist)));
    float scrim = needed(texelFetch(plan, ivec2(1, 0), 0));
    lamp = vec3(scrim, 0.03 * TEXT_EM(title), 0.03 * TEXT_EM(artist));
}

void main() {
    isf_vertShaderInit();
    near = far = isf_FragNormCoord;
    lamp = vec3(1.0);
    if (PASSINDEX == 4) lamp.x = calm();
    if (PASSINDEX == 6) place_words();
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
