/*{
    "ISFVSN": "2",
    "VSN": "5",
    "TITLE": "Pulse",
    "TITLE_RU": "Пульс",
    "DESCRIPTION": "A heartbeat of the picture: with every accent a shock wave of light in the photo's own colour runs out from its middle and bends what it passes, a weaker one follows, and the picture comes nearer, harder and richer in colour while the dark closes in from the corners; it eases back over 300 ms. The louder the music, the nearer and deeper the picture stays, and at the drop the wave is at its largest. Nothing burns out.",
    "DESCRIPTION_RU": "Сердцебиение кадра: с каждым акцентом из середины выбегает ударная волна света в цвете самого фото и изгибает всё на своём пути, за ней идёт слабее, а кадр становится ближе, жёстче и насыщеннее, и из углов наступает темнота; за 300 мс всё возвращается. Чем громче музыка, тем ближе и глубже остаётся кадр, а на дропе волна самая большая. Ничего не пересвечивается.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Filter", "Beat"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "kick", "LABEL": "Accent", "LABEL_RU": "Акцент", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "accent.pulse", "decay": 0.34, "curve": "out", "from": [0.0, 0.8]}},
        {"NAME": "since", "LABEL": "Seconds since the accent", "LABEL_RU": "Секунды после акцента", "UNIT": "s", "TYPE": "float", "MIN": 0.0, "MAX": 10.0, "DEFAULT": 10.0, "IDENTITY": 10.0, "BIND": {"bind": "accent.since"}},
        {"NAME": "until", "LABEL": "Seconds until the next accent", "LABEL_RU": "Секунды до следующего акцента", "UNIT": "s", "TYPE": "float", "MIN": 0.0, "MAX": 10.0, "DEFAULT": 10.0, "BIND": {"bind": "accent.until"}},
        {"NAME": "strength", "LABEL": "Strength of the accent", "LABEL_RU": "Сила акцента", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 1.0, "IDENTITY": 0.0, "BIND": {"bind": "accent.strength", "from": [0.0, 0.8]}},
        {"NAME": "loud", "LABEL": "Loudness", "LABEL_RU": "Громкость", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "loudness", "from": [0.86, 0.985], "curve": "in", "smooth": 0.3}},
        {"NAME": "drop", "LABEL": "Seconds since the drop", "LABEL_RU": "Секунды после дропа", "UNIT": "s", "TYPE": "float", "MIN": 0.0, "MAX": 600.0, "DEFAULT": 600.0, "IDENTITY": 600.0, "BIND": "drop.since"},
        {"NAME": "amount", "LABEL": "Amount", "LABEL_RU": "Сила", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 1.0, "IDENTITY": 0.0},
        {"NAME": "brightness", "LABEL": "Brightness on an accent", "LABEL_RU": "Яркость на акценте", "GROUP": "response", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.4, "IDENTITY": 0.0},
        {"NAME": "contrast", "LABEL": "Contrast on an accent", "LABEL_RU": "Контраст на акценте", "GROUP": "response", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "IDENTITY": 0.0},
        {"NAME": "saturation", "LABEL": "Colour on an accent", "LABEL_RU": "Насыщенность на акценте", "GROUP": "response", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.45, "IDENTITY": 0.0},
        {"NAME": "vignette", "LABEL": "Dark corners on an accent", "LABEL_RU": "Тёмные углы на акценте", "GROUP": "response", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.55, "IDENTITY": 0.0},
        {"NAME": "rays", "LABEL": "Light of the wave", "LABEL_RU": "Свет волны", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.35, "IDENTITY": 0.0},
        {"NAME": "bend", "LABEL": "How much the wave bends the picture", "LABEL_RU": "Изгиб кадра волной", "ADVANCED": true, "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.9, "IDENTITY": 0.0},
        {"NAME": "tint", "LABEL": "Colour of the wave", "LABEL_RU": "Цвет волны", "TYPE": "color", "DEFAULT": [1.0, 0.62, 0.36, 1.0], "PHOTO": "vivid"},
        {"NAME": "played", "LABEL": "Seconds of sound", "LABEL_RU": "Секунды звука", "UNIT": "s", "TYPE": "float", "MIN": 0.0, "MAX": 36000.0, "DEFAULT": 0.0, "BIND": {"bind": "sounding.sum", "smooth": 1.0}},
        {"NAME": "drift", "LABEL": "Drift", "LABEL_RU": "Медленное движение", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "IDENTITY": 0.0}
    ]
}*/

const vec3 LUMA = vec3(0.2126, 0.7152, 0.0722);
const vec2 MIDDLE = vec2(0.5, 0.55); // where waves come from
const float FREE = 0.34;             // radius around it in which nothing bends, in short sides
const float WAY = 1.0;               // how far they run from there, in short sides
const float ECHO = 0.13;             // seconds from a wave to its echo

// Where a pixel comes from while the camera drifts over the picture, a little closer than it is.
// Added to the pixel's own place, so that no drift moves it by exactly nothing. What is sampled
// lies inside the picture.
vec2 drifting(vec2 uv) {
    float turn = 6.28318531 * played;
    vec2 to = vec2(sin(turn / 19.0), sin(turn / 14.3 + 1.9));
    float zoom = 1.0 + drift * (0.045 - 0.025 * cos(turn / 25.0));
    return uv + (0.5 - uv) * (1.0 - 1.0 / zoom) + 0.009 * drift * to;
}

// A wave of that age: the light behind its front (x), the front itself (y), and how much it bends,
// outwards before the front and inwards behind it (z). It starts fast and slows down, and has
// passed before the next one starts.
vec3 wave(float r, float age, float gap) {
    if (age < 0.0) return vec3(0.0);
    float pace = clamp(0.45 * gap, 0.16, 0.30);
    float off = r - FREE - WAY * (1.0 - exp(-age / pace));
    float fades = exp(-age / (1.6 * pace));
    float trail = off > 0.0 ? exp(-off * off / 0.003) : mix(exp(off / 0.28), 1.0, 0.15);
    float front = exp(-off * off / (off > 0.0 ? 0.0006 : 0.004));
    return fades * vec3(trail, front, exp(-off * off / 0.008) * off / 0.045 * smoothstep(FREE, 1.5 * FREE, r));
}

vec4 beaten() {
    vec2 side = RENDERSIZE / min(RENDERSIZE.x, RENDERSIZE.y);
    vec2 out_ = (isf_FragNormCoord - MIDDLE) * side;
    float r = length(out_);
    float surge = exp(-drop / 1.2) * smoothstep(-0.04, 0.04, drop);
    float power = amount * min(strength * (0.7 + 0.3 * loud) + 0.7 * surge, 1.25);
    vec3 ring = power * (wave(r, since, since + until) + 0.35 * wave(r, since - ECHO, since + until));
    float beat = amount * kick;
    // What an accent does for a moment, loud music holds in part.
    float held = min(amount, 1.0) * clamp(0.75 * loud + surge, 0.0, 1.0);
    float hard = beat * (1.0 - 0.4 * held) + 0.6 * held;

    vec2 nearer = (vec2(0.5, 0.75) - isf_FragNormCoord) * (0.05 * min(beat, 1.0) + 0.11 * held);
    vec2 uv = drifting(isf_FragNormCoord + nearer);
    vec2 shift = -0.035 * bend * ring.z * out_ / max(r, 0.05) / side;
    vec4 picture = IMG_NORM_PIXEL(inputImage, uv + shift);
    if (abs(ring.z) * bend > 0.02) { // colours part where it bends most, as in glass
        picture.r = IMG_NORM_PIXEL(inputImage, uv + 1.3 * shift).r;
        picture.b = IMG_NORM_PIXEL(inputImage, uv + 0.7 * shift).b;
    }
    vec2 corner = 2.0 * isf_FragNormCoord - vec2(1.0, 1.1);
    float far = dot(corner, corner) / 2.0; // 1 in the corners
    // Brighter in the middle by a curve that never clips, harder by an S through middle grey that
    // keeps black and white. What is pure in colour already, and skin, takes little more of it.
    vec3 color = clamp(picture.rgb, 0.0, 1.0);
    float before = dot(color, LUMA);
    float top = max(color.r, max(color.g, color.b));
    float pure = (top - min(color.r, min(color.g, color.b))) / max(top, 0.05);
    float warm = smoothstep(0.0, 0.1, color.r - color.g) * smoothstep(-0.02, 0.06, color.g - color.b);
    float skin = warm * smoothstep(0.35, 0.6, before) * (1.0 - smoothstep(0.6, 0.85, pure));
    float grey = 1.0 - pow(1.0 - before, 1.0 + brightness * (hard * max(1.0 - 1.6 * far, 0.0) + 1.0 * rays * ring.x) * (1.0 - 0.6 * skin));
    grey += 1.15 * contrast * hard * grey * (1.0 - grey) * (2.0 * grey - 0.9);
    grey = clamp(grey, 0.0, 1.0);
    // The colour follows the light in part: all of it would make shadows dull and lights loud.
    vec3 own = (color - before) * mix(1.0, grey / max(before, 0.02), 0.6);
    own *= 1.0 + saturation * hard * pow(1.0 - pure, 1.5) * (1.0 - 0.8 * warm) * 1.6;
    float most = max(own.r, max(own.g, own.b));
    color = clamp(grey + own * min((0.97 - 0.97 * grey) / max(most, 1e-3), 1.0), 0.0, 1.0);
    // At rest the picture lies in the shade, from its corners on; loud music and waves light it.
    float shade = vignette * min(amount, 1.0) * (0.30 + 0.9 * smoothstep(0.0, 0.9, far));
    shade *= (1.0 - 0.8 * held) * max(1.0 - 0.85 * min(ring.x, 1.0) - 0.25 * min(beat, 1.0), 0.0);
    color *= 1.0 - min(shade, 0.85) * (0.75 + 0.25 * before);
    // The wave's own light: strongest on what is bright, and snow takes its colour alone.
    vec3 light = tint.rgb / max(max(tint.r, max(tint.g, tint.b)), 0.05);
    float angle = atan(out_.y, out_.x);
    float beam = 0.5 + 0.5 * cos(5.0 * angle + 0.7 * played) * cos(8.0 * angle - 0.5 * played + 1.7);
    beam *= beam;
    float lit = tint.a * rays * min((ring.x * (0.2 + 0.7 * beam) + 0.6 * ring.y) * smoothstep(0.15, 0.5, r) + held * (0.7 + 1.5 * beam) * smoothstep(0.1, 0.8, far), 1.5);
    float pale = smoothstep(0.45, 0.95, grey);
    color *= mix(vec3(1.0), light, min(0.8 * lit, 1.0) * pale);
    color += (1.0 - color) * min(light * lit * (0.30 + 1.0 * color) * (1.0 - 0.8 * pale) * (1.0 - 0.7 * skin), 0.9);
    return vec4(color, picture.a);
}

void main() {
    gl_FragColor = beaten();
}
