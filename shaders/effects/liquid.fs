/*{
    "ISFVSN": "2",
    "VSN": "1",
    "TITLE": "Liquid",
    "DESCRIPTION": "The photo as a picture on water: currents carry it away and it slowly finds back, every kick falls into it like a drop, and light plays on the rings. It remembers, so it is drawn in order.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Photo", "Beat", "Scene"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "flow", "LABEL": "Current", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.38, "IDENTITY": 0.0},
        {"NAME": "scale", "LABEL": "Size of the eddies", "TYPE": "float", "MIN": 0.4, "MAX": 2.5, "DEFAULT": 1.0},
        {"NAME": "memory", "LABEL": "Seconds until it finds back", "TYPE": "float", "MIN": 0.5, "MAX": 10.0, "DEFAULT": 2.5},
        {"NAME": "bass", "LABEL": "Bass", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "BIND": {"bind": "bass.envelope", "curve": "in", "smooth": 0.1}},
        {"NAME": "drops", "LABEL": "Drops", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "IDENTITY": 0.0},
        {"NAME": "hit", "LABEL": "A drop falls", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "BIND": {"bind": "kick.pulse", "decay": 0.14}},
        {"NAME": "place", "LABEL": "Where it falls", "TYPE": "float", "MIN": 0.0, "MAX": 256.0, "DEFAULT": 0.0, "BIND": "kick.count"},
        {"NAME": "shine", "LABEL": "Light on the water", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "IDENTITY": 0.0}
    ],
    "PASSES": [
        {"TARGET": "water", "WIDTH": "144 * $WIDTH / min($WIDTH, $HEIGHT)", "HEIGHT": "144 * $HEIGHT / min($WIDTH, $HEIGHT)", "FLOAT": true, "PERSISTENT": true},
        {"TARGET": "rings", "WIDTH": "64 * $WIDTH / min($WIDTH, $HEIGHT)", "HEIGHT": "64 * $HEIGHT / min($WIDTH, $HEIGHT)", "FLOAT": true, "PERSISTENT": true},
        {"TARGET": "surface", "WIDTH": "144 * $WIDTH / min($WIDTH, $HEIGHT)", "HEIGHT": "144 * $HEIGHT / min($WIDTH, $HEIGHT)", "FLOAT": true},
        {}
    ]
}*/

// The water is two grids, 144 and 64 cells over the short side whatever the frame's size, so the
// picture moves alike at every size. One holds how far the current has carried what is there (x, y,
// in short sides), the other how high the water stands and how fast it rises. Everything fades:
// nothing grows in a long video.

const float CELLS = 64.0;   // of the rings, over the short side
const float SPEED = 0.24;   // of rings, in short sides a second: stable down to 24 frames a second
const float STILL = 1.5;    // seconds until a ring has died down to a third

// The frame's sides, the short one being 1.
vec2 shape() {
    return RENDERSIZE / min(RENDERSIZE.x, RENDERSIZE.y);
}

// The current: the curl of a sum of waves, which has no sources (Bridson et al. 2007).
vec2 current(vec2 point) {
    vec2 sum = vec2(0.0);
    float frequency = 3.1 / scale;
    vec2 way = vec2(0.8, 0.6);
    float time = TIME * 0.35;
    for (int k = 0; k < 5; k++) {
        float phase = frequency * dot(way, point) + time * (1.0 + 0.3 * float(k)) + 1.7 * float(k * k);
        sum += vec2(-way.y, way.x) * cos(phase + 0.9 * sin(0.6 * phase - time));
        way = vec2(-0.737 * way.x - 0.676 * way.y, 0.676 * way.x - 0.737 * way.y); // 137.5 degrees
        frequency *= 1.27;
    }
    return sum * flow * (0.05 + 0.20 * bass);
}

// What the current has carried, one step on (semi-Lagrangian advection, Stam 1999).
vec4 carried() {
    float dt = min(TIMEDELTA, 1.0 / 24.0);
    vec2 moved = current(isf_FragNormCoord * shape()) * dt;
    vec2 from = IMG_NORM_PIXEL(water, isf_FragNormCoord - moved / shape()).xy - moved;
    return vec4(from * exp(-dt / memory), 0.0, 1.0);
}

// The wave equation, one step on, with a drop wherever one falls now.
vec4 waved() {
    float dt = TIMEDELTA > 0.0 ? min(TIMEDELTA, 1.0 / 24.0) : 1.0 / 30.0; // one may fall in frame 0
    vec3 cell = vec3(1.0 / RENDERSIZE, 0.0);
    vec2 here = isf_FragNormCoord;
    vec4 old = IMG_NORM_PIXEL(rings, here);
    float around = IMG_NORM_PIXEL(rings, here + cell.xz).x + IMG_NORM_PIXEL(rings, here - cell.xz).x
        + IMG_NORM_PIXEL(rings, here + cell.zy).x + IMG_NORM_PIXEL(rings, here - cell.zy).x;
    float rise = old.y + SPEED * CELLS * SPEED * CELLS * dt * (around - 4.0 * old.x);
    // Each drop falls elsewhere, spread evenly (R2 sequence, M. Roberts 2018).
    vec2 spot = (0.12 + 0.76 * fract(place * vec2(0.754877666, 0.569840291) + vec2(0.5, 0.45))) * shape();
    vec2 away = (isf_FragNormCoord * shape() - spot) / 0.05;
    rise -= drops * hit * dt * 18.0 * exp(-dot(away, away));
    rise *= exp(-dt / STILL);
    return vec4((old.x + rise * dt) * exp(-dt / STILL), rise, 0.0, 1.0);
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

// Where the picture is seen through the surface (x, y), and how much light it throws back (z).
vec4 seen() {
    vec3 cell = vec3(1.0 / RENDERSIZE, 0.0);
    vec2 here = isf_FragNormCoord;
    float unit = 0.5 * min(RENDERSIZE.x, RENDERSIZE.y); // cells between neighbours, as a slope
    vec2 slope = unit * vec2(
        smoothly(rings, here + cell.xz).x - smoothly(rings, here - cell.xz).x,
        smoothly(rings, here + cell.zy).x - smoothly(rings, here - cell.zy).x);
    // Where the current presses the picture together, the surface bulges.
    vec2 across = IMG_NORM_PIXEL(water, here + cell.xz).xy - IMG_NORM_PIXEL(water, here - cell.xz).xy;
    vec2 along = IMG_NORM_PIXEL(water, here + cell.zy).xy - IMG_NORM_PIXEL(water, here - cell.zy).xy;
    vec2 press = unit * vec2(across.x + along.y, along.x - across.y);
    float bulge = dot(press, vec2(0.08, 0.13));
    float light = dot(slope, vec2(-0.5, 0.86)) * 1.3 + bulge / (1.0 + 1.5 * abs(bulge));
    return vec4(IMG_NORM_PIXEL(water, here).xy - 0.10 * slope, light, 1.0);
}

vec4 liquid() {
    vec3 told = smoothly(surface, isf_FragNormCoord);
    vec2 uv = isf_FragNormCoord + told.xy * min(RENDERSIZE.x, RENDERSIZE.y) / RENDERSIZE;
    uv = 1.0 - abs(1.0 - abs(uv)); // mirrored beyond the edges
    vec3 color = IMG_NORM_PIXEL(inputImage, uv).rgb;
    float light = shine * told.z / (1.0 + abs(told.z));
    color += light > 0.0 ? light * 0.65 * (1.0 - color) : 0.55 * light * color;
    color += 0.5 * shine * smoothstep(0.45, 1.2, told.z);
    return vec4(color, 1.0);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = carried();
    else if (PASSINDEX == 1) gl_FragColor = waved();
    else if (PASSINDEX == 2) gl_FragColor = seen();
    else gl_FragColor = liquid();
}
