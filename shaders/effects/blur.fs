/*{
    "ISFVSN": "2",
    "VSN": "2",
    "TITLE": "Blur",
    "TITLE_RU": "Размытие",
    "DESCRIPTION": "The picture out of focus as behind an open lens, with discs of light: all of it, around a sharp middle, or above and below a sharp band as in a photo of a model. Accents pull it into focus at once, and it slides softly out again; loudness keeps more of it sharp.",
    "DESCRIPTION_RU": "Кадр не в фокусе, как при открытой диафрагме, с дисками света: весь, вокруг резкой середины или выше и ниже резкой полосы, как на снимке макета. Акценты мгновенно наводят резкость, и она мягко уходит; на громкой музыке резким остаётся больше.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Filter", "Finish", "Lens", "Beat"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "radius", "LABEL": "Radius", "LABEL_RU": "Радиус", "TYPE": "float", "MIN": 0.0, "MAX": 0.08, "DEFAULT": 0.032, "IDENTITY": 0.0},
        {"NAME": "where", "LABEL": "Where", "LABEL_RU": "Где", "TYPE": "long", "VALUES": [0, 1, 2], "LABELS": ["Everywhere", "Around the middle", "Above and below"], "LABELS_RU": ["Везде", "Вокруг середины", "Сверху и снизу"], "DEFAULT": 1},
        {"NAME": "sharp", "LABEL": "Size of what stays sharp", "LABEL_RU": "Размер резкой области", "GROUP": "place", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.42},
        {"NAME": "center", "LABEL": "Middle of what stays sharp", "LABEL_RU": "Центр резкой области", "ADVANCED": true, "TYPE": "point2D", "MIN": [0.0, 0.0], "MAX": [1.0, 1.0], "DEFAULT": [0.5, 0.56]},
        {"NAME": "amount", "LABEL": "Amount", "LABEL_RU": "Сила", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 1.0, "IDENTITY": 0.0},
        {"NAME": "hit", "LABEL": "Accent", "LABEL_RU": "Акцент", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "BIND": {"bind": "accent.pulse", "smooth": 0.02, "decay": 0.6, "from": [0.0, 0.8]}},
        {"NAME": "level", "LABEL": "Loudness", "LABEL_RU": "Громкость", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "BIND": {"bind": "level.envelope", "from": [0.4, 1.0], "smooth": 0.4}},
        {"NAME": "pull", "LABEL": "Pull of the focus", "LABEL_RU": "Сила фокусировки", "GROUP": "response", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 1.0, "IDENTITY": 0.0},
        {"NAME": "shade", "LABEL": "Dim what is out of focus", "LABEL_RU": "Затемнить то, что не в фокусе", "ADVANCED": true, "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.22, "IDENTITY": 0.0}
    ],
    "PASSES": [
        {"TARGET": "light", "WIDTH": "max($WIDTH / 4, 2)", "HEIGHT": "max($HEIGHT / 4, 2)", "FLOAT": true},
        {"TARGET": "discs", "WIDTH": "max($WIDTH / 4, 2)", "HEIGHT": "max($HEIGHT / 4, 2)", "FLOAT": true},
        {"TARGET": "soft", "WIDTH": "max($WIDTH / 4, 2)", "HEIGHT": "max($HEIGHT / 4, 2)", "FLOAT": true},
        {}
    ]
}*/

// An open lens draws each point out of focus as a disc. The picture is gathered at a quarter of its
// size, over as large a disc at each pixel as it is out of focus there; where that is hardly at
// all, the sharp picture shows through.

const int TAPS = 43;
const float GOLDEN = 2.39996323; // angle between the taps of a spiral that fills a disc evenly (Vogel 1979)
const float LEAST = 0.0055;      // radius in short sides from which on nothing sharp shows through

// Blurred as light, not as numbers of sRGB (nearly a power of 2.2), and what is bright weighs more
// than a screen shows, as lamps do: out of focus it becomes a disc of light.
vec3 linear(vec3 color) {
    vec3 light = pow(max(color, 0.0), vec3(2.2));
    float most = max(light.r, max(light.g, light.b));
    return light * (1.0 + 3.0 * pow(most, 4.0));
}

vec3 encoded(vec3 light) {
    float most = max(light.r, max(light.g, light.b));
    // The inverse of the weight above, near enough: two steps of Newton's method.
    float plain = min(most, 1.0);
    for (int i = 0; i < 3; i++) {
        float fourth = pow(plain, 4.0);
        plain -= (plain * (1.0 + 3.0 * fourth) - most) / (1.0 + 15.0 * fourth);
    }
    return pow(max(light * plain / max(most, 1e-5), 0.0), vec3(1.0 / 2.2));
}

// 0 where the picture is in focus, 1 where it is out of it.
float unsharp() {
    float focus = min(pull * max(hit, 0.3 * level), 1.0);
    vec2 away = (isf_FragNormCoord - center) * RENDERSIZE / min(RENDERSIZE.x, RENDERSIZE.y);
    float far = where == 1 ? length(away * vec2(1.15, 0.85)) : abs(away.y);
    float begin = 0.5 * sharp + 0.25 * focus;
    float soft = where == 0 ? 1.0 : smoothstep(begin, begin + 0.42, far);
    return amount * soft * (1.0 - focus);
}

vec4 quarter() {
    vec2 pixel = 1.0 / IMG_SIZE(inputImage);
    vec3 sum = vec3(0.0);
    for (int i = 0; i < 4; i++)
        sum += linear(IMG_NORM_PIXEL(inputImage, isf_FragNormCoord + (vec2(i & 1, i >> 1) * 2.0 - 1.0) * pixel).rgb);
    return vec4(sum / 4.0, 1.0);
}

vec4 gathered() {
    float wide = radius * unsharp();
    vec2 reach = wide * min(RENDERSIZE.x, RENDERSIZE.y) / RENDERSIZE;
    vec3 sum = IMG_THIS_PIXEL(light).rgb;
    if (wide < 0.0005) return vec4(sum, 1.0);
    for (int i = 1; i < TAPS; i++) {
        float turn = GOLDEN * float(i);
        sum += IMG_NORM_PIXEL(light, isf_FragNormCoord + sqrt(float(i) / float(TAPS)) * vec2(cos(turn), sin(turn)) * reach).rgb;
    }
    return vec4(sum / float(TAPS), 1.0);
}

// Fills what lies between the taps.
vec4 evened() {
    vec2 pixel = 1.0 / IMG_SIZE(discs);
    vec4 sum = 4.0 * IMG_THIS_PIXEL(discs);
    for (int i = 0; i < 4; i++)
        sum += 2.0 * IMG_NORM_PIXEL(discs, isf_FragNormCoord + (vec2(i & 1, i >> 1) * 2.0 - 1.0) * 0.75 * pixel);
    return vec4(encoded(sum.rgb / 12.0), 1.0);
}

vec4 seen() {
    vec4 picture = IMG_THIS_PIXEL(inputImage);
    float out_of_focus = unsharp();
    float share = smoothstep(0.0, LEAST, radius * out_of_focus);
    vec3 color = mix(picture.rgb, IMG_NORM_PIXEL(soft, isf_FragNormCoord).rgb, share);
    return vec4(color * (1.0 - shade * out_of_focus * min(radius / 0.03, 1.0)), picture.a);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = quarter();
    else if (PASSINDEX == 1) gl_FragColor = gathered();
    else if (PASSINDEX == 2) gl_FragColor = evened();
    else gl_FragColor = seen();
}
