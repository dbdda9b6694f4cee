// Where the pieces of the record lie as it turns, and how bright they are.

#ifndef SAFE_AREA
#define SAFE_AREA vec4(0.0)
#endif

varying vec2 grooved;
varying vec2 printed;
varying vec2 held;
varying vec2 lamp;

const float TURN = 6.28318531;
const float ARM = 1.28;
const vec2 CORNER = vec2(-0.2, -0.4);
const vec2 EXTENT = vec2(0.4, 1.8);

// The middle of what apps leave free, moved by what was asked for; 0 to 1.
vec2 home() { return place + 0.5 * (SAFE_AREA.xy - SAFE_AREA.zw); }

// Where the pivot stands, in radii from the middle: above to the right, where there is room.
vec2 pivot() {
    return RENDERSIZE.x > 1.2 * RENDERSIZE.y ? vec2(1.16, 0.76) : vec2(0.78, 1.14);
}

// Which way the arm points from its pivot: its needle is where the circle about the pivot meets
// the groove that is played.
vec2 pointing() {
    float groove = mix(0.945, min(label, 0.6) + 0.05, played);
    float far = length(pivot());
    vec2 home = -pivot() / far;
    float cosine = (far * far + ARM * ARM - groove * groove) / (2.0 * far * ARM);
    float sine = sqrt(max(1.0 - cosine * cosine, 0.0));
    return vec2(home.x * cosine - home.y * sine, home.x * sine + home.y * cosine);
}

void main() {
    isf_vertShaderInit();
    grooved = printed = held = isf_FragNormCoord;
    lamp = vec2(1.0);
    if (PASSINDEX < 7) return;
    float turns = (rpm == 16 ? 50.0 : rpm == 33 ? 100.0 : rpm == 45 ? 135.0 : 234.0) / 180.0;
    float angle = TURN * fract(turns * running); // clockwise
    vec2 way = vec2(cos(angle), sin(angle));
    // No record is quite round or flat: it leans a little with each turn, more on the bass.
    float moved = wobble * max(bass, kick);
    vec2 sway = way * (0.003 + 0.012 * wobble * bass);
    float radius = 0.5 * size * min(RENDERSIZE.x * (1.0 - SAFE_AREA.x - SAFE_AREA.z), RENDERSIZE.y);
    vec2 point = (isf_FragNormCoord - home()) * RENDERSIZE / radius;
    vec2 on = point / (1.0 + 0.04 * wobble * bass + 0.1 * wobble * kick) - sway;
    float edge = 0.5 * radius / (radius + 2.0); // the targets are a little larger than the record
    grooved = 0.5 + edge * on;
    printed = 0.5 + edge * vec2(on.x * way.x - on.y * way.y, on.x * way.y + on.y * way.x);
    vec2 arm_way = pointing();
    vec2 from = point - pivot();
    held = (vec2(dot(from, vec2(arm_way.y, -arm_way.x)), dot(from, arm_way)) - CORNER) / EXTENT;
    lamp.x = (0.95 + 0.4 * level + 0.7 * wobble * kick) * (1.0 + 30.0 * dot(on, sway));
    lamp.y = 0.85 + 0.25 * level + 0.3 * moved + 0.2 * wobble * kick;
}
