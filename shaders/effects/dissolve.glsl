// Title: Dissolve
// Description: One photo melts into the other along the edges of clouds: bright parts of the new one come first, both drift towards the eye, and a glowing seam spills light over them. With one photo only the light runs over it.
// Author: TOQIBOX Render
// License: MIT
// Categories: Transition, Photo

uniform float fineness; // = 1.6 [0.5, 12.0] Fineness of the clouds
uniform float softness; // = 0.05 [0.01, 0.6] Softness of the border
uniform float sweep;    // = 0.45 [0.0, 1.0] From left to right instead of everywhere
uniform float bright;   // = 0.05 [0.0, 1.0] How much the bright parts come first
uniform float push;     // = 0.1 [0.0, 0.4] Towards the eye
uniform float ripple;   // = 0.35 [0.0, 1.0] How much the photos bend at the border
uniform float glow;     // = 1.0 [0.0, 2.0] Light at the border
uniform vec4 light;     // = vec4(1.0, 0.72, 0.42, 1.0) [0.0, 1.0] Colour of the light

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
    float seam = exp(-away * away / (1.2 * softness * softness));
    float spill = exp(-abs(away) / (2.0 * softness + 0.09));
    float power = light.a * glow * lit;
    // On white a light shows by its colour alone, elsewhere as a screen: no fringe runs over.
    float grey = dot(picture.rgb, vec3(0.2126, 0.7152, 0.0722));
    vec3 shone = picture.rgb * mix(vec3(1.0), light.rgb, min(power * (0.75 * seam + 0.35 * spill), 1.0) * smoothstep(0.4, 0.9, grey));
    vec3 shine = light.rgb * power * (0.5 * seam * seam + 0.7 * spill * (0.12 + picture.rgb));
    return vec4(1.0 - (1.0 - shone) * (1.0 - clamp(0.8 * shine * (1.0 - 0.6 * grey), 0.0, 0.9)), picture.a);
}
