// Title: __TITLE__
// Author: Your name
// License: MIT
// Description: The second photo comes up in a circle with a glowing edge.

// A transition (https://gl-transitions.com) goes over from one photo to the other: `progress` is 0
// before it and 1 after it. transition() gives the colour at uv, (0,0) bottom left, (1,1) top right.
//
//   getFromColor(uv)   the picture before: the photo, or what the chain has drawn so far
//   getToColor(uv)     the picture after: the second photo
//   ratio              width of the picture over its height
//
// When it happens and how long it takes is up to the request: at, length, every and unit (seconds
// or beats). Each uniform becomes an input: behind it stand default, range and label.

uniform float softness; // = 0.08 [0.01, 0.5] Softness of the edge
uniform float zoom;     // = 0.25 [0.0, 1.0] Zoom
uniform vec4 edge;      // = vec4(1.0, 0.8, 0.5, 1.0)

vec4 transition(vec2 uv) {
    vec2 p = (uv - 0.5) * vec2(ratio, 1.0);
    float reach = 0.5 * length(vec2(ratio, 1.0)) + softness;

    // The circle grows from nothing until it holds the corners too.
    float slow = progress * progress * (3.0 - 2.0 * progress);
    float radius = mix(-softness, reach, slow);
    float inside = smoothstep(softness, -softness, length(p) - radius);

    // The old picture moves away, the new one settles.
    vec4 before = getFromColor(0.5 + (uv - 0.5) * (1.0 - 0.3 * zoom * slow));
    vec4 after = getToColor(0.5 + (uv - 0.5) * (1.0 - zoom * (1.0 - slow)));

    float light = 4.0 * inside * (1.0 - inside) * step(0.001, progress) * step(progress, 0.999);
    vec4 color = mix(before, after, inside);
    color.rgb += edge.rgb * edge.a * light * 0.6;
    return color;
}
