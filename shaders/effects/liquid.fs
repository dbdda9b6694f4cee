/*{
    "ISFVSN": "2",
    "VSN": "2",
    "TITLE": "Liquid",
    "TITLE_RU": "Вода",
    "DESCRIPTION": "The photo above dark water that mirrors it. Bass makes the water move, each accent sends a ring across it, and the drop a wave of light.",
    "DESCRIPTION_RU": "Фото над тёмной водой, в которой оно отражается. Бас колышет воду, каждый акцент пускает по ней круг, а дроп — волну света.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Photo", "Beat", "Scene"],
    "INPUTS": [
        {"NAME": "photo", "TYPE": "image"},
        {"NAME": "history", "TYPE": "audioHistory", "PAST": 4.0, "FUTURE": 0.1, "MAX": 4},
        {"NAME": "heard", "LABEL": "Seconds of sound", "LABEL_RU": "Секунды звука", "UNIT": "s", "TYPE": "float", "MIN": 0.0, "MAX": 36000.0, "DEFAULT": 0.0, "BIND": "sounding.sum"},
        {"NAME": "size", "LABEL": "Size of the photo", "LABEL_RU": "Размер фото", "GROUP": "place", "TYPE": "float", "MIN": 0.2, "MAX": 1.0, "DEFAULT": 0.7},
        {"NAME": "across", "LABEL": "Place from the left", "LABEL_RU": "Расстояние от левого края", "GROUP": "place", "ADVANCED": true, "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
        {"NAME": "line", "LABEL": "Height of the water", "LABEL_RU": "Уровень воды", "GROUP": "place", "TYPE": "float", "MIN": 0.1, "MAX": 0.6, "DEFAULT": 0.3},
        {"NAME": "corner", "LABEL": "Rounded corners", "LABEL_RU": "Скругление углов", "ADVANCED": true, "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.2},
        {"NAME": "swell", "LABEL": "Waves", "LABEL_RU": "Волны", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "IDENTITY": 0.0},
        {"NAME": "rings", "LABEL": "Rings of accents", "LABEL_RU": "Круги от акцентов", "GROUP": "response", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.8, "IDENTITY": 0.0},
        {"NAME": "mirror", "LABEL": "Reflection", "LABEL_RU": "Отражение", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.8, "IDENTITY": 0.0},
        {"NAME": "shine", "LABEL": "Light on the water", "LABEL_RU": "Свет на воде", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "IDENTITY": 0.0},
        {"NAME": "dim", "LABEL": "Dim the background", "LABEL_RU": "Затемнение фона", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.4},
        {"NAME": "color", "LABEL": "Colour of the light", "LABEL_RU": "Цвет света", "TYPE": "color", "DEFAULT": [1.0, 0.72, 0.45, 1.0], "PHOTO": "vivid"},
        {"NAME": "bass", "LABEL": "Bass", "LABEL_RU": "Бас", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "BIND": {"bind": "bass.envelope", "smooth": 0.15}},
        {"NAME": "level", "LABEL": "Level", "LABEL_RU": "Уровень", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "BIND": {"bind": "level.envelope", "smooth": 0.2}},
        {"NAME": "pulse", "LABEL": "Accent", "LABEL_RU": "Акцент", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "accent.pulse", "decay": 0.3, "smooth": 0.05}},
        {"NAME": "since", "LABEL": "Seconds since the drop", "LABEL_RU": "Секунды после дропа", "UNIT": "s", "TYPE": "float", "MIN": 0.0, "MAX": 600.0, "DEFAULT": 600.0, "BIND": "drop.since"}
    ],
    "PASSES": [
        {"TARGET": "soft", "WIDTH": 96, "HEIGHT": 96, "FLOAT": true},
        {"TARGET": "afar", "WIDTH": "ceil($WIDTH / 4)", "HEIGHT": "ceil($HEIGHT / 4)"},
        {"TARGET": "water", "WIDTH": "ceil($WIDTH / 2)", "HEIGHT": "ceil($HEIGHT / 2)", "FLOAT": true},
        {}
    ]
}*/

// Places are counted in short sides of the frame. The water is a plane that the viewer looks along:
// at `depth` 1 the photo stands on it, nearer ones are less. Its waves are closed formulas of the
// time and of the accents of the last seconds, so that any frame can be drawn by itself.

const float PAST = 4.0;      // as in the header
const float SPAN = 4.1;
const float PACE = 1.2;      // depths a second of a ring
const float FOOT = 0.4;      // depths before the photo that an accent lights at once
const float RISE = 0.07;     // of the horizon above the photo's lower edge

varying vec2 spot;  // of this pixel in the frame, from its lower left corner (liquid.vs)
varying vec4 stand; // the photo's middle, its lower edge, where the water mirrors, and half its sides
varying vec2 drop;  // how much of the drop there is now; mipmap of the photo

// Half a step of 8 bits of noise (interleaved gradient noise, Jimenez 2014): hides bands.
float dither() {
    return (fract(52.9829189 * fract(dot(gl_FragCoord.xy, vec2(0.06711056, 0.00583715)))) - 0.5) / 255.0;
}

// The photo far out of focus.
vec4 blurred() {
    vec3 sum = vec3(0.0);
    float weights = 0.0;
    for (int i = 0; i < 25; i++) {
        vec2 offset = vec2(i % 5 - 2, i / 5 - 2);
        float weight = exp(-0.3 * dot(offset, offset));
        vec2 uv = isf_FragNormCoord + 0.06 * offset;
        uv = 1.0 - abs(1.0 - abs(uv)); // mirrored beyond the edges
        sum += weight * textureLod(photo, uv, log2(IMG_SIZE(photo).x / 16.0)).rgb;
        weights += weight;
    }
    return vec4(sum / weights, 1.0);
}

// How far a place of the frame is from the photo's edge; less than 0 inside.
float beyond(vec2 p) {
    float round_at = 0.35 * corner * min(stand.z, stand.w);
    vec2 edge = abs(p - vec2(stand.x, stand.y + stand.w)) - stand.zw + round_at;
    return length(max(edge, 0.0)) + min(max(edge.x, edge.y), 0.0) - round_at;
}

// What is far behind the photo, with the photo's shadow, at a quarter of the frame's size. The water
// mirrors it too. Kept as the root of what it is, so that 8 bits hold it.
vec4 far_behind() {
    vec2 from = spot - vec2(stand.x, stand.y + stand.w);
    vec3 tone = IMG_NORM_PIXEL(soft, 1.0 - abs(1.0 - abs(vec2(0.5, 0.6) + from * 0.36))).rgb;
    tone = max(mix(vec3(dot(tone, vec3(0.2126, 0.7152, 0.0722))), tone, 1.35), 0.0);
    tone *= mix(vec3(1.0), tone, 0.35) * (1.0 - dim);
    vec2 away = from / (stand.zw + 0.35);
    float halo = exp(-1.6 * dot(away, away));
    tone = tone * (0.75 + 0.25 * level) + color.rgb * halo * (0.05 + 0.10 * level + 0.20 * pulse + 0.65 * drop.x);
    tone *= 1.0 - 0.45 * clamp(0.5 - 8.0 * beyond(spot + vec2(0.0, 0.015)), 0.0, 1.0);
    return vec4(sqrt(tone) + dither(), 1.0);
}

float accent_at(float ago) {
    return ago < 0.0 ? 0.0 : IMG_NORM_PIXEL(history, vec2((PAST - min(ago, 3.9)) / SPAN, 0.5)).b;
}

// The slope of the water sideways and towards the viewer (x, y), and the height of rings (z) on it.
vec3 waves(float below) {
    float depth = RISE / below;
    vec2 at = vec2((spot.x - stand.x) * depth / RISE * 0.30, depth * 2.2);
    float power = swell * (0.25 + 0.75 * bass);
    vec2 slope = vec2(0.0);
    vec2 way = vec2(0.28, 0.96);
    float frequency = 6.0;
    for (int i = 0; i < 5; i++) {
        float phase = frequency * dot(way, at) + heard * (0.7 + 0.25 * sqrt(frequency)) + 2.1 * float(i * i);
        slope += way * cos(phase + 0.8 * sin(0.37 * phase + 0.4 * heard)) * (0.9 - 0.12 * float(i));
        way = vec2(0.62 * way.x - 0.78 * way.y, 0.78 * way.x + 0.62 * way.y);
        way.y = abs(way.y) + 0.2;
        frequency *= 1.55;
    }
    slope *= 0.75 * power;
    // Rings leave the whole lower edge of the photo.
    float beside = sign(spot.x - stand.x) * max(abs(spot.x - stand.x) - 0.8 * stand.z, 0.0);
    vec2 from = vec2(beside * depth / RISE * 0.30, 1.9 * (depth - 1.0));
    float far = length(from);
    float ago = max(far - FOOT, 0.0) / PACE;
    float fade = rings * exp(-0.55 * far);
    float wave = since * 1.2 - far;
    float ring = accent_at(ago) * fade;
    float drop_wave = 1.5 * exp(-120.0 * wave * wave - 0.5 * far);
    float tilt = (accent_at(ago - 0.05) - accent_at(ago + 0.07)) * fade + 1.2 * drop_wave;
    slope += tilt * from / max(far, 0.05) * 2.0;
    // In the distance waves are finer than pixels, and the water smooth.
    return vec3(slope, ring + drop_wave) * smoothstep(0.0, 0.10, below);
}

// At half the frame's size, and drawn below the horizon alone (liquid.vs).
vec4 water_now() {
    float below = stand.y + RISE - spot.y;
    return vec4(waves(max(below, 0.002)) * step(0.002, below), 1.0);
}

// Above the water a place shows what is there, below it what is there mirrored: one fetch for both.
vec4 liquid() {
    float horizon = stand.y + RISE;
    float below = horizon - spot.y;
    float unit = min(RENDERSIZE.x, RENDERSIZE.y);
    float wet = step(0.0, below);
    float under = step(spot.y, stand.y);
    float share = clamp(below / horizon, 0.0, 1.0);
    vec3 wave = wet * IMG_THIS_NORM_PIXEL(water).xyz;
    vec2 bent = spot + wave.xy * vec2(0.016, 0.05) * (0.25 + share);

    vec2 behind = mix(spot, vec2(bent.x, bent.y + 1.8 * below), wet);
    vec3 sum = IMG_NORM_PIXEL(afar, behind * unit / RENDERSIZE).rgb;
    sum *= sum * mix(1.0, 0.7, wet);
    // A thin mist where water and distance meet, behind the photo.
    sum += color.rgb * (0.03 + 0.06 * level + 0.08 * pulse + 0.3 * drop.x) * exp(-below * below * 900.0);
    vec2 from = mix(spot, vec2(bent.x, 2.0 * stand.y + bent.y - 2.0 * spot.y), under);
    float cover = clamp(0.5 - beyond(from) / (1.0 / unit + under * 0.05 * share), 0.0, 1.0);
    cover *= mix(1.0, mirror * (0.9 - 0.75 * smoothstep(0.15, 0.85, share)), under);
    vec2 uv = clamp(0.5 + 0.5 * (from - vec2(stand.x, stand.y + stand.w)) / stand.zw, 0.0, 1.0);
    vec3 image = textureLod(photo, uv, drop.y).rgb * (1.0 + 0.08 * pulse + 0.25 * drop.x) * (1.0 - 0.05 * under);
    sum = mix(sum, image, cover);
    sum *= 1.0 - 0.4 * share * under;

    // Light catches the slopes that face it, most on the way from the photo to the viewer.
    float aside = (spot.x - stand.x) * (spot.x - stand.x) / (stand.z * stand.z + 0.08);
    float path = exp(-2.2 * aside);
    vec3 glint = mix(color.rgb, vec3(1.0), 0.35) * shine;
    float face = smoothstep(0.15, 1.0, -wave.y) * (0.5 + 0.5 * level + 0.6 * pulse);
    vec3 light = glint * (face * (0.10 + 0.38 * path) + wave.z * (0.35 + 1.0 * path + 0.4 * drop.x));
    light += color.rgb * 0.5 * drop.x * exp(-6.0 * share) * (0.3 + path);
    sum += light * max(wet - (1.0 - under) * cover, 0.0);
    return vec4(sum + dither(), 1.0);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = blurred();
    else if (PASSINDEX == 1) gl_FragColor = far_behind();
    else if (PASSINDEX == 2) gl_FragColor = water_now();
    else gl_FragColor = liquid();
}
