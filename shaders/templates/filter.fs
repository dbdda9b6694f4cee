/*{
    "ISFVSN": "2",
    "TITLE": "__TITLE__",
    "DESCRIPTION": "Splits the colours of the picture and pulls it towards the middle with every kick.",
    "CREDIT": "Your name",
    "LICENSE": "MIT",
    "CATEGORIES": ["Filter", "Beat"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "pulse", "LABEL": "Pulse", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "BIND": "kick"},
        {"NAME": "split", "LABEL": "Split of colours", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.35},
        {"NAME": "pull", "LABEL": "Pull on a kick", "TYPE": "float", "MIN": 0.0, "MAX": 0.3, "DEFAULT": 0.06},
        {"NAME": "vignette", "LABEL": "Dark edges", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5}
    ]
}*/

// A filter in ISF: an image input named inputImage makes it one. It shows the photo, fitted to the
// picture, or what the effect before this one in a chain has drawn.
//
//   IMG_NORM_PIXEL(inputImage, uv)   its colour at uv, from (0,0) bottom left to (1,1)
//   IMG_THIS_PIXEL(inputImage)       its colour right here
//   IMG_SIZE(inputImage)             its size in pixels
//
// "BIND": "kick" moves `pulse` from MIN to MAX with each kick of the drum, and back, unless the
// request sets it. Others to bind to: level sub bass lowmid mid highmid treble.

void main() {
    vec2 away = isf_FragNormCoord - 0.5;            // from the middle
    float edge = dot(away, away);                   // 0 in the middle, 0.5 in the corners
    vec2 uv = 0.5 + away * (1.0 - pull * pulse);

    // Red is drawn a little larger than green and blue a little smaller, as in a cheap lens.
    vec2 shift = away * edge * 0.12 * split * (1.0 + 2.0 * pulse);
    vec4 picture = IMG_NORM_PIXEL(inputImage, uv);
    picture.r = IMG_NORM_PIXEL(inputImage, uv - shift).r;
    picture.b = IMG_NORM_PIXEL(inputImage, uv + shift).b;

    picture.rgb *= 1.0 - 1.3 * vignette * edge;
    picture.rgb *= 1.0 + 0.15 * pulse;
    gl_FragColor = picture;
}
