/*{
    "ISFVSN": "2",
    "VSN": "4",
    "TITLE": "Waves",
    "TITLE_RU": "Волны",
    "DESCRIPTION": "The photo stands in water, which mirrors it: each accent is a drop that sends rings of light across it, and with the bass long waves run and bend the mirror image. All that is above the water stays as it is, and in silence the water is still.",
    "DESCRIPTION_RU": "Фото стоит в воде, которая его отражает: каждый акцент — капля, от которой расходятся круги света, а с басом бегут длинные волны и изгибают отражение. Всё, что выше воды, остаётся как есть, и в тишине вода спокойна.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Filter", "Beat", "Distortion"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "bass", "LABEL": "Bass", "LABEL_RU": "Бас", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "bass.envelope", "from": [0.3, 1.0]}},
        {"NAME": "kick", "LABEL": "Accent", "LABEL_RU": "Акцент", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "accent.pulse", "decay": 0.9, "from": [0.0, 0.8]}},
        {"NAME": "since", "LABEL": "Seconds since the accent", "LABEL_RU": "Секунды после акцента", "UNIT": "s", "TYPE": "float", "MIN": 0.0, "MAX": 10.0, "DEFAULT": 0.25, "BIND": {"bind": "accent.since"}},
        {"NAME": "amount", "LABEL": "Amount", "LABEL_RU": "Сила", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 1.0, "IDENTITY": 0.0},
        {"NAME": "rest", "LABEL": "Always there", "LABEL_RU": "Постоянная доля", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.25, "IDENTITY": 0.0},
        {"NAME": "reach", "LABEL": "Reach", "LABEL_RU": "Размах", "GROUP": "place", "TYPE": "float", "MIN": 0.0, "MAX": 0.05, "DEFAULT": 0.011, "IDENTITY": 0.0},
        {"NAME": "count", "LABEL": "Waves in a short side", "LABEL_RU": "Волн на короткой стороне", "UNIT": "count", "ADVANCED": true, "TYPE": "float", "MIN": 0.5, "MAX": 12.0, "DEFAULT": 6.5},
        {"NAME": "speed", "LABEL": "Speed, waves a second", "LABEL_RU": "Скорость, волны в секунду", "UNIT": "1/s", "ADVANCED": true, "TYPE": "float", "MIN": -3.0, "MAX": 3.0, "DEFAULT": 0.5},
        {"NAME": "shine", "LABEL": "Light on the crests", "LABEL_RU": "Свет на гребнях", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "IDENTITY": 0.0},
        {"NAME": "free", "LABEL": "Calm around the drop", "LABEL_RU": "Спокойная область вокруг капли", "ADVANCED": true, "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.06},
        {"NAME": "played", "LABEL": "Seconds of sound", "LABEL_RU": "Секунды звука", "UNIT": "s", "TYPE": "float", "MIN": 0.0, "MAX": 36000.0, "DEFAULT": 0.0, "BIND": {"bind": "sounding.sum", "smooth": 1.0}},
        {"NAME": "drift", "LABEL": "Drift", "LABEL_RU": "Медленное движение", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "IDENTITY": 0.0}
    ]
}*/

#ifndef SAFE_AREA
#define SAFE_AREA vec4(0.0)
#endif

const float TURN = 6.28318531;
const float LEVEL = 0.27;  // of the water, as a share of the height
const float PACE = 2.4;   // of a ring, in its own measure a second
const float WIDTH = 0.36; // of its rings together
const float FALL = 1.5;   // how far away the drop falls

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
    float unit = min(RENDERSIZE.x, RENDERSIZE.y);
    float level = max(LEVEL, SAFE_AREA.y + 0.1) * min(amount, 1.0);
    float below = level - isf_FragNormCoord.y;
    float wet = step(0.0, below) * min(4.0 * amount, 1.0);
    float near = clamp(below / max(level, 1e-3), 0.0, 1.0);
    // The water is a plane that the viewer looks along: far at its edge, near below.
    float far = 1.0 / (0.32 + near);
    vec2 at = vec2((isf_FragNormCoord.x - 0.5) * RENDERSIZE.x / unit * far * 1.5, 1.3 * (far - FALL));
    float r = length(at);
    vec2 way = at / max(r, 1e-3);
    // Long waves with the bass, which run towards the viewer; a little crossed.
    float bend = 0.35 * sin(2.1 * at.x + TURN * fract(0.13 * played)) + 0.2 * sin(1.3 * at.x - TURN * fract(0.09 * played));
    float phase = TURN * (0.45 * count * far + bend + fract(speed * played));
    float low = amount * (rest + 1.3 * bass);
    float slope = low * (sin(phase) + 0.5 * sin(1.9 * phase + 2.4 * at.x));
    float crest = low * cos(phase);
    // The rings of the drop: in the accent's own frame the first is there.
    float behind = r - free - 0.35 - PACE * since / (1.0 + 0.5 * since);
    float wide = WIDTH * (1.0 + 0.8 * since);
    float ring = amount * kick * exp(-behind * behind / (wide * wide));
    float turn = TURN * 0.42 * count * behind / (1.0 + 0.6 * since);
    float rising = ring * sin(turn);
    float peak = max(cos(turn), 0.0);
    float rings = ring * peak * peak * peak;

    // A slope shows the picture from somewhere else, further away the nearer the water is.
    float bent = reach * (0.35 + 1.3 * near);
    vec2 moved = bent * vec2(0.55 * slope + 2.2 * rising * way.x, 1.3 * slope + 3.0 * rising * way.y) * unit / RENDERSIZE;
    vec2 from = vec2(isf_FragNormCoord.x, level + 1.08 * below) + moved * smoothstep(0.0, 0.12, near);
    from = mix(isf_FragNormCoord, 1.0 - abs(1.0 - abs(from)), wet > 0.0 ? 1.0 : 0.0);
    vec4 picture = IMG_NORM_PIXEL(inputImage, drifting(from));

    // Water is darker than what it mirrors, most where one looks down into it, and a little blue.
    float deep = wet * (0.15 + 0.32 * near);
    vec3 lit = picture.rgb * mix(vec3(1.0), vec3(0.72, 0.9, 1.06) * (0.75 + 0.25 * picture.rgb), wet) * (1.0 - deep);
    // Light gathers on the slopes that face it, and along the water's edge.
    float light = max(0.5 * crest - 0.2, 0.0) * max(slope, 0.0) * 0.5 + 1.25 * rings * (0.5 + 0.5 * near);
    float dark = 0.5 * max(-ring * cos(turn), 0.0) + 0.16 * max(-slope, 0.0);
    lit *= 1.0 - min(wet * shine * dark, 0.6);
    float line = exp(-abs(below) * RENDERSIZE.y / (0.004 * unit)) * min(4.0 * amount, 1.0);
    lit += (1.0 - lit) * shine * (wet * min(light, 1.2) + 0.35 * line) * mix(vec3(0.86, 0.95, 1.0), picture.rgb, 0.35);
    gl_FragColor = vec4(clamp(lit, 0.0, 1.0), picture.a);
}
