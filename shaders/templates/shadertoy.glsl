// Title: __TITLE__
// Author: Your name
// License: MIT
// Description: A tunnel of light that breathes with the bass.
// iChannel0: sound

// Code of shadertoy.com runs as it is: paste a mainImage over this one. The line `iChannel0: sound`
// above says what a channel reads; others are photo, noise, volume, cubemap, keyboard, buffer A.
//
//   fragCoord    the pixel, from the bottom left
//   iResolution  size of the picture in pixels
//   iTime        seconds since the first frame; iFrame counts frames
//   iChannel0    the sound, 512 x 2: row 0 (y = 0.25) the spectrum, row 1 (y = 0.75) the wave
//
// A shader of several passes stands in one file: each begins with a line `// Pass: Buffer A`,
// the last with `// Pass: Image`. `toqibox effects import` makes such a file of Shadertoy's JSON.

float bass() {
    float sum = 0.0;
    for (int i = 0; i < 4; i++) sum += texture(iChannel0, vec2(float(i) / 128.0, 0.25)).x;
    return sum / 4.0;
}

void mainImage(out vec4 fragColor, in vec2 fragCoord) {
    vec2 p = (2.0 * fragCoord - iResolution.xy) / iResolution.y;
    float beat = bass();

    // Polar: how far from the middle, and at which angle. One over the radius is depth.
    float radius = length(p);
    float angle = atan(p.y, p.x);
    float depth = 0.6 / max(radius, 0.02) + 1.5 * iTime;
    float twist = angle + 0.35 * sin(0.5 * depth);

    float rings = 0.5 + 0.5 * sin(4.0 * depth);
    float rays = 0.5 + 0.5 * cos(8.0 * twist);
    float light = rings * (0.35 + 0.65 * rays);

    // Three cosines, each a little later: a palette that wanders.
    vec3 color = 0.5 + 0.5 * cos(0.5 * depth + vec3(0.0, 1.4, 2.6));
    color *= light * smoothstep(0.0, 0.7, radius) * (0.7 + 0.6 * beat);
    color += vec3(1.0, 0.8, 0.6) * 0.12 * (0.4 + beat) / max(radius, 0.05);

    fragColor = vec4(color / (1.0 + 0.4 * color), 1.0);
}
