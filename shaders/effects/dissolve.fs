/*{
    "ISFVSN": "2",
    "VSN": "3",
    "TITLE": "Dissolve",
    "DESCRIPTION": "One photo melts into the other along the edges of clouds: both drift towards the eye, bend at the border and glow softly along it. Before and after, each accent lets the other photo shine through around the middle, as in a double exposure: its light falls into the shadows first. In the loudest moments it stays. With one photo only the light of the clouds shows.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Transition", "Photo", "Beat"],
    "INPUTS": [
        {"NAME": "startImage", "TYPE": "image"},
        {"NAME": "endImage", "TYPE": "image"},
        {"NAME": "progress", "LABEL": "Progress", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0},
        {"NAME": "fineness", "LABEL": "Fineness of the clouds", "TYPE": "float", "MIN": 0.5, "MAX": 12.0, "DEFAULT": 1.6},
        {"NAME": "softness", "LABEL": "Softness of the border", "TYPE": "float", "MIN": 0.01, "MAX": 0.6, "DEFAULT": 0.09},
        {"NAME": "sweep", "LABEL": "From left to right instead of everywhere", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.45},
        {"NAME": "bright", "LABEL": "How much the bright parts come first", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.05},
        {"NAME": "push", "LABEL": "Towards the eye", "TYPE": "float", "MIN": 0.0, "MAX": 0.4, "DEFAULT": 0.12},
        {"NAME": "ripple", "LABEL": "How much the photos bend at the border", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
        {"NAME": "glow", "LABEL": "Light at the border", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 0.8},
        {"NAME": "light", "LABEL": "Colour of the light", "TYPE": "color", "DEFAULT": [1.0, 0.86, 0.66, 1.0]},
        {"NAME": "ghost", "LABEL": "The other photo shines through", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.8, "IDENTITY": 0.0},
        {"NAME": "flare", "LABEL": "Light of an accent", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "IDENTITY": 0.0},
        {"NAME": "bump", "LABEL": "The photo grows on an accent", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "IDENTITY": 0.0},
        {"NAME": "pulse", "LABEL": "Accent", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "accent.pulse", "decay": 0.6, "from": [0.0, 0.85]}},
        {"NAME": "peak", "LABEL": "Loudest moments", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "loudness", "from": [0.88, 0.98], "curve": "in", "smooth": 0.3}},
        {"NAME": "played", "LABEL": "Seconds of sound", "TYPE": "float", "MIN": 0.0, "MAX": 36000.0, "DEFAULT": 0.0, "BIND": "sounding.sum"}
    ],
    "PASSES": [
        {"TARGET": "field", "WIDTH": "max(ceil($WIDTH / 4), 16)", "HEIGHT": "max(ceil($HEIGHT / 4), 16)", "FLOAT": true},
        {}
    ]
}*/

// The clouds are drawn at a quarter of the frame's size, and only while one photo melts into the other.

const vec3 LUMA = vec3(0.2126, 0.7152, 0.0722);

// Hash without sine (Dave Hoskins), so that every driver gives the same clouds.
float hash(vec2 p) {
    vec3 q = fract(p.xyx * 0.1031);
    q += dot(q, q.yzx + 33.33);
    return fract((q.x + q.y) * q.z);
}

float noise(vec2 p) {
    vec2 cell = floor(p);
    vec2 f = fract(p);
    f = f * f * f * (f * (f * 6.0 - 15.0) + 10.0);
    float bottom = mix(hash(cell), hash(cell + vec2(1.0, 0.0)), f.x);
    float top = mix(hash(cell + vec2(0.0, 1.0)), hash(cell + vec2(1.0, 1.0)), f.x);
    return mix(bottom, top, f.y);
}

// Three octaves, each turned so that no grid shows; about 0.1 to 0.8.
float clouds(vec2 p) {
    float sum = 0.0;
    float share = 0.5;
    for (int i = 0; i < 3; i++) {
        sum += share * noise(p);
        p = mat2(1.6, 1.2, -1.2, 1.6) * p + 17.3;
        share *= 0.5;
    }
    return sum;
}

// The brightness of the new photo around a place, from 0 to 1.
float luma_near(vec2 uv) {
    vec3 sum = IMG_NORM_PIXEL(endImage, uv).rgb;
    for (int i = 0; i < 4; i++) {
        vec2 corner = vec2(i & 1, i >> 1) * 2.0 - 1.0;
        sum += IMG_NORM_PIXEL(endImage, uv + 0.03 * corner * vec2(RENDERSIZE.y / RENDERSIZE.x, 1.0)).rgb;
    }
    return dot(sum / 5.0, LUMA);
}

// Red: when the new photo comes through at this place. Green: how the clouds bend. Blue: the clouds.
vec4 melt() {
    vec2 uv = isf_FragNormCoord;
    vec2 place = vec2(uv.x * RENDERSIZE.x / RENDERSIZE.y, uv.y) * fineness;
    // The clouds bend themselves, which draws them out into wisps.
    float bend = clouds(place + 5.2 + 0.4 * progress);
    float cloud = clamp((clouds(place + 1.2 * bend) - 0.08) / 0.75, 0.0, 1.0);
    float when = mix(cloud, 1.0 - luma_near(uv), bright);
    when = mix(when, 0.75 * uv.x + 0.25 * when, sweep);
    return vec4(clamp((when - 0.15) / 0.7, 0.0, 1.0), bend, cloud, 1.0);
}

// A photo that is `nearer` than it was, about its middle.
vec2 nearer(vec2 uv, float by) {
    return 0.5 + (uv - 0.5) / (1.0 + by);
}

vec4 dissolve() {
    vec2 uv = nearer(isf_FragNormCoord, 0.06 * bump * pulse);
    // The clouds drift, so that no accent shows the same ones.
    vec2 wander = 0.06 * vec2(sin(0.31 * played), cos(0.23 * played));
    vec3 at = IMG_THIS_NORM_PIXEL(field).rgb;
    // From below all of it to above all of it, so that both ends are the photos themselves.
    float level = mix(-softness, 1.0 + softness, progress);
    float passed = 1.0 - smoothstep(level - softness, level + softness, at.r);
    // An accent opens clouds from the frame's edges on, the loudest moments more of them.
    vec2 off = abs(isf_FragNormCoord - 0.5 + wander) * 2.0;
    float out_ = length(off * vec2(1.0, 0.8));
    float far = out_ + 0.9 * (at.b - 0.5);
    float wide = max(pulse, 0.85 * peak) + 0.25 * pulse * peak;
    float hole = 1.46 - 0.62 * wide - far; // less than 0 where the clouds are open
    float through = smoothstep(0.06, -0.34, hole) * smoothstep(0.0, 0.35, wide);
    float lit = smoothstep(0.0, 0.15, progress) * smoothstep(1.0, 0.85, progress);
    through *= 1.0 - lit;

    float edge = 4.0 * passed * (1.0 - passed) + 1.5 * through * (1.0 - through) * ghost;
    vec2 shift = (at.gr - 0.5) * 0.08 * ripple * edge;
    vec4 leaving = IMG_NORM_PIXEL(startImage, nearer(uv, push * progress * progress) + shift);
    float left = 1.0 - progress;
    vec4 coming = IMG_NORM_PIXEL(endImage, nearer(uv, push * left * left) - shift);
    // The light of the other photo falls first into what is dark in this one.
    float lighter = dot(coming.rgb - leaving.rgb, LUMA) * (1.0 - 2.0 * passed);
    hole -= 0.45 * lighter * smoothstep(0.0, 0.35, wide) * smoothstep(0.3, 0.8, out_);
    through = smoothstep(0.04, -0.30, hole) * smoothstep(0.0, 0.35, wide) * (1.0 - lit);
    float other = 0.9 * ghost * through;
    vec4 picture = mix(leaving, coming, mix(passed, 1.0 - passed, other));
    // As in a double exposure the light of both adds up where one shines through the other.
    vec3 both = 1.0 - (1.0 - leaving.rgb) * (1.0 - coming.rgb);
    picture.rgb = mix(picture.rgb, both, 2.0 * other * (1.0 - other) * 0.5);
    // A soft light along the border, which takes up the colours that it falls on.
    float away = at.r - level;
    float seam = exp(-away * away / (0.7 * softness * softness + 0.0006));
    float spill = exp(-abs(away) / (1.2 * softness + 0.10));
    float power = light.a * glow * lit;
    float fire = flare * light.a * (1.0 - lit) * smoothstep(0.0, 0.35, wide);
    float crest = fire * exp(-hole * hole / 0.010) * (0.35 + 0.65 * wide);
    float wisp = fire * exp(-abs(hole) / 0.22) * (0.25 + 0.75 * wide);
    // On white a light shows by its colour alone, elsewhere as a screen: no fringe runs over.
    float grey = dot(picture.rgb, LUMA);
    float tinted = min(power * (0.5 * seam + 0.35 * spill) + 0.7 * wisp, 1.0) * smoothstep(0.4, 0.9, grey);
    vec3 shone = picture.rgb * mix(vec3(1.0), light.rgb * light.rgb, tinted);
    vec3 warm = light.rgb * light.rgb;
    vec3 shine = light.rgb * (0.55 * power * seam + 0.30 * crest)
        + warm * (power * spill * (0.15 + 0.9 * picture.rgb) + wisp * (0.10 + 0.9 * picture.rgb));
    return vec4(1.0 - (1.0 - shone) * (1.0 - clamp(0.8 * shine * (1.0 - 0.6 * grey), 0.0, 0.9)), picture.a);
}

void main() {
    gl_FragColor = PASSINDEX == 0 ? melt() : dissolve();
}
