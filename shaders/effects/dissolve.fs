/*{
    "ISFVSN": "2",
    "VSN": "6",
    "TITLE": "Dissolve",
    "TITLE_RU": "Растворение",
    "DESCRIPTION": "One photo burns through into the other, its bright parts first: the old one darkens to embers and glows away along the finest edges of smoke, which leap forward with each accent. Before and after, each accent lets the light and the other photo in from the borders of the picture, in wisps that stay clear of the subject, and they sink back; loud music keeps them glowing, the loudest most. With one photo only the same shows behind itself, larger.",
    "DESCRIPTION_RU": "Одно фото прогорает насквозь в другое, сначала светлыми местами: старое темнеет до углей и гаснет в свете по тончайшим краям дыма, которые с каждым акцентом рвутся вперёд. До и после каждый акцент впускает свет и второе фото от краёв кадра, прядями, которые обходят главный предмет, и они опадают; громкая музыка держит их горящими, в самые громкие моменты — ярче всего. С одним фото за ним видно его же, крупнее.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Transition", "Photo", "Beat"],
    "INPUTS": [
        {"NAME": "startImage", "TYPE": "image"},
        {"NAME": "endImage", "TYPE": "image"},
        {"NAME": "progress", "LABEL": "Progress", "LABEL_RU": "Ход", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0},
        {"NAME": "fineness", "LABEL": "Fineness of the clouds", "LABEL_RU": "Мелкость облаков", "GROUP": "response", "ADVANCED": true, "TYPE": "float", "MIN": 0.5, "MAX": 12.0, "DEFAULT": 2.2},
        {"NAME": "softness", "LABEL": "Softness of the border", "LABEL_RU": "Мягкость границы", "ADVANCED": true, "TYPE": "float", "MIN": 0.01, "MAX": 0.6, "DEFAULT": 0.07},
        {"NAME": "sweep", "LABEL": "From left to right instead of everywhere", "LABEL_RU": "Слева направо, а не повсюду", "ADVANCED": true, "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.3},
        {"NAME": "bright", "LABEL": "How much the bright parts come first", "LABEL_RU": "Насколько раньше меняются светлые места", "ADVANCED": true, "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.3},
        {"NAME": "push", "LABEL": "Towards the eye", "LABEL_RU": "Навстречу зрителю", "TYPE": "float", "MIN": 0.0, "MAX": 0.4, "DEFAULT": 0.12},
        {"NAME": "ripple", "LABEL": "How much the photos bend at the border", "LABEL_RU": "Изгиб фото у границы", "ADVANCED": true, "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.35},
        {"NAME": "glow", "LABEL": "Light at the border", "LABEL_RU": "Свет на границе", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 0.8},
        {"NAME": "light", "LABEL": "Colour of the light", "LABEL_RU": "Цвет света", "TYPE": "color", "DEFAULT": [1.0, 0.92, 0.8, 1.0], "PHOTO": "light"},
        {"NAME": "ghost", "LABEL": "The other photo shows through", "LABEL_RU": "Проступание второго фото", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 1.0, "IDENTITY": 0.0},
        {"NAME": "flare", "LABEL": "Light of an accent", "LABEL_RU": "Свет акцента", "GROUP": "response", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "IDENTITY": 0.0},
        {"NAME": "depth", "LABEL": "Embers of the border", "LABEL_RU": "Угли границы", "ADVANCED": true, "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.65, "IDENTITY": 0.0},
        {"NAME": "bump", "LABEL": "The photo grows on an accent", "LABEL_RU": "Рост фото на акценте", "GROUP": "response", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "IDENTITY": 0.0},
        {"NAME": "pulse", "LABEL": "Accent", "LABEL_RU": "Акцент", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "accent.pulse", "decay": 0.38, "from": [0.0, 0.85]}},
        {"NAME": "number", "LABEL": "Number of the accent", "LABEL_RU": "Номер акцента", "UNIT": "count", "TYPE": "float", "MIN": 0.0, "MAX": 4096.0, "DEFAULT": 0.0, "BIND": {"bind": "accent.count"}},
        {"NAME": "peak", "LABEL": "Loudest moments", "LABEL_RU": "Самые громкие моменты", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "loudness", "from": [0.86, 0.985], "curve": "in", "smooth": 0.3}},
        {"NAME": "played", "LABEL": "Seconds of sound", "LABEL_RU": "Секунды звука", "UNIT": "s", "TYPE": "float", "MIN": 0.0, "MAX": 36000.0, "DEFAULT": 0.0, "BIND": {"bind": "sounding.sum", "smooth": 1.0}},
        {"NAME": "drift", "LABEL": "Drift", "LABEL_RU": "Медленное движение", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "IDENTITY": 0.0}
    ],
    "PASSES": [
        {"TARGET": "field", "WIDTH": "max(ceil($WIDTH / 3), 16)", "HEIGHT": "max(ceil($HEIGHT / 3), 16)", "FLOAT": true},
        {}
    ]
}*/

// The clouds are drawn once, at a third of the frame's size.

const vec3 LUMA = vec3(0.2126, 0.7152, 0.0722);

// Hash without sine (Dave Hoskins), so that every driver gives the same clouds.
float hash(vec2 p) {
    vec3 q = fract(p.xyx * 0.1031);
    q += dot(q, q.yzx + 33.33);
    return fract((q.x + q.y) * q.z);
}

float noise(vec2 p) {
    vec2 cell = floor(p);
    vec2 f = fract(p);
    f = f * f * f * (f * (f * 6.0 - 15.0) + 10.0);
    float bottom = mix(hash(cell), hash(cell + vec2(1.0, 0.0)), f.x);
    float top = mix(hash(cell + vec2(0.0, 1.0)), hash(cell + vec2(1.0, 1.0)), f.x);
    return mix(bottom, top, f.y);
}

// Five octaves, each turned so that no grid shows; about 0.1 to 0.8.
float clouds(vec2 p) {
    float sum = 0.0;
    float share = 0.5;
    for (int i = 0; i < 5; i++) {
        sum += share * noise(p);
        p = mat2(1.6, 1.2, -1.2, 1.6) * p + 17.3;
        share *= 0.5;
    }
    return sum;
}

// The brightness of the new photo around a place, from 0 to 1.
float luma_near(vec2 uv) {
    vec3 sum = IMG_NORM_PIXEL(endImage, uv).rgb;
    for (int i = 0; i < 4; i++) {
        vec2 corner = vec2(i & 1, i >> 1) * 2.0 - 1.0;
        sum += IMG_NORM_PIXEL(endImage, uv + 0.03 * corner * vec2(RENDERSIZE.y / RENDERSIZE.x, 1.0)).rgb;
    }
    return dot(sum / 5.0, LUMA);
}

// Red: when the new photo comes through at this place. Green: how the clouds bend. Blue: the clouds.
vec4 melt() {
    vec2 uv = isf_FragNormCoord;
    vec2 place = uv * RENDERSIZE / min(RENDERSIZE.x, RENDERSIZE.y) * fineness;
    // The clouds bend themselves, which draws them out into wisps.
    float bend = clouds(place + 5.2);
    float cloud = clamp((clouds(place + 0.9 * bend) - 0.08) / 0.75, 0.0, 1.0);
    float when = mix(cloud, 1.0 - luma_near(uv), bright);
    when = mix(when, 0.75 * uv.x + 0.25 * when, sweep);
    return vec4(clamp((when - 0.15) / 0.7, 0.0, 1.0), bend, cloud, 1.0);
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

// A photo that is `nearer` than it was, about its middle.
vec2 nearer(vec2 uv, float by) {
    return 0.5 + (uv - 0.5) / (1.0 + by);
}

// The look of a place that is `open` behind the border, in units of the field: how much of the
// photo behind shows (x), the embers of the one in front (y), its bright line (z) and the light
// around it (w).
vec4 border(float open) {
    float ahead = max(-open, 0.0);
    float line = 0.22 * softness;
    return vec4(
        smoothstep(-0.5 * softness, 0.5 * softness, open),
        exp(-ahead / (1.5 * softness)),
        exp(-open * open / (line * line)),
        exp(-abs(open) / (1.1 * softness)));
}

// The photos at a border. The one in front darkens and glows away; the light takes up the colour
// that it falls on, and is deeper further from the line.
vec3 burnt(vec3 front, vec3 behind, vec4 at, float strength) {
    vec3 warm = light.rgb * light.rgb * vec3(1.0, 0.5, 0.2);
    front *= mix(vec3(1.0), vec3(0.36, 0.18, 0.1), depth * at.y);
    vec3 picture = mix(front, behind, at.x);
    float grey = dot(picture, LUMA);
    vec3 glowing = light.a * strength * (warm * at.w * (0.3 + 0.35 * grey) + mix(warm, light.rgb, 0.6) * at.z * 0.55);
    return 1.0 - (1.0 - picture) * exp(-1.6 * glowing);
}

vec4 dissolve() {
    vec2 uv = nearer(drifting(isf_FragNormCoord), 0.05 * bump * pulse + 0.05 * bump * peak);
    vec3 at = IMG_THIS_NORM_PIXEL(field).rgb;
    float during = smoothstep(0.0, 0.12, progress) * smoothstep(1.0, 0.88, progress);
    // From below all of it to above all of it, so that both ends are the photos themselves; an
    // accent throws the border forward.
    float share = clamp(progress + 0.14 * pulse * during, 0.0, 1.0);
    float level = mix(-4.0 * softness, 1.0 + 4.0 * softness, share);
    vec4 change = border(level - at.r);
    if (progress <= 0.0 || progress >= 1.0) change = vec4(step(1.0, progress), 0.0, 0.0, 0.0);

    // An accent burns in from the frame's borders, each at other wisps.
    vec2 part = vec2(hash(vec2(number, 3.0)), hash(vec2(7.0, number)));
    float cloud = IMG_NORM_PIXEL(field, 0.7 * isf_FragNormCoord + 0.3 * part).b;
    vec2 wander = 0.04 * vec2(sin(0.31 * played), cos(0.23 * played));
    float far = length((isf_FragNormCoord - vec2(0.5, 0.56) + wander) * vec2(2.0, 1.6));
    float wide = max(pulse, 0.6 * peak) + 0.2 * pulse * peak;
    vec4 tear = border(0.6 * (far - 1.78 + 0.6 * min(wide, 1.2)) + 0.6 * (cloud - 0.5));
    tear *= smoothstep(0.0, 0.12, wide) * (1.0 - during);

    vec2 shift = (at.gr - 0.5) * 0.05 * ripple * max(change.w * during, tear.w);
    vec4 leaving = IMG_NORM_PIXEL(startImage, nearer(uv, push * progress * progress) + shift);
    float left = 1.0 - progress;
    vec4 coming = IMG_NORM_PIXEL(endImage, nearer(uv, push * left * left) - shift);
    vec4 picture = mix(leaving, coming, change.x);
    picture.rgb = burnt(leaving.rgb, coming.rgb, vec4(change.x, during * change.yzw), glow);
    vec4 other = progress < 0.5 ? coming : leaving;
    picture.rgb = burnt(picture.rgb, other.rgb, vec4(ghost * tear.x, tear.yzw), 2.0 * flare);
    return picture;
}

void main() {
    gl_FragColor = PASSINDEX == 0 ? melt() : dissolve();
}
