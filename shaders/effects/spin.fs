/*{
    "ISFVSN": "2",
    "VSN": "2",
    "TITLE": "Spin",
    "TITLE_RU": "Вращение",
    "DESCRIPTION": "A round cover that tilts to and fro while light circles on its rim, faster where it is loud; accents push it forward. As Picture it turns and pulses by a formula, t being `played` seconds: scale 1 + pulse * sin(2 pi t); angle = speed * t in radians, against the clock; opacity 1 - fade * (0.5 - 0.5 * cos(2 pi t)).",
    "DESCRIPTION_RU": "Круглая обложка покачивается, а по её ободку бежит свет, быстрее там, где громко; акценты толкают её вперёд. В форме «Картинка» она вращается и пульсирует по формуле, t — секунды `played`: масштаб 1 + pulse * sin(2 pi t); угол = speed * t в радианах, против часовой стрелки; непрозрачность 1 - fade * (0.5 - 0.5 * cos(2 pi t)).",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Photo", "Beat", "Motion"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "photo", "TYPE": "image"},
        {"NAME": "shape", "LABEL": "Shape", "LABEL_RU": "Форма", "TYPE": "long", "VALUES": [0, 1], "LABELS": ["Round", "Picture"], "LABELS_RU": ["Круг", "Картинка"], "DEFAULT": 0},
        {"NAME": "kick", "LABEL": "Accent", "LABEL_RU": "Акцент", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "accent.pulse", "decay": 0.4, "from": [0.0, 0.8], "smooth": 0.05}},
        {"NAME": "punch", "LABEL": "Growth on an accent", "LABEL_RU": "Рост на акценте", "GROUP": "response", "TYPE": "float", "MIN": 0.0, "MAX": 0.25, "DEFAULT": 0.08, "IDENTITY": 0.0},
        {"NAME": "glow", "LABEL": "Light on an accent", "LABEL_RU": "Свет на акценте", "GROUP": "response", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "IDENTITY": 0.0},
        {"NAME": "level", "LABEL": "Loudness", "LABEL_RU": "Громкость", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "BIND": {"bind": "level.envelope", "from": [0.3, 1.0], "smooth": 0.3}},
        {"NAME": "played", "LABEL": "Seconds of the motion", "LABEL_RU": "Секунды движения", "UNIT": "s", "TYPE": "float", "MIN": 0.0, "MAX": 36000.0, "DEFAULT": 0.0, "BIND": {"bind": "sounding.sum", "smooth": 1.0}},
        {"NAME": "carried", "LABEL": "Seconds of the light on the rim", "LABEL_RU": "Секунды света на ободке", "UNIT": "s", "TYPE": "float", "MIN": 0.0, "MAX": 36000.0, "DEFAULT": 0.0, "BIND": {"bind": "level.sum", "smooth": 1.0}},
        {"NAME": "swing", "LABEL": "Tilt, degrees", "LABEL_RU": "Наклон, градусы", "UNIT": "deg", "TYPE": "float", "MIN": 0.0, "MAX": 30.0, "DEFAULT": 6.0, "IDENTITY": 0.0},
        {"NAME": "speed", "LABEL": "Turn, radians a second", "LABEL_RU": "Вращение, радианы в секунду", "UNIT": "rad/s", "TYPE": "float", "MIN": -3.0, "MAX": 3.0, "DEFAULT": 0.0, "IDENTITY": 0.0},
        {"NAME": "pulse", "LABEL": "Pulse", "LABEL_RU": "Пульс", "TYPE": "float", "MIN": 0.0, "MAX": 0.5, "DEFAULT": 0.0, "IDENTITY": 0.0},
        {"NAME": "fade", "LABEL": "Fade", "LABEL_RU": "Угасание", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0},
        {"NAME": "rim", "LABEL": "Light on the rim", "LABEL_RU": "Свет на ободке", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.8, "IDENTITY": 0.0},
        {"NAME": "tint", "LABEL": "Colour of the light", "LABEL_RU": "Цвет света", "TYPE": "color", "DEFAULT": [1.0, 0.6, 0.3, 1.0], "PHOTO": "vivid"},
        {"NAME": "size", "LABEL": "Size", "LABEL_RU": "Размер", "GROUP": "place", "TYPE": "float", "MIN": 0.3, "MAX": 1.0, "DEFAULT": 0.72},
        {"NAME": "place", "LABEL": "Place", "LABEL_RU": "Положение", "TYPE": "point2D", "MIN": [0.0, 0.0], "MAX": [1.0, 1.0], "DEFAULT": [0.5, 0.5]},
        {"NAME": "feather", "LABEL": "Soft edge of the picture", "LABEL_RU": "Мягкий край картинки", "ADVANCED": true, "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.4},
        {"NAME": "dim", "LABEL": "Dim the background", "LABEL_RU": "Затемнение фона", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.35}
    ],
    "PASSES": [
        {"TARGET": "small", "WIDTH": "max($WIDTH / 8, 32)", "HEIGHT": "max($HEIGHT / 8, 32)", "FLOAT": true},
        {"TARGET": "across", "WIDTH": "max($WIDTH / 8, 32)", "HEIGHT": "max($HEIGHT / 8, 32)", "FLOAT": true},
        {"TARGET": "blurred", "WIDTH": "max($WIDTH / 8, 32)", "HEIGHT": "max($HEIGHT / 8, 32)", "FLOAT": true},
        {"TARGET": "back"},
        {"TARGET": "front"},
        {"TARGET": "circle"},
        {}
    ]
}*/

// Only the last pass moves. The others depend on nothing that changes, so they are drawn once, and
// a frame costs three texture fetches, in places that change evenly over the frame (spin.vs).

#ifndef SAFE_AREA
#define SAFE_AREA vec4(0.0)
#endif

varying vec2 turned;  // of this pixel in the pass `front`
varying vec2 circled; // in the pass `circle`
varying vec2 slid;    // and in the pass `back`
varying vec4 lamp;    // opacity of the picture, light of the background, on the rim, of its flash

const float TAPS = 14.0;
const float BLUR = 0.07; // standard deviation of the blur, in short sides of the frame
const float TURN = 6.28318531;

vec4 shrunk() {
    vec4 sum = vec4(0.0);
    for (int y = 0; y < 4; y++)
        for (int x = 0; x < 4; x++)
            sum += IMG_NORM_PIXEL(inputImage, (gl_FragCoord.xy + (vec2(x, y) - 1.5) / 4.0) / RENDERSIZE);
    return sum / 16.0;
}

vec4 blur(sampler2D image, vec2 direction) {
    vec2 deviation = direction * BLUR * min(RENDERSIZE.x, RENDERSIZE.y) / RENDERSIZE;
    vec4 sum = vec4(0.0);
    float weights = 0.0;
    for (float i = -TAPS; i <= TAPS; i++) {
        float d = i / TAPS * 2.6;
        float weight = exp(-0.5 * d * d);
        sum += weight * IMG_NORM_PIXEL(image, isf_FragNormCoord + d * deviation);
        weights += weight;
    }
    return sum / weights;
}

// Cubic B-spline in four bilinear fetches (Sigg and Hadwiger, GPU Gems 2, chapter 20).
vec3 smoothly(sampler2D image, vec2 uv) {
    vec2 size = IMG_SIZE(image);
    vec2 texel = uv * size - 0.5;
    vec2 f = fract(texel);
    vec2 g = 1.0 - f;
    vec2 w0 = g * g * g / 6.0;
    vec2 w3 = f * f * f / 6.0;
    vec2 w1 = 2.0 / 3.0 - 0.5 * f * f * (2.0 - f);
    vec2 low = w0 + w1;
    vec2 w2 = 1.0 - low - w3;
    vec2 a = (floor(texel) - 0.5 + w1 / low) / size;
    vec2 b = (floor(texel) + 1.5 + w3 / (w2 + w3)) / size;
    vec3 bottom = mix(IMG_NORM_PIXEL(image, vec2(b.x, a.y)).rgb, IMG_NORM_PIXEL(image, a).rgb, low.x);
    vec3 top = mix(IMG_NORM_PIXEL(image, b).rgb, IMG_NORM_PIXEL(image, vec2(a.x, b.y)).rgb, low.x);
    return mix(top, bottom, low.y);
}

// Half a step of 8 bits of noise (interleaved gradient noise, Jimenez 2014): hides bands.
float dither() {
    return (fract(52.9829189 * fract(dot(gl_FragCoord.xy, vec2(0.06711056, 0.00583715)))) - 0.5) / 255.0;
}

vec4 background() {
    vec3 color = smoothly(blurred, isf_FragNormCoord) * (1.0 - dim);
    vec2 side = isf_FragNormCoord - 0.5;
    return vec4(color * (1.05 - 0.5 * dot(side, side)) + dither(), 1.0);
}

// Radius of the round cover in pixels. Where apps cover the sides, it keeps clear of them with the
// rim around it, also on an accent.
float radius() {
    float room = (1.0 - SAFE_AREA.x - SAFE_AREA.z) * RENDERSIZE.x;
    float most = SAFE_AREA.x + SAFE_AREA.z > 0.0 ? 0.4 * room : RENDERSIZE.x;
    return min(0.5 * size * min(RENDERSIZE.x, RENDERSIZE.y), most);
}

// The picture with a soft edge, premultiplied. One pixel at least is clear all around, so that
// sampling beyond it finds nothing.
vec4 feathered() {
    vec2 inside = 0.5 * RENDERSIZE - abs(gl_FragCoord.xy - 0.5 * RENDERSIZE) - 0.5;
    float soft = 1.5 + 0.3 * feather * min(RENDERSIZE.x, RENDERSIZE.y);
    vec2 edge = smoothstep(0.0, soft, inside);
    vec4 color = IMG_THIS_PIXEL(inputImage);
    return vec4(color.rgb, 1.0) * color.a * edge.x * edge.y;
}

// The photo in a circle, in the middle of the frame, and its shadow; premultiplied. Of an upright
// photo the upper part is shown: that is where heads are.
vec4 rounded() {
    vec2 point = gl_FragCoord.xy - 0.5 * RENDERSIZE;
    vec2 photo_size = IMG_SIZE(photo);
    vec2 uv = 0.5 + 0.5 * point / radius() * min(photo_size.x, photo_size.y) / photo_size;
    uv.y += 0.8 * (0.5 - 0.5 * min(photo_size.x, photo_size.y) / photo_size.y);
    float away = length(point) - radius();
    float inside = clamp(0.5 - away, 0.0, 1.0);
    vec3 color = mix(IMG_NORM_PIXEL(photo, uv).rgb, vec3(1.0), 0.14 * clamp(2.5 + away, 0.0, 1.0));
    float far = max(away, 0.0) / (0.16 * radius());
    return vec4(color * inside, inside + 0.5 * exp(-far * far) * (1.0 - inside));
}

// Red: two comets on a thin circle around the cover, with the glow of each. Green: the whole circle
// and the light around it, for the flash of an accent.
vec4 rim_light() {
    if (shape != 0) return vec4(0.0);
    vec2 point = gl_FragCoord.xy - 0.5 * RENDERSIZE;
    float away = abs(length(point) / radius() - 1.075);
    float line = clamp((0.007 - away) * radius() + 0.5, 0.0, 1.0);
    float turn = fract(atan(point.y, point.x) / TURN + 1.0);
    float tail = max(pow(turn, 5.0), 0.55 * pow(fract(turn + 0.5), 7.0));
    float light = line * (0.1 + tail) + 0.55 * tail * exp(-away * 26.0) * step(1.0, length(point) / radius());
    float out_ = max(length(point) / radius() - 1.0, 0.0);
    float flash = line * 0.9 + (0.5 * exp(-out_ * 7.0) + 0.35 * exp(-away * 30.0)) * step(1.0, length(point) / radius());
    return vec4(light, flash, 0.0, 1.0);
}

vec4 spun() {
    vec4 picture = IMG_NORM_PIXEL(front, turned) * lamp.x;
    vec4 round_ = IMG_NORM_PIXEL(circle, circled);
    float light = round_.r * lamp.z + round_.g * lamp.w;
    vec3 color = picture.rgb + IMG_NORM_PIXEL(back, slid).rgb * lamp.y * (1.0 - picture.a);
    vec3 bright = mix(tint.rgb, vec3(1.0), min(0.6 * light, 1.0));
    return vec4(color + (1.0 - color) * min(light * tint.a, 1.0) * bright, 1.0);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = shrunk();
    else if (PASSINDEX == 1) gl_FragColor = blur(small, vec2(1.0, 0.0));
    else if (PASSINDEX == 2) gl_FragColor = blur(across, vec2(0.0, 1.0));
    else if (PASSINDEX == 3) gl_FragColor = background();
    else if (PASSINDEX == 4) gl_FragColor = shape == 0 ? rounded() : feathered();
    else if (PASSINDEX == 5) gl_FragColor = rim_light();
    else gl_FragColor = spun();
}
