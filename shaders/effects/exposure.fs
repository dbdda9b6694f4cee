/*{
    "ISFVSN": "2",
    "VSN": "4",
    "TITLE": "Exposure",
    "TITLE_RU": "Засветка",
    "DESCRIPTION": "The light of the picture as by the aperture of a camera: closed a little in quiet music, deep and rich, it opens with the loudness and wide on every accent, and closes again over 350 ms. What is bright then blooms, with a thin red-gold edge into the dark as on film, and nothing else does: blacks stay black, faces keep their form and highlights their detail, in a bright photo too. At the drop it stays open for a while.",
    "DESCRIPTION_RU": "Свет кадра, как через диафрагму камеры: в тихой музыке она немного прикрыта, цвета глубокие и сочные, с громкостью она открывается, на каждом акценте — широко, и за 350 мс закрывается. То, что при этом ярко, расцветает с тонкой красно-золотой каймой в темноту, как на плёнке, и больше ничего: чёрное остаётся чёрным, лица сохраняют форму, а света — детали, и на светлом фото тоже. На дропе она ненадолго остаётся открытой.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "PREMIUM": true,
    "CATEGORIES": ["Filter", "Beat"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "kick", "LABEL": "Accent", "LABEL_RU": "Акцент", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "accent.pulse", "decay": 0.35, "from": [0.0, 0.8]}},
        {"NAME": "loud", "LABEL": "Loudness", "LABEL_RU": "Громкость", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "loudness", "from": [0.86, 0.985], "curve": "in", "smooth": 0.3}},
        {"NAME": "drop", "LABEL": "Seconds since the drop", "LABEL_RU": "Секунды после дропа", "UNIT": "s", "TYPE": "float", "MIN": 0.0, "MAX": 600.0, "DEFAULT": 600.0, "IDENTITY": 600.0, "BIND": "drop.since"},
        {"NAME": "amount", "LABEL": "Amount", "LABEL_RU": "Сила", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 1.0, "IDENTITY": 0.0},
        {"NAME": "brightness", "LABEL": "Brightness on an accent", "LABEL_RU": "Яркость на акценте", "GROUP": "response", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "IDENTITY": 0.0},
        {"NAME": "rest", "LABEL": "Closed in quiet music", "LABEL_RU": "Прикрытие в тихой музыке", "GROUP": "response", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "IDENTITY": 0.0},
        {"NAME": "warmth", "LABEL": "Warmth of the light", "LABEL_RU": "Теплота света", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6},
        {"NAME": "highlights", "LABEL": "Keep the highlights", "LABEL_RU": "Сохранять света", "ADVANCED": true, "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.95, "IDENTITY": 0.0},
        {"NAME": "bloom", "LABEL": "Bloom on an accent", "LABEL_RU": "Ореол на акценте", "GROUP": "response", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.65, "IDENTITY": 0.0},
        {"NAME": "sun", "LABEL": "Light from the side", "LABEL_RU": "Свет сбоку", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.4, "IDENTITY": 0.0},
        {"NAME": "number", "LABEL": "Number of the accent", "LABEL_RU": "Номер акцента", "UNIT": "count", "TYPE": "float", "MIN": 0.0, "MAX": 4096.0, "DEFAULT": 0.0, "BIND": {"bind": "accent.count"}},
        {"NAME": "played", "LABEL": "Seconds of sound", "LABEL_RU": "Секунды звука", "UNIT": "s", "TYPE": "float", "MIN": 0.0, "MAX": 36000.0, "DEFAULT": 0.0, "BIND": {"bind": "sounding.sum", "smooth": 1.0}},
        {"NAME": "drift", "LABEL": "Drift", "LABEL_RU": "Медленное движение", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "IDENTITY": 0.0}
    ],
    "PASSES": [
        {"TARGET": "lights", "WIDTH": "max($WIDTH / 8, 16)", "HEIGHT": "max($HEIGHT / 8, 16)"},
        {"TARGET": "across", "WIDTH": "max($WIDTH / 8, 16)", "HEIGHT": "max($HEIGHT / 8, 16)"},
        {"TARGET": "close", "WIDTH": "max($WIDTH / 8, 16)", "HEIGHT": "max($HEIGHT / 8, 16)"},
        {"TARGET": "further", "WIDTH": "max($WIDTH / 8, 16)", "HEIGHT": "max($HEIGHT / 8, 16)"},
        {"TARGET": "wide", "WIDTH": "max($WIDTH / 8, 16)", "HEIGHT": "max($HEIGHT / 8, 16)"},
        {}
    ]
}*/

// The glow depends on the image alone: where that stands still, it is drawn once.

const vec3 LUMA = vec3(0.2126, 0.7152, 0.0722);
const float CLOSE = 0.016; // standard deviations of both blurs, in short sides of the frame
const float WIDE = 0.085;

// What is bright and stands out from what surrounds it, from 16 samples a pixel. Alpha: how bright
// the picture is there.
vec4 highlit() {
    vec4 sum = vec4(0.0);
    for (int y = 0; y < 4; y++)
        for (int x = 0; x < 4; x++) {
            vec3 color = IMG_NORM_PIXEL(inputImage, (gl_FragCoord.xy + (vec2(x, y) - 1.5) / 4.0) / RENDERSIZE).rgb;
            float grey = dot(color, LUMA);
            float top = max(color.r, max(color.g, color.b));
            sum += vec4(color * smoothstep(0.5, 0.95, mix(grey, top, 0.4)), grey) / 16.0;
        }
    vec3 around = vec3(0.0);
    vec2 reach = 0.09 * min(RENDERSIZE.x, RENDERSIZE.y) / RENDERSIZE;
    for (int i = 0; i < 16; i++) {
        float angle = 2.39996323 * float(i);
        around += IMG_NORM_PIXEL(inputImage, isf_FragNormCoord + reach * sqrt((float(i) + 0.5) / 16.0) * vec2(cos(angle), sin(angle)) * 1.6).rgb / 16.0;
    }
    float near_ = dot(around, LUMA);
    // A light in a bright place is none: a wall or snow would lay mist over what stands before it.
    return vec4(sum.rgb * smoothstep(0.06, 0.34, sum.a - 0.8 * near_) * (1.0 - 0.85 * smoothstep(0.3, 0.7, near_)), sum.a);
}

vec4 spread(sampler2D image, vec2 direction, float deviation, int taps) {
    vec2 unit = direction * deviation * min(RENDERSIZE.x, RENDERSIZE.y) / RENDERSIZE;
    vec4 sum = vec4(0.0);
    float weights = 0.0;
    for (int i = -taps; i <= taps; i++) {
        float d = float(i) / float(taps) * 2.6;
        float weight = exp(-0.5 * d * d);
        sum += weight * IMG_NORM_PIXEL(image, isf_FragNormCoord + d * unit);
        weights += weight;
    }
    return sum / weights;
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

// Photographic tone: straight up to the knee, then bending softly towards white.
float shoulder(float light) {
    const float KNEE = 0.66;
    float over = max(light - KNEE, 0.0) / (1.0 - KNEE);
    return min(light, KNEE) + (1.0 - KNEE) * over / (1.0 + over) * (1.0 + over / 9.0);
}

// More light by stops, through a shoulder; less light by a curve that leaves white as it is.
vec4 exposed() {
    float surge = exp(-drop / 1.5) * smoothstep(-0.04, 0.04, drop);
    float beat = amount * kick;
    float held = min(amount, 1.0) * clamp(loud + surge, 0.0, 1.0);
    float open = min(beat * (1.0 - 0.45 * held) + 0.65 * held, max(amount, 1.0));
    vec2 uv = drifting(isf_FragNormCoord + (vec2(0.5, 0.7) - isf_FragNormCoord) * (0.025 * min(beat, 1.0) + 0.09 * held));
    vec4 picture = IMG_NORM_PIXEL(inputImage, uv);
    vec4 narrow = IMG_NORM_PIXEL(close, uv);
    vec4 broad = IMG_NORM_PIXEL(wide, uv);
    vec3 color = clamp(picture.rgb, 0.0, 1.0);
    float grey = dot(color, LUMA);
    float top = max(color.r, max(color.g, color.b));
    float pure = (top - min(color.r, min(color.g, color.b))) * smoothstep(0.4, 0.9, top);
    // A face keeps its form: what has the colour of skin, and is light, takes half of the light.
    float warm = smoothstep(0.03, 0.12, color.r - color.g) * smoothstep(-0.02, 0.06, color.g - color.b) * smoothstep(0.35, 0.7, top);
    float skin = warm * (1.0 - pure);
    // The light comes from one side for eight accents each, and falls off from there.
    float hand = abs(mod(floor(number / 8.0), 2.0) - isf_FragNormCoord.x);
    float side = mix(1.0, 1.45 - 0.9 * hand, sun);
    float closed = min(amount, 1.0) * rest * max(1.0 - open, 0.0);
    float stops = 1.3 * brightness * open * side * (1.0 - 0.55 * highlights * smoothstep(0.35, 0.95, broad.a));
    stops *= (1.0 - 0.45 * pure) * (1.0 - 0.65 * skin);
    vec2 off = (isf_FragNormCoord - vec2(0.5, 0.55)) * 2.0;
    float shut = closed * (0.35 + 0.75 * min(dot(off, off) * 0.6, 1.0)) * (1.0 - 0.5 * skin);
    float deep = pow(max(top, 1e-4), 1.0 + 1.1 * shut) * (1.0 - 0.16 * shut);
    float target = shoulder(deep * exp2(stops * smoothstep(0.02, 0.42, mix(grey, top, 0.3))));
    color *= min(target, 1.0) / max(top, 1e-3);
    // What nears white pales a little, as film does.
    color = mix(color, vec3(max(color.r, max(color.g, color.b))), 0.25 * min(stops, 1.0) * smoothstep(0.8, 1.0, target) * (1.0 - skin));
    float lit = dot(color, LUMA);
    color = max(mix(vec3(lit), color, 1.0 + (0.22 * min(open, 1.0) + 0.12 * closed) * (1.0 - pure) * (1.0 - 0.7 * skin)), 0.0);
    // Warmth in the middle tones alone: white stays white, black stays black.
    float middle = smoothstep(0.05, 0.35, lit) * (1.0 - smoothstep(0.5, 0.9, lit));
    color *= mix(vec3(1.0), vec3(1.09, 1.0, 0.86), warmth * min(open, 1.0) * middle * (1.0 - 0.6 * skin) * (1.0 - pure));
    // The glow of the highlights: their own colour close by, warmer further off, gone in what is bright.
    float gain = bloom * (beat + 0.9 * held * (1.0 - 0.4 * min(beat, 1.0)));
    vec3 gold = mix(vec3(1.0), vec3(1.0, 0.56, 0.24), warmth);
    float dark = 1.0 - smoothstep(0.3, 0.9, lit);
    vec3 glow = narrow.rgb * (0.8 * dark + 0.15) + (1.0 - exp(-7.0 * broad.rgb)) * mix(vec3(1.0), gold, 0.6) * (1.1 * dark + 0.05);
    glow += gold * max(dot(narrow.rgb, LUMA) - 0.6 * grey, 0.0) * 1.1 * dark;
    color += (1.0 - clamp(color, 0.0, 1.0)) * min(gain * glow * (1.0 - 0.85 * skin) * (0.5 + 0.5 * smoothstep(0.1, 0.6, length(off * vec2(1.0, 0.8)))), 0.85);
    color /= max(max(color.r, max(color.g, color.b)), 1.0); // above white the hue stays
    return vec4(color, picture.a);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = highlit();
    else if (PASSINDEX == 1) gl_FragColor = spread(lights, vec2(1.0, 0.0), CLOSE, 5);
    else if (PASSINDEX == 2) gl_FragColor = spread(across, vec2(0.0, 1.0), CLOSE, 5);
    else if (PASSINDEX == 3) gl_FragColor = spread(close, vec2(1.0, 0.0), WIDE, 14);
    else if (PASSINDEX == 4) gl_FragColor = spread(further, vec2(0.0, 1.0), WIDE, 14);
    else gl_FragColor = exposed();
}
