/*{
    "ISFVSN": "2",
    "VSN": "2",
    "TITLE": "Glitch",
    "TITLE_RU": "Глитч",
    "DESCRIPTION": "Red and cyan split apart and slices of the picture slip sideways: for 50 ms at an accent, for up to a quarter of a second at a strong one, longer at a drop.",
    "DESCRIPTION_RU": "Красный и голубой расходятся, полосы кадра соскальзывают вбок: на 50 мс на акценте, до четверти секунды на сильном, дольше на дропе.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "PREMIUM": true,
    "CATEGORIES": ["Filter", "Beat", "Distortion"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "kick", "LABEL": "Accent", "LABEL_RU": "Акцент", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "accent.pulse", "decay": 0.05}},
        {"NAME": "burst", "LABEL": "Strong accent", "LABEL_RU": "Сильный акцент", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "accent.pulse", "decay": 0.6, "from": [0.4, 0.75]}},
        {"NAME": "drop", "LABEL": "Drop", "LABEL_RU": "Дроп", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "drop.pulse", "decay": 0.9}},
        {"NAME": "amount", "LABEL": "Amount", "LABEL_RU": "Сила", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 1.0, "IDENTITY": 0.0},
        {"NAME": "split", "LABEL": "Split of red and cyan", "LABEL_RU": "Расхождение красного и голубого", "TYPE": "float", "MIN": 0.0, "MAX": 0.1, "DEFAULT": 0.018, "IDENTITY": 0.0},
        {"NAME": "slip", "LABEL": "Slip of the slices", "LABEL_RU": "Сдвиг полос", "TYPE": "float", "MIN": 0.0, "MAX": 0.5, "DEFAULT": 0.12, "IDENTITY": 0.0},
        {"NAME": "slices", "LABEL": "Number of slices", "LABEL_RU": "Число полос", "UNIT": "count", "ADVANCED": true, "TYPE": "float", "MIN": 2.0, "MAX": 40.0, "DEFAULT": 11.0},
        {"NAME": "played", "LABEL": "Seconds of sound", "LABEL_RU": "Секунды звука", "UNIT": "s", "TYPE": "float", "MIN": 0.0, "MAX": 36000.0, "DEFAULT": 0.0, "BIND": {"bind": "sounding.sum", "smooth": 1.0}},
        {"NAME": "drift", "LABEL": "Drift", "LABEL_RU": "Медленное движение", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "IDENTITY": 0.0}
    ]
}*/

const float RATE = 15.0; // patterns a second: each stays long enough to be seen

// A random number from 0 to 1 for two whole ones (PCG, O'Neill 2014, as a hash: Jarzynski and
// Olano 2020, "Hash Functions for GPU Rendering").
float chance(uint place, uint salt) {
    uint x = (place + 4099u * (uint(TIME * RATE + 0.01) + 7919u * salt)) * 747796405u + 2891336453u;
    x = ((x >> ((x >> 28u) + 4u)) ^ x) * 277803737u;
    return float(((x >> 22u) ^ x) >> 8u) / 16777216.0;
}

// Where a pixel comes from while the camera drifts over the picture, a little closer than it is.
// Added to the pixel's own place, so that no drift moves it by exactly nothing. What is sampled
// lies inside the picture.
vec2 drifting(vec2 uv) {
    float turn = 6.28318531 * played;
    vec2 to = vec2(sin(turn / 19.0), sin(turn / 14.3 + 1.9));
    float zoom = 1.0 + drift * (0.045 - 0.025 * cos(turn / 25.0));
    return uv + (0.5 - uv) * (1.0 - 1.0 / zoom) + 0.009 * drift * to;
}

void main() {
    vec2 uv = drifting(isf_FragNormCoord);
    float pulse = amount * max(sqrt(kick), max(0.85 * sqrt(burst), 1.2 * sqrt(drop)));
    if (pulse <= 0.0) {
        gl_FragColor = IMG_NORM_PIXEL(inputImage, uv);
        return;
    }
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
