/*{
    "ISFVSN": "2",
    "VSN": "3",
    "TITLE": "Waves",
    "DESCRIPTION": "The photo as under clear water: each accent sends rings outward over the lower part, as of a drop that falls into water, and the bass lets long, low waves run. The upper part stays as it is; so does all of it in silence.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Filter", "Beat", "Distortion"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "bass", "LABEL": "Bass", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "bass.envelope", "from": [0.3, 1.0]}},
        {"NAME": "kick", "LABEL": "Accent", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "accent.pulse", "decay": 0.9, "from": [0.0, 0.8]}},
        {"NAME": "since", "LABEL": "Seconds since the accent", "TYPE": "float", "MIN": 0.0, "MAX": 10.0, "DEFAULT": 0.25, "BIND": {"bind": "accent.since"}},
        {"NAME": "amount", "LABEL": "Amount", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 1.0, "IDENTITY": 0.0},
        {"NAME": "rest", "LABEL": "Always there", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.25, "IDENTITY": 0.0},
        {"NAME": "reach", "LABEL": "Reach", "TYPE": "float", "MIN": 0.0, "MAX": 0.05, "DEFAULT": 0.011, "IDENTITY": 0.0},
        {"NAME": "count", "LABEL": "Waves in a short side", "TYPE": "float", "MIN": 0.5, "MAX": 12.0, "DEFAULT": 6.5},
        {"NAME": "speed", "LABEL": "Speed, waves a second", "TYPE": "float", "MIN": -3.0, "MAX": 3.0, "DEFAULT": 0.5},
        {"NAME": "shine", "LABEL": "Light on the crests", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "IDENTITY": 0.0},
        {"NAME": "free", "LABEL": "Free middle", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.06},
        {"NAME": "played", "LABEL": "Seconds of sound", "TYPE": "float", "MIN": 0.0, "MAX": 36000.0, "DEFAULT": 0.0, "BIND": {"bind": "sounding.sum", "smooth": 1.0}},
        {"NAME": "drift", "LABEL": "Drift", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "IDENTITY": 0.0}
    ]
}*/

#ifndef SAFE_AREA
#define SAFE_AREA vec4(0.0)
#endif

const float TURN = 6.28318531;
const float PACE = 1.1;  // of a ring, short sides a second
const float WIDTH = 0.19; // of a ring, short sides

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
    float unit = min(RENDERSIZE.x, RENDERSIZE.y);
    vec2 at = (gl_FragCoord.xy - RENDERSIZE * vec2(0.5, max(0.2, SAFE_AREA.y + 0.06))) / unit;
    at.y *= at.y > 0.0 ? 2.6 : 2.0; // seen from in front, a ring lies flat
    float r = length(at);
    vec2 way = at / max(r, 1e-4);
    // Nothing where the drop falls, nothing above the middle, and the edges are held.
    float wet = smoothstep(free, free + 0.15, r) * smoothstep(0.62, 0.3, isf_FragNormCoord.y);
    vec2 rim = smoothstep(vec2(0.0), vec2(0.05), 0.5 - abs(isf_FragNormCoord - 0.5));
    // Long waves with the bass, which run outward; a little crossed, so that they are no target.
    float bend = 0.35 * sin(3.0 * at.x + TURN * fract(0.13 * played)) + 0.25 * sin(4.1 * at.y - TURN * fract(0.09 * played));
    float phase = TURN * (0.4 * count * r + bend - fract(speed * played));
    float low = 0.45 * amount * (rest + bass);
    // The ring: in the accent's own frame it stands at the edge of the middle.
    float behind = r - free - 0.22 - PACE * since;
    float wide = WIDTH * (1.0 + 0.6 * since);
    float ring = amount * kick * exp(-behind * behind / (wide * wide));
    float turn = TURN * count * behind;
    // Its front is one fine, bright line, seen on busy photos too.
    float narrow = 0.018 * (1.0 + 1.2 * since);
    float front = amount * kick * wet * exp(-behind * behind / (narrow * narrow));
    float slope = wet * (low * sin(phase) + 1.35 * ring * sin(turn));
    float crest = wet * (low * 0.6 * cos(phase) + 1.4 * ring * cos(turn));
    vec2 far = reach * slope * rim.x * rim.y * way;
    vec4 picture = IMG_NORM_PIXEL(inputImage, drifting(isf_FragNormCoord + far * unit / RENDERSIZE));
    // Light gathers in the crests and is missing between them; their far sides are in shade.
    float facing = slope * dot(way, vec2(-0.45, 0.89)); // lit from the upper left
    float light = shine * (0.6 * min(pow(max(crest, 0.0), 2.0), 1.5) + 0.35 * max(facing, 0.0));
    float dark = shine * min(0.35 * max(-crest, 0.0) + 0.35 * max(-facing, 0.0), 0.8);
    vec3 lit = picture.rgb * (1.0 + light * (1.0 - 0.55 * picture.rgb) - dark) + (1.0 - picture.rgb) * (0.35 * light + 0.2 * shine * front) * vec3(0.86, 0.95, 1.0);
    gl_FragColor = vec4(clamp(lit, 0.0, 1.0), picture.a);
}
