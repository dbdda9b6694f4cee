/*{
    "ISFVSN": "2",
    "VSN": "1",
    "TITLE": "Waves",
    "DESCRIPTION": "The picture sways sideways in waves, as far as the bass is loud. Without bass it stands still.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Filter", "Beat", "Distortion"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "bass", "LABEL": "Bass", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "bass.envelope", "from": [0.45, 1.0], "curve": "in"}},
        {"NAME": "amount", "LABEL": "Amount", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 1.0, "IDENTITY": 0.0},
        {"NAME": "reach", "LABEL": "Reach", "TYPE": "float", "MIN": 0.0, "MAX": 0.15, "DEFAULT": 0.03, "IDENTITY": 0.0},
        {"NAME": "count", "LABEL": "Waves in a short side", "TYPE": "float", "MIN": 0.5, "MAX": 12.0, "DEFAULT": 2.2},
        {"NAME": "speed", "LABEL": "Speed, waves a second", "TYPE": "float", "MIN": -3.0, "MAX": 3.0, "DEFAULT": 0.45}
    ]
}*/

const float TURN = 6.28318531;

void main() {
    float unit = min(RENDERSIZE.x, RENDERSIZE.y);
    float far = amount * bass * reach * unit / RENDERSIZE.x;
    float up = count * gl_FragCoord.y / unit;
    // A long wave that rises and a shorter one that sinks: they never line up for long.
    float wave = 0.68 * sin(TURN * fract(up - fract(speed * TIME)))
        + 0.32 * sin(TURN * fract(1.83 * up + fract(0.77 * speed * TIME)));
    vec2 uv = isf_FragNormCoord;
    // As much narrower as the waves reach: the picture's edges stay out of sight.
    uv.x += far * (wave + 1.0 - 2.0 * uv.x);
    gl_FragColor = IMG_NORM_PIXEL(inputImage, uv);
}
