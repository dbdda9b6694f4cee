/*{
    "ISFVSN": "2",
    "VSN": "2",
    "TITLE": "Progress",
    "TITLE_RU": "Ход видео",
    "DESCRIPTION": "How far the video is: a line, a rounded bar, dots or ticks like a waveform, with elapsed and total time. A line and a bar glow with accents, and their round head swells.",
    "DESCRIPTION_RU": "Сколько видео прошло: линия, скруглённая полоса, точки или штрихи, похожие на волну, с прошедшим и полным временем. Линия и полоса светятся на акцентах, а их круглая головка растёт.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Text", "Player"],
    "INPUTS": [
        {"NAME": "digits", "LABEL": "Digits", "LABEL_RU": "Цифры", "ADVANCED": true, "TYPE": "text", "DEFAULT": "0123456789:", "CELLS": true,
         "FONT": "font", "BOLD": false, "SIZE": "figures", "SHADOW": 0.5},
        {"NAME": "elapsed", "LABEL": "Elapsed", "LABEL_RU": "Прошло", "UNIT": "s", "TYPE": "float", "MIN": 0.0, "MAX": 35999.0, "DEFAULT": 0.0, "BIND": "time.elapsed"},
        {"NAME": "total", "LABEL": "Length", "LABEL_RU": "Длительность", "UNIT": "s", "TYPE": "float", "MIN": 0.0, "MAX": 35999.0, "DEFAULT": 0.0, "BIND": "time.total"},
        {"NAME": "played", "LABEL": "Progress", "LABEL_RU": "Ход", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "BIND": "time.progress"},
        {"NAME": "beat", "LABEL": "Beat", "LABEL_RU": "Удар", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "accent.pulse", "decay": 0.4}},
        {"NAME": "design", "LABEL": "Design", "LABEL_RU": "Вид", "TYPE": "long", "DEFAULT": 1, "LABELS": ["Line", "Rounded bar", "Dots", "Ticks"], "LABELS_RU": ["Линия", "Скруглённая полоса", "Точки", "Штрихи"]},
        {"NAME": "times", "LABEL": "Times", "LABEL_RU": "Время", "GROUP": "text", "TYPE": "long", "DEFAULT": 1, "LABELS": ["None", "Elapsed and total", "Elapsed and left"], "LABELS_RU": ["Нет", "Прошло и всего", "Прошло и осталось"]},
        {"NAME": "font", "LABEL": "Font of the times", "LABEL_RU": "Шрифт времени", "GROUP": "text", "TYPE": "long", "DEFAULT": 0, "LABELS": ["Inter", "Roboto", "Roboto Condensed", "PT Sans", "JetBrains Mono", "Jura", "Noto Serif"]},
        {"NAME": "figures", "LABEL": "Size of the times", "LABEL_RU": "Размер времени", "GROUP": "text", "TYPE": "float", "MIN": 0.015, "MAX": 0.15, "DEFAULT": 0.06},
        {"NAME": "base", "LABEL": "Distance from below", "LABEL_RU": "Расстояние от нижнего края", "GROUP": "place", "ADVANCED": true, "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.115},
        {"NAME": "margin", "LABEL": "Margin at the sides", "LABEL_RU": "Отступ по бокам", "GROUP": "place", "ADVANCED": true, "TYPE": "float", "MIN": 0.0, "MAX": 0.45, "DEFAULT": 0.075},
        {"NAME": "thickness", "LABEL": "Thickness", "LABEL_RU": "Толщина", "ADVANCED": true, "TYPE": "float", "MIN": 0.002, "MAX": 0.08, "DEFAULT": 0.018},
        {"NAME": "count", "LABEL": "Number of dots or ticks", "LABEL_RU": "Число точек или штрихов", "ADVANCED": true, "TYPE": "long", "MIN": 8, "MAX": 240, "DEFAULT": 72},
        {"NAME": "color", "LABEL": "Colour", "LABEL_RU": "Цвет", "TYPE": "color", "DEFAULT": [1.0, 1.0, 1.0, 0.96], "PHOTO": "vivid"},
        {"NAME": "rest", "LABEL": "Colour of what is to come", "LABEL_RU": "Цвет предстоящего", "ADVANCED": true, "TYPE": "color", "DEFAULT": [1.0, 1.0, 1.0, 0.42]},
        {"NAME": "ink", "LABEL": "Colour of the times", "LABEL_RU": "Цвет времени", "TYPE": "color", "DEFAULT": [1.0, 1.0, 1.0, 0.96], "PHOTO": "light"},
        {"NAME": "shadow", "LABEL": "Shadow", "LABEL_RU": "Тень", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "IDENTITY": 0.0},
        {"NAME": "scrim", "LABEL": "Dimming behind", "LABEL_RU": "Затемнение позади", "ADVANCED": true, "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "IDENTITY": 0.0},
        {"NAME": "amount", "LABEL": "Moved by accents", "LABEL_RU": "Реакция на акценты", "GROUP": "response", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.75, "IDENTITY": 0.0}
    ]
}*/

// Only the part of the picture around the bar is drawn (progress.vs); y is counted from the middle
// of the bar, x from its left end, in pixels.

#ifndef SAFE_AREA
#define SAFE_AREA vec4(0.0)
#endif

float unit() { return min(RENDERSIZE.x, RENDERSIZE.y); }
const float FOOT = 0.1; // room for the times above what apps cover, in short sides
const float SCRIM = 4.5; // how far the scrim reaches, in thicknesses
float thick() { return max(thickness * unit(), 1.5); }

// Coverage of a shape from the signed distance to it.
float cover(float away) { return clamp(0.5 - away, 0.0, 1.0); }

float capsule(vec2 at, float from, float to, float radius) {
    return length(vec2(at.x - clamp(at.x, from + radius, max(to - radius, from + radius)), at.y)) - radius;
}

// A height for each tick, 0.2 to 1: like a waveform, with verses and choruses. The hash is that of
// Jarzynski and Olano (2020) for 32 bits.
uint hash(uint word) {
    word = word * 747796405u + 2891336453u;
    word = ((word >> ((word >> 28u) + 4u)) ^ word) * 277803737u;
    return (word >> 22u) ^ word;
}
float grain(int at) { return float(hash(uint(at)) >> 8u) / 16777216.0; }
float height(int at) {
    float slow = 12.0 * float(at) / float(count);
    int part = int(floor(slow));
    float swell = mix(grain(part + 1000), grain(part + 1001), smoothstep(0.0, 1.0, slow - float(part)));
    float ends = smoothstep(-0.02, 0.1, float(at) / float(count)) * smoothstep(-0.02, 0.1, 1.0 - float(at) / float(count));
    return (0.22 + 0.5 * swell + 0.28 * grain(at)) * mix(0.35, 1.0, ends);
}

// Signed distance to the head of a line or a bar, which keeps its size at the ends.
float to_head(vec2 at, float wide, float done) {
    float still = (design == 0 ? 0.75 : 1.05) * thick();
    return length(at - vec2(clamp(done, still, wide - still), 0.0)) - still * (1.0 + 1.1 * amount * beat);
}

// x: coverage of what is played, y: of what is to come, z: of the shadow.
vec3 line_or_bar(vec2 at, float wide, float done) {
    float radius = design == 0 ? max(0.25 * thick(), 0.6) : 0.5 * thick();
    float whole = capsule(at, 0.0, wide, radius);
    float part = capsule(at, 0.0, max(done, 2.0 * radius), radius);
    float front = cover(part);
    float around = min(whole, to_head(at, wide, done));
    return vec3(front, cover(whole) * (1.0 - front), exp(-max(around, 0.0) / (1.2 * thick())));
}

vec3 dots_or_ticks(vec2 at, float wide, float done) {
    float pitch = wide / float(count);
    int which = int(clamp(floor(at.x / pitch), 0.0, float(count) - 1.0));
    float middle = (float(which) + 0.5) * pitch;
    float near = exp(-pow((middle - done) / (0.02 * wide), 2.0)) * amount * beat;
    vec2 off = vec2(at.x - middle, at.y);
    float away;
    if (design == 2) {
        away = length(off) - min(0.5 * thick() * (1.0 + 0.7 * near), 0.48 * pitch);
    } else {
        float tall = max(3.2 * thick() * height(which) * (1.0 + 0.5 * near), 0.5);
        float radius = min(0.32 * pitch, 0.5 * thick());
        away = length(vec2(off.x, off.y - clamp(off.y, -max(tall - radius, 0.0), max(tall - radius, 0.0)))) - radius;
    }
    float passed = clamp((done - (middle - 0.5 * pitch)) / pitch, 0.0, 1.0);
    float seen = cover(away);
    return vec3(seen * passed, seen * (1.0 - passed), exp(-max(away, 0.0) / (1.2 * thick())));
}

// Coverage and shadow of a time such as 1:02:03, which begins at 0, or ends there.
vec2 clock(vec2 at, float seconds, bool ends) {
    int whole = int(floor(max(seconds, 0.0) + 0.001));
    int minutes = whole / 60;
    bool hours = minutes >= 60;
    float one = TEXT_ADVANCE(digits, 0);
    float colon = TEXT_ADVANCE(digits, 10);
    float wide = ceil((hours ? 5.0 : minutes >= 10 ? 4.0 : 3.0) * one + (hours ? 2.0 : 1.0) * colon);
    float x = ends ? -at.x : wide - at.x; // from its right end
    int sign = -1;
    float middle = 0.0;
    if (x < one) { sign = whole % 10; middle = 0.5 * one; }
    else if (x < 2.0 * one) { sign = whole % 60 / 10; middle = 1.5 * one; }
    else if (x < 2.0 * one + colon) { sign = 10; middle = 2.0 * one + 0.5 * colon; }
    else if (minutes < 10 || x < 3.0 * one + colon) { // the first sign may reach beyond its advance
        sign = minutes % 10;
        middle = 2.5 * one + colon;
    }
    else if (!hours || x < 4.0 * one + colon) { sign = minutes % 60 / 10; middle = 3.5 * one + colon; }
    else if (x < 4.0 * one + 2.0 * colon) { sign = 10; middle = 4.0 * one + 1.5 * colon; }
    else { sign = minutes / 60 % 10; middle = 4.5 * one + 2.0 * colon; }
    // Whole pixels, so that the digits are as sharp as they were drawn.
    vec2 from = vec2(floor(middle + 0.5) - x, floor(at.y) + 0.5);
    return TEXT_CELL(digits, sign, from).rb;
}

void main() {
    vec2 sides = max(vec2(floor(margin * unit())), floor(SAFE_AREA.xz * RENDERSIZE.x + 0.5));
    float wide = RENDERSIZE.x - sides.x - sides.y;
    float low = max(floor(base * unit()), floor(SAFE_AREA.y * RENDERSIZE.y + FOOT * unit() * step(1e-4, SAFE_AREA.y)));
    vec2 start = vec2(sides.x, low + 0.5 * mod(ceil(thick()), 2.0));
    vec2 at = gl_FragCoord.xy - start;
    float done = clamp(played, 0.0, 1.0) * wide;
    vec3 bar = design < 2 ? line_or_bar(at, wide, done) : dots_or_ticks(at, wide, done);
    float dark = bar.z;
    vec2 words = vec2(0.0);
    bool over_bar = false;
    if (times > 0) {
        float away = (design == 3 ? 3.2 : 0.75) * thick() + 0.55 * TEXT_EM(digits);
        float below = floor(away + TEXT_CAPS(digits));
        over_bar = start.y - below < 0.25 * TEXT_EM(digits); // no room below the bar
        if (over_bar) below = -floor(away);
        vec2 left = vec2(at.x, at.y + below);
        vec2 right = vec2(at.x - wide, left.y);
        words = max(clock(left, elapsed, false), clock(right, times == 2 ? max(total - elapsed, 0.0) : total, true));
        dark = max(dark, 1.3 * words.y);
    }
    // Straight alpha: the shadow below, then what is to come, then what is played, the head and the times. The scrim is a
    // band around the bar and its times that fades out within the part that is drawn.
    float band = times > 0 ? 0.5 * (0.75 * thick() + TEXT_EM(digits)) : 0.0;
    float off = (at.y + band * (over_bar ? -1.0 : 1.0)) / (SCRIM * thick() + 1.5 * band);
    float outside = max(max(-at.x, at.x - wide), 0.0) / (SCRIM * thick());
    float soft = smoothstep(1.0, 0.0, min(length(vec2(off, outside)), 1.0));
    float alpha = 1.0 - (1.0 - min(dark, 1.0) * shadow) * (1.0 - scrim * soft);
    vec3 tone = vec3(0.0);
    // The head is nearly white in a glow of the bar's colour.
    float away = to_head(at, wide, done);
    float knob = design < 2 ? cover(away) : 0.0;
    float halo = design < 2 ? (0.25 + 0.65 * amount * beat) * exp(-max(away, 0.0) / (1.1 * thick())) * smoothstep(6.0, 3.0, away / thick()) : 0.0;
    if (design < 2) { // what is played lights up as a whole
        float aside = max(capsule(at, 0.0, max(done, thick()), 0.5 * thick()), 0.0) / thick();
        halo = max(halo, 0.75 * amount * beat * exp(-1.1 * aside) * smoothstep(5.0, 2.0, aside) * smoothstep(0.0, 2.0 * thick(), at.x));
    }
    vec4 over[5] = vec4[5](
        vec4(rest.rgb, rest.a * bar.y),
        vec4(mix(color.rgb, vec3(1.0), 0.5 * amount * beat), color.a * bar.x),
        vec4(color.rgb, color.a * halo),
        vec4(mix(color.rgb, vec3(1.0), 0.8), color.a * knob),
        vec4(ink.rgb, ink.a * words.x));
    for (int i = 0; i < 5; i++) {
        tone = mix(tone * alpha, over[i].rgb, over[i].a);
        alpha += over[i].a * (1.0 - alpha);
        tone /= max(alpha, 1e-4);
    }
    gl_FragColor = vec4(tone, alpha);
}
