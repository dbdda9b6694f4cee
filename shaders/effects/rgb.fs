/*{
    "ISFVSN": "2",
    "VSN": "6",
    "TITLE": "RGB",
    "TITLE_RU": "RGB",
    "DESCRIPTION": "Red, green and blue part in three directions on every accent, further towards the edges of the picture, and slide quickly over each other again; the loudest moments hold them apart. Only the colours part: light and shade stay as sharp as they are, and colours glow for a moment.",
    "DESCRIPTION_RU": "На каждом акценте красный, зелёный и синий расходятся в три стороны, дальше у краёв кадра, и быстро сходятся снова; самые громкие моменты держат их врозь. Расходятся только цвета: свет и тень остаются такими же резкими, а цвета на мгновение вспыхивают.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "PREMIUM": true,
    "CATEGORIES": ["Filter", "Beat", "Colour"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "kick", "LABEL": "Accent", "LABEL_RU": "Акцент", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "accent.pulse", "decay": 0.28, "from": [0.0, 0.7], "smooth": 0.02}},
        {"NAME": "peak", "LABEL": "Loudest moments", "LABEL_RU": "Самые громкие моменты", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "loudness", "from": [0.86, 0.985], "curve": "in", "smooth": 0.3}},
        {"NAME": "amount", "LABEL": "Amount", "LABEL_RU": "Сила", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 1.0, "IDENTITY": 0.0},
        {"NAME": "distance", "LABEL": "Distance", "LABEL_RU": "Расстояние", "TYPE": "float", "MIN": 0.0, "MAX": 0.15, "DEFAULT": 0.028, "IDENTITY": 0.0},
        {"NAME": "angle", "LABEL": "Turn of the directions, degrees", "LABEL_RU": "Поворот направлений, градусы", "UNIT": "deg", "ADVANCED": true, "TYPE": "float", "MIN": -90.0, "MAX": 90.0, "DEFAULT": 0.0},
        {"NAME": "overlay", "LABEL": "Light along the edges", "LABEL_RU": "Свет вдоль контуров", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "IDENTITY": 0.0},
        {"NAME": "played", "LABEL": "Seconds of sound", "LABEL_RU": "Секунды звука", "UNIT": "s", "TYPE": "float", "MIN": 0.0, "MAX": 36000.0, "DEFAULT": 0.0, "BIND": {"bind": "sounding.sum", "smooth": 1.0}},
        {"NAME": "drift", "LABEL": "Drift", "LABEL_RU": "Медленное движение", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "IDENTITY": 0.0}
    ]
}*/

const float THIRD = 2.0943951; // of a turn, in radians
const vec3 LUMA = vec3(0.2126, 0.7152, 0.0722);

// The share of a colour's distance from grey of the same brightness that keeps it from 0 to 1.
float inside(float luma, vec3 color) {
    vec3 way = color - luma;
    vec3 most = mix(vec3(luma), vec3(1.0 - luma), step(0.0, way)) / max(abs(way), 1e-4);
    return min(min(most.r, most.g), min(most.b, 1.0));
}

vec2 towards(float direction) {
    return vec2(cos(direction), sin(direction));
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
    float pulse = amount * max(kick, 0.4 * peak);
    vec2 unit = pulse * distance * min(RENDERSIZE.x, RENDERSIZE.y) / RENDERSIZE;
    // As much closer as the channels go aside: none of them shows the picture's edge.
    vec2 uv = drifting(isf_FragNormCoord + (0.5 - isf_FragNormCoord) * 2.0 * unit);
    float red = radians(angle); // to the right
    vec4 picture = IMG_NORM_PIXEL(inputImage, uv);
    if (pulse <= 0.0) {
        gl_FragColor = picture;
        return;
    }
    // Less in the middle, where faces are.
    vec2 side = 2.0 * isf_FragNormCoord - 1.0;
    unit *= mix(0.12, 1.0, smoothstep(0.2, 1.0, length(side)));
    vec3 parted = vec3(
        IMG_NORM_PIXEL(inputImage, uv - unit * towards(red)).r,
        IMG_NORM_PIXEL(inputImage, uv - unit * towards(red + THIRD)).g,
        IMG_NORM_PIXEL(inputImage, uv - unit * towards(red - THIRD)).b);
    // Where a channel has come over a darker part it is light of its own: edges glow in clean
    // colours, and what is bright or flat is not raised.
    float share = 1.6 * overlay * min(pulse, 1.0);
    vec3 gained = max(parted - picture.rgb, 0.0);
    // The brightness stays that of the picture itself, so that its detail stays sharp and ghosts of
    // snow and sky do not outshine what they fall on; the colours are those of the parted channels.
    float luma = dot(picture.rgb, LUMA);
    vec3 chroma = parted - dot(parted, LUMA);
    vec3 color = luma + chroma * (1.0 + 0.25 * min(pulse, 1.0));
    // A colour that is too light or too dark for that brightness grows paler, not another one.
    color = mix(vec3(luma), color, inside(luma, color));
    color += share * 0.35 * gained * (1.0 - color);
    gl_FragColor = vec4(mix(picture.rgb, clamp(color, 0.0, 1.0), min(4.0 * pulse, 1.0)), picture.a);
}
