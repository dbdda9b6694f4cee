/*{
    "ISFVSN": "2",
    "VSN": "4",
    "TITLE": "Mirror",
    "DESCRIPTION": "A hall of mirrors around the picture: with every accent mirrors slide in from all sides and show it again beyond their edges, sharp and turned. Its middle stays as it is. They slide back out before the next; each accent sets them at another angle, and the bass turns them slowly.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "PREMIUM": true,
    "CATEGORIES": ["Filter", "Beat", "Distortion"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "kick", "LABEL": "Open", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "accent.pulse", "decay": 0.42, "from": [0.04, 0.3]}},
        {"NAME": "number", "LABEL": "Number of the accent", "TYPE": "float", "MIN": 0.0, "MAX": 4096.0, "DEFAULT": 0.0, "BIND": {"bind": "accent.count"}},
        {"NAME": "bass", "LABEL": "Seconds of bass", "TYPE": "float", "MIN": 0.0, "MAX": 36000.0, "DEFAULT": 0.0, "BIND": {"bind": "bass.sum", "smooth": 0.5}},
        {"NAME": "amount", "LABEL": "Amount", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 1.0, "IDENTITY": 0.0},
        {"NAME": "segments", "LABEL": "Number of segments", "TYPE": "long", "MIN": 2, "MAX": 16, "DEFAULT": 4},
        {"NAME": "notch", "LABEL": "Turn on an accent, degrees", "TYPE": "float", "MIN": 0.0, "MAX": 90.0, "DEFAULT": 22.5},
        {"NAME": "speed", "LABEL": "Turn with the bass, degrees a second", "TYPE": "float", "MIN": 0.0, "MAX": 90.0, "DEFAULT": 14.0},
        {"NAME": "zoom", "LABEL": "Zoom", "TYPE": "float", "MIN": 0.5, "MAX": 4.0, "DEFAULT": 1.0},
        {"NAME": "dim", "LABEL": "Dim the mirrors", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.26},
        {"NAME": "middle", "LABEL": "Free middle", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.42},
        {"NAME": "played", "LABEL": "Seconds of sound", "TYPE": "float", "MIN": 0.0, "MAX": 36000.0, "DEFAULT": 0.0, "BIND": {"bind": "sounding.sum", "smooth": 1.0}},
        {"NAME": "drift", "LABEL": "Drift", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "IDENTITY": 0.0}
    ]
}*/

const float TURN = 6.28318531;
const int BOUNCES = 4;

// Where a pixel comes from while the camera drifts over the picture, a little closer than it is.
// Added to the pixel's own place, so that no drift moves it by exactly nothing. What is sampled
// lies inside the picture.
vec2 drifting(vec2 uv) {
    float turn = 6.28318531 * played;
    vec2 to = vec2(sin(turn / 19.0), sin(turn / 14.3 + 1.9));
    float zoom = 1.0 + drift * (0.045 - 0.025 * cos(turn / 25.0));
    return uv + (0.5 - uv) * (1.0 - 1.0 / zoom) + 0.009 * drift * to;
}

// The mirrors touch an oval whose half axes these are, in short sides: in a long frame it reaches
// across all of it while `middle` is the default, so that heads are not cut.
vec2 axes() {
    vec2 frame = RENDERSIZE / min(RENDERSIZE.x, RENDERSIZE.y);
    float far = smoothstep(1.0, 1.5, max(frame.x, frame.y));
    return middle * mix(vec2(0.84), mix(vec2(1.16), vec2(0.86), step(1.01, frame)), far);
}

// A point, in short sides from the middle, after the mirrors: xy is where in the picture it comes
// from, z the light on its facet and w the light of the nearest edge between two of them.
vec4 folded(vec2 point, float shift) {
    float turn = TURN * fract((number * notch + bass * speed) / 360.0);
    float facet = TURN / float(segments);
    vec2 first = vec2(cos(turn), sin(turn));
    mat2 next = mat2(cos(facet), sin(facet), -sin(facet), cos(facet));
    vec2 half_axes = axes();
    float fine = max(0.0028, 1.4 / min(RENDERSIZE.x, RENDERSIZE.y));
    vec4 seen = vec4(point, 1.0, 0.0);
    for (int bounce = 0; bounce < BOUNCES; bounce++) {
        vec2 way = first;
        vec2 nearest = way;
        float most = -9.0;
        float after = -9.0;
        for (int i = 0; i < segments; i++) {
            float beyond = dot(seen.xy, way) - length(way * half_axes) - shift;
            after = max(after, min(beyond, most));
            if (beyond > most) {
                most = beyond;
                nearest = way;
            }
            way = next * way;
        }
        if (most <= 0.0) break;
        // A mirror doubles what lies before it; its light depends on where it faces.
        seen.xy -= (1.0 + zoom) * most * nearest;
        float lit = 1.0 - dim * (0.95 - 0.75 * dot(nearest, vec2(-0.5, 0.866)));
        seen.z *= mix(1.0, lit, smoothstep(0.0, 0.05, most));
        // An edge begins softly where the two meet the middle, or it looks like a scratch.
        float line = exp(-pow((most - after) / fine, 2.0)) * smoothstep(0.0, 0.3, most);
        seen.w = max(seen.w, line);
    }
    return seen;
}

vec4 mirrored() {
    vec2 uv = drifting(isf_FragNormCoord);
    float open = amount * kick;
    if (open <= 0.0) return IMG_NORM_PIXEL(inputImage, uv);
    float unit = min(RENDERSIZE.x, RENDERSIZE.y);
    vec2 center = vec2(0.5, 0.53);
    vec2 point = (isf_FragNormCoord - center) * RENDERSIZE / unit;
    float shift = (1.0 - open) * (length(RENDERSIZE / unit) * 0.55 - 0.3);
    vec4 glass = folded(point, shift);
    vec2 from = uv + (glass.xy - point) * unit / RENDERSIZE;
    from = 1.0 - abs(mod(from, 2.0) - 1.0); // beyond the picture's edge it comes back mirrored
    vec4 color = IMG_NORM_PIXEL(inputImage, from);
    color.rgb *= glass.z;
    color.rgb += (1.0 - color.rgb) * 0.22 * glass.w * open;
    return color;
}

void main() {
    gl_FragColor = mirrored();
}
