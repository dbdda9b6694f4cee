// Title: Dissolve
// Description: One photo melts into the other along the edges of clouds: bright parts of the new one come first, both drift towards the eye, and a bright seam spills light over them. With one photo only the light runs over it.
// Author: TOQIBOX Render
// License: MIT
// Categories: Transition, Photo

uniform float fineness; // = 1.6 [0.5, 12.0] Fineness of the clouds
uniform float softness; // = 0.07 [0.01, 0.6] Softness of the border
uniform float sweep;    // = 0.45 [0.0, 1.0] From left to right instead of everywhere
uniform float bright;   // = 0.12 [0.0, 1.0] How much the bright parts come first
uniform float push;     // = 0.1 [0.0, 0.4] Towards the eye
uniform float ripple;   // = 0.5 [0.0, 1.0] How much the photos bend at the border
uniform float glow;     // = 1.0 [0.0, 2.0] Light at the border
uniform vec4 light;     // = vec4(1.0, 0.86, 0.7, 1.0) [0.0, 1.0] Colour of the light

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

// Three octaves, each turned so that no grid shows; about 0.1 to 0.8.
float clouds(vec2 p) {
    float sum = 0.0;
    float share = 0.5;
    for (int i = 0; i < 3; i++) {
        sum += share * noise(p);
        p = mat2(1.6, 1.2, -1.2, 1.6) * p + 17.3;
        share *= 0.5;
    }
    return sum;
}

// The brightness of the new photo around a place, from 0 to 1.
float luma_near(vec2 uv) {
    vec3 sum = getToColor(uv).rgb;
    for (int i = 0; i < 4; i++) {
        vec2 corner = vec2(i & 1, i >> 1) * 2.0 - 1.0;
        sum += getToColor(uv + 0.03 * corner * vec2(1.0 / ratio, 1.0)).rgb;
    }
    return dot(sum / 5.0, vec3(0.2126, 0.7152, 0.0722));
}

// A photo that is `nearer` than it was, about its middle.
vec2 nearer(vec2 uv, float by) {
    return 0.5 + (uv - 0.5) / (1.0 + by);
}

vec4 transition(vec2 uv) {
    vec2 place = vec2(uv.x * ratio, uv.y) * fineness;
    // The clouds bend themselves, which draws them out into wisps.
    float bend = clouds(place + 5.2 + 0.4 * progress);
    float field = clamp((clouds(place + 1.2 * bend) - 0.08) / 0.75, 0.0, 1.0);
    field = mix(field, 1.0 - luma_near(uv), bright);
    field = mix(field, 0.75 * uv.x + 0.25 * field, sweep);
    field = clamp((field - 0.15) / 0.7, 0.0, 1.0);
    // From below all of it to above all of it, so that both ends are the photos themselves.
    float level = mix(-softness, 1.0 + softness, progress);
    float passed = 1.0 - smoothstep(level - softness, level + softness, field);
    float edge = 4.0 * passed * (1.0 - passed);
    vec2 shift = (vec2(bend, field) - 0.5) * 0.08 * ripple * edge;
    vec4 leaving = getFromColor(nearer(uv, push * progress * progress) + shift);
    float left = 1.0 - progress;
    vec4 coming = getToColor(nearer(uv, push * left * left) - shift);
    vec4 picture = mix(leaving, coming, passed);
    // A bright seam along the border, and light that spills over both photos and takes up the
    // colours that it falls on. Both come up and go with the melt.
    float away = field - level;
    float lit = smoothstep(0.0, 0.15, progress) * smoothstep(1.0, 0.85, progress);
    float seam = exp(-away * away / (0.3 * softness * softness));
    float spill = exp(-abs(away) / (softness + 0.05));
    vec3 shine = light.rgb * light.a * glow * lit * (0.8 * seam + 0.7 * spill * (0.2 + picture.rgb));
    // Screen: light on light never runs over.
    return vec4(1.0 - (1.0 - picture.rgb) * (1.0 - clamp(0.85 * shine, 0.0, 1.0)), picture.a);
}
