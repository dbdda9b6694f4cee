// Title: Dissolve
// Description: One photo melts into the other along soft clouds, with a thin line of light at their edge. With one photo only the light runs over it.
// Author: TOQIBOX Render
// License: MIT
// Categories: Transition, Photo

uniform float fineness; // = 3.0 [1.0, 12.0] Fineness of the clouds
uniform float softness; // = 0.1 [0.01, 0.5] Softness of the edge
uniform float sweep;    // = 0.6 [0.0, 1.0] From left to right instead of everywhere
uniform float ripple;   // = 0.35 [0.0, 1.0] How much the photos bend at the edge
uniform float glow;     // = 0.9 [0.0, 2.0] Light at the edge
uniform vec4 light;     // = vec4(1.0, 0.8, 0.52, 1.0) [0.0, 1.0] Colour of the light

// Hash without sine (Dave Hoskins), so that every driver gives the same clouds.
float hash(vec2 p) {
    vec3 q = fract(p.xyx * 0.1031);
    q += dot(q, q.yzx + 33.33);
    return fract((q.x + q.y) * q.z);
}

float noise(vec2 p) {
    vec2 cell = floor(p);
    vec2 f = fract(p);
    f = f * f * f * (f * (f * 6.0 - 15.0) + 10.0);
    float bottom = mix(hash(cell), hash(cell + vec2(1.0, 0.0)), f.x);
    float top = mix(hash(cell + vec2(0.0, 1.0)), hash(cell + vec2(1.0, 1.0)), f.x);
    return mix(bottom, top, f.y);
}

// Four octaves, each turned so that no grid shows; about 0.1 to 0.85.
float clouds(vec2 p) {
    float sum = 0.0;
    float share = 0.5;
    for (int i = 0; i < 4; i++) {
        sum += share * noise(p);
        p = mat2(1.6, 1.2, -1.2, 1.6) * p + 17.3;
        share *= 0.5;
    }
    return sum;
}

vec4 transition(vec2 uv) {
    vec2 place = vec2(uv.x * ratio, uv.y) * fineness;
    // The clouds bend themselves, which draws them out into wisps.
    float bend = clouds(place + 5.2 + 0.4 * progress);
    float field = clamp((clouds(place + 1.2 * bend) - 0.08) / 0.8, 0.0, 1.0);
    field = mix(field, 0.75 * uv.x + 0.25 * field, sweep);
    // From below all clouds to above all of them, so that both ends are the photos themselves.
    float level = mix(-softness, 1.0 + softness, progress);
    float passed = 1.0 - smoothstep(level - softness, level + softness, field);
    float edge = 4.0 * passed * (1.0 - passed);
    vec2 shift = (vec2(bend, field) - 0.5) * 0.12 * ripple * edge;
    vec4 picture = mix(getFromColor(uv + shift), getToColor(uv - shift), passed);
    float line = (field - level) / (0.28 * softness);
    vec3 shine = clamp(0.8 * light.rgb * light.a * glow * exp(-line * line), 0.0, 1.0);
    // Screen: light on light never runs over.
    return vec4(1.0 - (1.0 - picture.rgb) * (1.0 - shine), picture.a);
}
