/*{
    "ISFVSN": "2",
    "VSN": "2",
    "TITLE": "Beat",
    "TITLE_RU": "Удар",
    "DESCRIPTION": "The picture grows with every accent, in the very frame in which it begins, with more light on it and streaks at the edges of the frame, and eases back over 150 ms. Between them it drifts slowly.",
    "DESCRIPTION_RU": "Кадр увеличивается на каждом акценте — ровно в том кадре, где акцент начинается, — становится светлее, по краям появляется смаз; за 150 мс всё возвращается. Между акцентами кадр медленно плывёт.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Filter", "Beat"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "kick", "LABEL": "Accent", "LABEL_RU": "Акцент", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "accent.pulse", "decay": 0.15, "curve": "out"}},
        {"NAME": "amount", "LABEL": "Amount", "LABEL_RU": "Сила", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 1.0, "IDENTITY": 0.0},
        {"NAME": "scale", "LABEL": "Scale on an accent", "LABEL_RU": "Увеличение на акценте", "GROUP": "response", "TYPE": "float", "MIN": 1.0, "MAX": 1.5, "DEFAULT": 1.15, "IDENTITY": 1.0},
        {"NAME": "center", "LABEL": "Point that stays in place", "LABEL_RU": "Неподвижная точка", "ADVANCED": true, "TYPE": "point2D", "MIN": [0.0, 0.0], "MAX": [1.0, 1.0], "DEFAULT": [0.5, 0.5]},
        {"NAME": "lift", "LABEL": "Raise of that point on an accent", "LABEL_RU": "Подъём этой точки на акценте", "GROUP": "response", "ADVANCED": true, "TYPE": "float", "MIN": 0.0, "MAX": 0.5, "DEFAULT": 0.32, "IDENTITY": 0.0},
        {"NAME": "light", "LABEL": "Light on an accent", "LABEL_RU": "Свет на акценте", "GROUP": "response", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.4, "IDENTITY": 0.0},
        {"NAME": "streaks", "LABEL": "Streaks at the edges on an accent", "LABEL_RU": "Смаз у краёв на акценте", "GROUP": "response", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "IDENTITY": 0.0},
        {"NAME": "played", "LABEL": "Seconds of sound", "LABEL_RU": "Секунды звука", "UNIT": "s", "TYPE": "float", "MIN": 0.0, "MAX": 36000.0, "DEFAULT": 0.0, "BIND": {"bind": "sounding.sum", "smooth": 1.0}},
        {"NAME": "drift", "LABEL": "Drift", "LABEL_RU": "Медленное движение", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "IDENTITY": 0.0}
    ]
}*/

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
    float zoom = 1.0 + amount * kick * (scale - 1.0);
    float much = min(amount * kick, 1.0);
    vec2 still = center + vec2(0.0, lift * much * much); // heads are above the middle
    vec2 inwards = (still - isf_FragNormCoord) * (1.0 - 1.0 / zoom);
    vec2 uv = isf_FragNormCoord + inwards;
    vec4 picture = IMG_NORM_PIXEL(inputImage, drifting(uv));
    if (much > 0.0) {
        // Light runs outwards at the edges; the middle stays as sharp as it is.
        vec2 off = 2.0 * isf_FragNormCoord - 1.0;
        float edge = smoothstep(0.35, 1.3, dot(off, off));
        float flash = much * much;
        vec3 run = picture.rgb;
        if (streaks * edge > 0.0) {
            // Noise in the steps (interleaved gradient noise, Jimenez 2014) hides them.
            float apart = fract(52.9829189 * fract(dot(gl_FragCoord.xy, vec2(0.06711056, 0.00583715))));
            vec3 sum = picture.rgb;
            for (float i = 0.0; i < 8.0; i++) {
                float way = (i + apart) / 8.0;
                sum += IMG_NORM_PIXEL(inputImage, drifting(uv + (still - uv) * 0.12 * way * much)).rgb;
            }
            run = max(run, 1.15 * sum / 9.0);
        }
        vec3 color = mix(picture.rgb, run, streaks * edge * flash);
        float grey = dot(color, vec3(0.2126, 0.7152, 0.0722));
        float gain = 1.0 + 1.1 * light * flash * smoothstep(0.0, 0.25, grey) * (1.0 - 0.6 * smoothstep(0.0, 2.0, dot(off, off)));
        picture.rgb = 1.0 - pow(1.0 - clamp(color, 0.0, 1.0), vec3(gain));
        picture.rgb *= 1.0 - 0.45 * light * flash * smoothstep(0.7, 2.0, dot(off, off)); // the corners fall back
    }
    gl_FragColor = picture;
}
