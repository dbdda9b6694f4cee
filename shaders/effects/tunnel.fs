/*{
    "ISFVSN": "2",
    "VSN": "1",
    "TITLE": "Tunnel",
    "DESCRIPTION": "A flight through a tunnel with the photo on its walls. Rings of light stand where the kicks to come will be, and pass by as each is heard.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Photo", "Beat", "Motion"],
    "INPUTS": [
        {"NAME": "photo", "TYPE": "image"},
        {"NAME": "history", "TYPE": "audioHistory", "PAST": 0.5, "FUTURE": 4.0, "MAX": 8},
        {"NAME": "pulse", "LABEL": "Pulse", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": "kick"},
        {"NAME": "speed", "LABEL": "Speed", "TYPE": "float", "MIN": 0.0, "MAX": 4.0, "DEFAULT": 1.0},
        {"NAME": "twist", "LABEL": "Twist", "TYPE": "float", "MIN": -1.0, "MAX": 1.0, "DEFAULT": 0.3, "IDENTITY": 0.0},
        {"NAME": "square", "LABEL": "Square", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0},
        {"NAME": "copies", "LABEL": "Times around", "TYPE": "long", "MIN": 1, "MAX": 6, "DEFAULT": 3},
        {"NAME": "rings", "LABEL": "Rings of light", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "IDENTITY": 0.0},
        {"NAME": "glow", "LABEL": "Light at the end", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6},
        {"NAME": "tint", "LABEL": "Colour of light from the photo", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.7}
    ],
    "PASSES": [
        {"TARGET": "accent", "WIDTH": 1, "HEIGHT": 1},
        {"TARGET": "ahead", "WIDTH": 256, "HEIGHT": 1},
        {}
    ]
}*/

// The tunnel is 1 wide and is seen from its middle; depth is counted in its radii, and speed is
// radii a second. Wall and light move by the time alone, so that a kick never jerks them.

const float PAST = 0.5;     // as in the header
const float SPAN = 4.5;
const float NEAR = 0.55;    // depth at which light passes the viewer
const float FAR = 8.0;      // depth beyond which nothing is drawn of the music
const float TURN = 6.28318531;

// The photo's own colour: its saturated parts count most, and it is light enough to be a light.
vec4 from_photo() {
    vec3 sum = vec3(0.0);
    float weights = 0.0;
    for (int i = 0; i < 64; i++) {
        vec2 uv = (vec2(i % 8, i / 8) + 0.5) / 8.0;
        vec3 tone = textureLod(photo, uv, max(log2(IMG_SIZE(photo).x / 8.0), 0.0)).rgb;
        float most = max(tone.r, max(tone.g, tone.b));
        float weight = 0.004 + most * (most - min(tone.r, min(tone.g, tone.b)));
        sum += weight * tone;
        weights += weight;
    }
    vec3 tone = sum / weights + 0.04;
    tone /= max(tone.r, max(tone.g, tone.b));
    float dark = 1.0 - dot(tone, vec3(0.2126, 0.7152, 0.0722));
    return vec4(mix(vec3(1.0), mix(tone, vec3(1.0), 0.05 + 0.35 * dark), tint), 1.0);
}

// The colour of light, and in alpha how much is on the wall from NEAR to FAR: the kick that is heard
// when that part of it passes by.
vec4 light() {
    float ahead_s = isf_FragNormCoord.x * (FAR - NEAR) / max(speed, 0.25);
    float kick = IMG_NORM_PIXEL(history, vec2((PAST + ahead_s) / SPAN, 0.5)).b;
    float known = 1.0 - smoothstep(0.7, 1.0, ahead_s / (SPAN - PAST));
    return vec4(IMG_NORM_PIXEL(accent, vec2(0.5)).rgb, rings * kick * known);
}

vec4 tunnel() {
    float unit = min(RENDERSIZE.x, RENDERSIZE.y);
    vec2 p = (gl_FragCoord.xy - 0.5 * RENDERSIZE) / unit;
    p += 0.05 * vec2(sin(0.41 * TIME), cos(0.29 * TIME));
    float round_one = length(p);
    float r = mix(round_one, max(abs(p.x), abs(p.y)), square) / (1.0 + 0.05 * pulse);
    float depth = 0.45 / max(r, 0.01);

    // Mirrored from copy to copy, so that no photo has a seam.
    vec2 size = IMG_SIZE(photo);
    float around = float(copies) * (atan(p.y, p.x) / TURN + 0.06 * twist * (depth + 0.7 * TIME));
    float along = 1.5 * float(copies) * size.x / size.y * (depth + speed * TIME) / TURN;
    vec2 uv = abs(2.0 * fract(0.5 * vec2(2.0 * around, along)) - 1.0);
    // Texels to a pixel along the tunnel or around it, and a level sharper: both are not as coarse.
    float texels = float(copies) * size.x / (TURN * unit * max(r, 0.01)) * max(1.5 * depth, 2.0);
    vec3 wall = textureLod(photo, uv, max(log2(texels) - 1.0, 0.0)).rgb;

    float fog = 1.0 / (1.0 + 0.12 * depth * depth);
    vec4 shine = IMG_NORM_PIXEL(ahead, vec2((depth - NEAR) / (FAR - NEAR), 0.5));
    vec3 lit = wall * (fog * (1.1 + 0.25 * pulse) + shine.a * (0.25 + 0.9 * fog));
    lit += shine.rgb * shine.a * 0.5 * sqrt(fog);
    // A shoulder: near walls under the light of a kick keep their picture instead of burning out.
    lit = min(lit, 0.7 + 0.3 * (1.0 - exp(-max(lit - 0.7, 0.0) / 0.45)));
    float end = 1.0 / (1.0 + 70.0 * round_one * round_one);
    end *= end * glow * (1.2 + 0.5 * pulse);
    return vec4(lit + (1.0 - min(lit, 1.0)) * shine.rgb * end, 1.0);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = from_photo();
    else if (PASSINDEX == 1) gl_FragColor = light();
    else gl_FragColor = tunnel();
}
