/*{
    "ISFVSN": "2",
    "VSN": "2",
    "TITLE": "Liquid",
    "DESCRIPTION": "The photo above dark water that mirrors it. Bass makes the water move, each accent sends a ring across it, and the drop a wave of light.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Photo", "Beat", "Scene"],
    "INPUTS": [
        {"NAME": "photo", "TYPE": "image"},
        {"NAME": "history", "TYPE": "audioHistory", "PAST": 4.0, "FUTURE": 0.1, "MAX": 4},
        {"NAME": "heard", "LABEL": "Seconds of sound", "TYPE": "float", "MIN": 0.0, "MAX": 36000.0, "DEFAULT": 0.0, "BIND": "sounding.sum"},
        {"NAME": "size", "LABEL": "Size of the photo", "TYPE": "float", "MIN": 0.2, "MAX": 1.0, "DEFAULT": 0.7},
        {"NAME": "across", "LABEL": "Place from the left", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
        {"NAME": "line", "LABEL": "Height of the water", "TYPE": "float", "MIN": 0.1, "MAX": 0.6, "DEFAULT": 0.3},
        {"NAME": "corner", "LABEL": "Rounded corners", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.2},
        {"NAME": "swell", "LABEL": "Waves", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "IDENTITY": 0.0},
        {"NAME": "rings", "LABEL": "Rings of accents", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.8, "IDENTITY": 0.0},
        {"NAME": "mirror", "LABEL": "Reflection", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.8, "IDENTITY": 0.0},
        {"NAME": "shine", "LABEL": "Light on the water", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "IDENTITY": 0.0},
        {"NAME": "dim", "LABEL": "Dim the background", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.4},
        {"NAME": "color", "LABEL": "Colour of the light", "TYPE": "color", "DEFAULT": [1.0, 0.72, 0.45, 1.0], "PHOTO": "vivid"},
        {"NAME": "bass", "LABEL": "Bass", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "BIND": {"bind": "bass.envelope", "smooth": 0.15}},
        {"NAME": "level", "LABEL": "Level", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "BIND": {"bind": "level.envelope", "smooth": 0.2}},
        {"NAME": "pulse", "LABEL": "Accent", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "accent.pulse", "decay": 0.3, "smooth": 0.05}},
        {"NAME": "since", "LABEL": "Seconds since the drop", "TYPE": "float", "MIN": 0.0, "MAX": 600.0, "DEFAULT": 600.0, "BIND": "drop.since"}
    ],
    "PASSES": [
        {"TARGET": "soft", "WIDTH": 96, "HEIGHT": 96, "FLOAT": true},
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

#ifndef SAFE_AREA
#define SAFE_AREA vec4(0.0)
#endif

struct Place {
    vec2 frame;      // sides of the frame
    vec2 half_size;  // half the sides of the photo
    float x;         // the photo's middle
    float y;         // its lower edge, where the water mirrors
};

float rush() {
    return exp(-since / 0.9) * smoothstep(-0.04, 0.05, since);
}

Place place() {
    vec2 frame = RENDERSIZE / min(RENDERSIZE.x, RENDERSIZE.y);
    float low = frame.y * (frame.y > 1.3 ? line + 0.06 : line);
    float shape = IMG_SIZE(photo).x / IMG_SIZE(photo).y;
    float broad = min(0.86, 0.92 * (1.0 - SAFE_AREA.x - SAFE_AREA.z));
    vec2 room = vec2(broad * frame.x, size * (frame.y - low) * (frame.y > 1.3 ? 1.0 : 1.25));
    float tall = min(min(room.y, room.x / shape), 0.95 * (frame.y - low)) * (1.0 + 0.02 * pulse + 0.04 * rush());
    float bob = 0.006 * sin(0.7 * heard) + 0.012;
    return Place(frame, 0.5 * vec2(tall * shape, tall), across * frame.x, low + bob);
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

// What is far behind at a place of the frame, which is above the horizon.
vec3 far_behind(vec2 p, Place at) {
    vec2 uv = vec2(0.5, 0.6) + (p - vec2(at.x, at.y + at.half_size.y)) * 0.36;
    vec3 tone = IMG_NORM_PIXEL(soft, 1.0 - abs(1.0 - abs(uv))).rgb;
    tone = max(mix(vec3(dot(tone, vec3(0.2126, 0.7152, 0.0722))), tone, 1.35), 0.0);
    tone *= mix(vec3(1.0), tone, 0.35) * (1.0 - dim);
    vec2 away = (p - vec2(at.x, at.y + at.half_size.y)) / (at.half_size + 0.35);
    float halo = exp(-1.6 * dot(away, away));
    return tone * (0.75 + 0.25 * level) + color.rgb * halo * (0.05 + 0.10 * level + 0.20 * pulse + 0.65 * rush());
}

// How far a place of the frame is from the photo's edge; less than 0 inside.
float beyond(vec2 p, Place at) {
    float round_at = 0.35 * corner * min(at.half_size.x, at.half_size.y);
    vec2 edge = abs(p - vec2(at.x, at.y + at.half_size.y)) - at.half_size + round_at;
    return length(max(edge, 0.0)) + min(max(edge.x, edge.y), 0.0) - round_at;
}

float accent_at(float ago) {
    return ago < 0.0 ? 0.0 : IMG_NORM_PIXEL(history, vec2((PAST - min(ago, 3.9)) / SPAN, 0.5)).b;
}

// The water at half the frame's size. Its slope sideways and towards the viewer (x, y), and the
// height of rings (z) on it.
vec4 waves() {
    Place at = place();
    vec2 p = isf_FragNormCoord * at.frame;
    float below = at.y + RISE - p.y;
    if (below < 0.002) return vec4(0.0);
    float depth = RISE / below;
    vec2 spot = vec2((p.x - at.x) * depth / RISE * 0.30, depth * 2.2);
    float power = swell * (0.25 + 0.75 * bass);
    vec2 slope = vec2(0.0);
    vec2 way = vec2(0.28, 0.96);
    float frequency = 6.0;
    for (int i = 0; i < 5; i++) {
        float phase = frequency * dot(way, spot) + heard * (0.7 + 0.25 * sqrt(frequency)) + 2.1 * float(i * i);
        slope += way * cos(phase + 0.8 * sin(0.37 * phase + 0.4 * heard)) * (0.9 - 0.12 * float(i));
        way = vec2(0.62 * way.x - 0.78 * way.y, 0.78 * way.x + 0.62 * way.y);
        way.y = abs(way.y) + 0.2;
        frequency *= 1.55;
    }
    slope *= 0.75 * power;
    // Rings leave the whole lower edge of the photo.
    float beside = sign(p.x - at.x) * max(abs(p.x - at.x) - 0.8 * at.half_size.x, 0.0);
    vec2 from = vec2(beside * depth / RISE * 0.30, 1.9 * (depth - 1.0));
    float far = length(from);
    float ago = max(far - FOOT, 0.0) / PACE;
    float fade = rings * exp(-0.55 * far);
    float crest = accent_at(ago) * fade + 1.5 * exp(-120.0 * (since * 1.2 - far) * (since * 1.2 - far)) * exp(-0.5 * far);
    float tilt = (accent_at(ago - 0.05) - accent_at(ago + 0.07)) * fade + 1.2 * (crest - accent_at(ago) * fade);
    slope += tilt * from / max(far, 0.05) * 2.0;
    // In the distance waves are finer than pixels, and the water smooth.
    float near = smoothstep(0.0, 0.10, below);
    return vec4(slope * near, crest * near, 1.0);
}

// Above the water a place shows what is there, below it what is there mirrored: one fetch for both.
vec4 liquid() {
    Place at = place();
    vec2 p = isf_FragNormCoord * at.frame;
    float pixel = 1.0 / min(RENDERSIZE.x, RENDERSIZE.y);
    float horizon = at.y + RISE;
    float below = horizon - p.y;
    float wet = step(0.0, below);
    float under = step(p.y, at.y);
    float share = clamp(below / horizon, 0.0, 1.0);
    vec3 wave = wet * IMG_THIS_NORM_PIXEL(water).xyz;
    vec2 bent = p + wave.xy * vec2(0.016, 0.05) * (0.25 + share);

    vec3 sum = far_behind(mix(p, vec2(bent.x, bent.y + 1.8 * below), wet), at);
    sum *= 1.0 - 0.45 * (1.0 - under) * clamp(0.5 - 8.0 * beyond(p + vec2(0.0, 0.015), at), 0.0, 1.0); // shadow
    sum *= mix(1.0, 0.7, wet);
    vec2 from = mix(p, vec2(bent.x, 2.0 * at.y + bent.y - 2.0 * p.y), under);
    float cover = clamp(0.5 - beyond(from, at) / (pixel + under * 0.05 * share), 0.0, 1.0);
    cover *= mix(1.0, mirror * (0.9 - 0.75 * smoothstep(0.15, 0.85, share)), under);
    vec2 uv = clamp(0.5 + 0.5 * (from - vec2(at.x, at.y + at.half_size.y)) / at.half_size, 0.0, 1.0);
    vec3 image = IMG_NORM_PIXEL(photo, uv).rgb * (1.0 + 0.08 * pulse + 0.25 * rush()) * (1.0 - 0.05 * under);
    // A thin mist where water and distance meet, behind the photo.
    sum += color.rgb * (0.03 + 0.06 * level + 0.08 * pulse + 0.3 * rush()) * exp(-below * below * 900.0);
    sum = mix(sum, image, cover) * (1.0 - 0.4 * share * under);

    // Light catches the slopes that face it, most on the way from the photo to the viewer.
    float aside = (p.x - at.x) * (p.x - at.x) / (at.half_size.x * at.half_size.x + 0.08);
    float path = exp(-2.2 * aside);
    vec3 glint = mix(color.rgb, vec3(1.0), 0.35) * shine;
    float face = smoothstep(0.15, 1.0, -wave.y) * (0.5 + 0.5 * level + 0.6 * pulse);
    vec3 light = glint * (face * (0.10 + 0.38 * path) + wave.z * (0.35 + 1.0 * path + 0.4 * rush()));
    light += wet * color.rgb * 0.5 * rush() * exp(-6.0 * share) * (0.3 + path);
    sum += light * max(wet - (1.0 - under) * cover, 0.0);
    float grain = fract(52.9829189 * fract(dot(gl_FragCoord.xy, vec2(0.06711056, 0.00583715)))) - 0.5; // hides bands
    return vec4(sum + grain / 255.0, 1.0);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = blurred();
    else if (PASSINDEX == 1) gl_FragColor = waves();
    else gl_FragColor = liquid();
}
