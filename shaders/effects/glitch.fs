/*{
    "ISFVSN": "2",
    "VSN": "1",
    "TITLE": "Glitch",
    "DESCRIPTION": "For 50 ms from every kick on, red and cyan split apart and slices of the picture slip sideways.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "PREMIUM": true,
    "CATEGORIES": ["Filter", "Beat", "Distortion"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "kick", "LABEL": "Kick", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "kick.pulse", "decay": 0.05}},
        {"NAME": "amount", "LABEL": "Amount", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 1.0, "IDENTITY": 0.0},
        {"NAME": "split", "LABEL": "Split of red and cyan", "TYPE": "float", "MIN": 0.0, "MAX": 0.1, "DEFAULT": 0.018, "IDENTITY": 0.0},
        {"NAME": "slip", "LABEL": "Slip of the slices", "TYPE": "float", "MIN": 0.0, "MAX": 0.5, "DEFAULT": 0.12, "IDENTITY": 0.0},
        {"NAME": "slices", "LABEL": "Number of slices", "TYPE": "float", "MIN": 2.0, "MAX": 40.0, "DEFAULT": 11.0}
    ]
}*/

// A random number from 0 to 1 for two whole ones (PCG, O'Neill 2014, as a hash: Jarzynski and
// Olano 2020, "Hash Functions for GPU Rendering").
float chance(uint place, uint salt) {
    uint x = (place + 4099u * (uint(FRAMEINDEX) + 7919u * salt)) * 747796405u + 2891336453u;
    x = ((x >> ((x >> 28u) + 4u)) ^ x) * 277803737u;
    return float(((x >> 22u) ^ x) >> 8u) / 16777216.0;
}

void main() {
    if (amount * kick <= 0.0) {
        gl_FragColor = IMG_THIS_PIXEL(inputImage);
        return;
    }
    // The pulse falls as a square; its root gives the second frame at 30 fps a third of the first.
    float pulse = amount * sqrt(kick);
    vec2 uv = isf_FragNormCoord;
    float unit = min(RENDERSIZE.x, RENDERSIZE.y) / RENDERSIZE.x; // a short side, across

    // Slices of uneven height: thick ones that are at rest or not, cut into up to three thin ones.
    float height = uv.y * slices + chance(0u, 1u);
    uint thick = uint(height);
    uint thin = uint(height * (1.0 + floor(3.0 * chance(thick, 2u))));
    float torn = step(0.55, chance(thick, 3u));
    float way = 2.0 * chance(thin + 256u * thick, 4u) - 1.0;
    float slid = pulse * slip * torn * way * abs(way) * unit;
    float apart = pulse * split * (0.6 + 1.2 * torn) * unit;

    // What slips out at one side comes in at the other.
    vec4 red = IMG_NORM_PIXEL(inputImage, vec2(fract(uv.x + slid - apart), uv.y));
    vec4 cyan = IMG_NORM_PIXEL(inputImage, vec2(fract(uv.x + slid + apart), uv.y));
    gl_FragColor = vec4(red.r, cyan.gb, 0.5 * (red.a + cyan.a));
}
