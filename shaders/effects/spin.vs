// Where the layers of the last pass lie, and how bright they are.

#ifndef SAFE_AREA
#define SAFE_AREA vec4(0.0)
#endif

varying vec2 turned;
varying vec2 circled;
varying vec2 slid;
varying vec4 lamp;

const float TURN = 6.28318531;

// The middle of what apps leave free, moved by what was asked for; 0 to 1.
vec2 home() { return place + 0.5 * (SAFE_AREA.xy - SAFE_AREA.zw); }

// A point of the frame as it is seen in a layer that has been turned and scaled about `place`.
vec2 seen(float angle, float scale) {
    vec2 turn = vec2(cos(angle), sin(angle)) / scale;
    vec2 point = (isf_FragNormCoord - home()) * RENDERSIZE;
    return vec2(dot(point, turn), dot(point, vec2(-turn.y, turn.x))) / RENDERSIZE + 0.5;
}

void main() {
    isf_vertShaderInit();
    turned = circled = slid = isf_FragNormCoord;
    lamp = vec4(1.0);
    if (PASSINDEX < 6) return;
    float angle = speed * played + radians(swing) * sin(TURN * fract(played / 11.0));
    float growth = punch * kick;
    turned = seen(angle, 1.0 + pulse * sin(TURN * fract(played)) + growth);
    circled = seen(-TURN * fract((0.3 * played + carried) / 7.0), 1.0 + 1.4 * growth);
    vec2 sway = vec2(sin(TURN * fract(played / 17.0)), sin(TURN * fract(played / 13.0 + 0.3)));
    slid = 0.5 + (isf_FragNormCoord - 0.5 + 0.025 * sway) / (1.09 + 0.5 * growth);
    float opacity = 1.0 - fade * (0.5 - 0.5 * cos(TURN * fract(played)));
    lamp = vec4(opacity, 0.8 + 0.25 * level + 0.7 * glow * kick, rim * (0.45 + 0.55 * level + 1.4 * glow * kick), 1.3 * rim * glow * kick);
}
