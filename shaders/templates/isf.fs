/*{
    "ISFVSN": "2",
    "TITLE": "__TITLE__",
    "DESCRIPTION": "Soft waves of colour that flow across the picture.",
    "CREDIT": "Your name",
    "LICENSE": "MIT",
    "CATEGORIES": ["Generator"],
    "INPUTS": [
        {"NAME": "speed", "LABEL": "Speed", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 0.4},
        {"NAME": "waves", "LABEL": "Waves", "TYPE": "long", "MIN": 2, "MAX": 8, "DEFAULT": 5},
        {"NAME": "first", "LABEL": "First colour", "TYPE": "color", "DEFAULT": [0.10, 0.05, 0.35, 1.0]},
        {"NAME": "second", "LABEL": "Second colour", "TYPE": "color", "DEFAULT": [1.00, 0.45, 0.30, 1.0]}
    ]
}*/

// A generator in ISF (https://docs.isf.video): a header that tells what can be set, then GLSL.
// main() runs once for each pixel of each frame. What it knows of the outside:
//
//   isf_FragNormCoord   where the pixel is: (0,0) bottom left, (1,1) top right
//   RENDERSIZE          size of the picture in pixels
//   TIME                seconds since the first frame
//   speed, waves, ...   the inputs of the header, as they were set or by default
//
// "BIND": "bass" in an input makes it follow the sound: see the template `visualizer`.

void main() {
    // The origin in the middle and the same unit both ways, so that a circle is round.
    vec2 p = (gl_FragCoord.xy - 0.5 * RENDERSIZE) / RENDERSIZE.y;

    // Each wave bends the next, which makes a few sines look like silk.
    float t = TIME * speed;
    for (int i = 1; i <= waves; i++) {
        float k = float(i);
        p.x += 0.45 / k * sin(2.1 * k * p.y + t + 0.4 * k);
        p.y += 0.35 / k * cos(1.7 * k * p.x - 0.8 * t + 1.3 * k);
    }

    float tone = 0.5 + 0.5 * sin(2.2 * (p.x + p.y));
    float shine = pow(0.5 + 0.5 * sin(5.0 * p.x - 3.0 * p.y), 8.0);
    vec4 color = mix(first, second, tone);
    color.rgb += 0.35 * shine * second.rgb;

    // Alpha below 1 lets the photo through.
    gl_FragColor = color;
}
