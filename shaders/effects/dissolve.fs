/*{
    "ISFVSN": "2",
    "VSN": "2",
    "TITLE": "Dissolve",
    "DESCRIPTION": "One photo melts into the other along the edges of clouds: bright parts of the new one come first, both drift towards the eye, and a glowing seam spills light over them. Before and after, each accent lights clouds up at the edges of the photo, and it swells. With one photo only the light runs over it.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Transition", "Photo", "Beat"],
    "INPUTS": [
        {"NAME": "startImage", "TYPE": "image"},
        {"NAME": "endImage", "TYPE": "image"},
        {"NAME": "progress", "LABEL": "Progress", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0},
        {"NAME": "fineness", "LABEL": "Fineness of the clouds", "TYPE": "float", "MIN": 0.5, "MAX": 12.0, "DEFAULT": 1.6},
        {"NAME": "softness", "LABEL": "Softness of the border", "TYPE": "float", "MIN": 0.01, "MAX": 0.6, "DEFAULT": 0.05},
        {"NAME": "sweep", "LABEL": "From left to right instead of everywhere", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.45},
        {"NAME": "bright", "LABEL": "How much the bright parts come first", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.05},
        {"NAME": "push", "LABEL": "Towards the eye", "TYPE": "float", "MIN": 0.0, "MAX": 0.4, "DEFAULT": 0.1},
        {"NAME": "ripple", "LABEL": "How much the photos bend at the border", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.35},
        {"NAME": "glow", "LABEL": "Light at the border", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 1.0},
        {"NAME": "light", "LABEL": "Colour of the light", "TYPE": "color", "DEFAULT": [1.0, 0.72, 0.42, 1.0]},
        {"NAME": "flare", "LABEL": "Light of an accent", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "IDENTITY": 0.0},
        {"NAME": "bump", "LABEL": "The photo grows on an accent", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "IDENTITY": 0.0},
        {"NAME": "pulse", "LABEL": "Accent", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "accent.pulse", "decay": 0.4}},
        {"NAME": "played", "LABEL": "Seconds of sound", "TYPE": "float", "MIN": 0.0, "MAX": 36000.0, "DEFAULT": 0.0, "BIND": "sounding.sum"}
    ],
    "PASSES": [
        {"TARGET": "field", "WIDTH": "max(ceil($WIDTH / 4), 16)", "HEIGHT": "max(ceil($HEIGHT / 4), 16)", "FLOAT": true},
        {}
    ]
}*/

// The clouds are drawn at a quarter of the frame's size, and only while one photo melts into the other.

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
    return dot(sum / 5.0, vec3(0.2126, 0.7152, 0.0722));
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
    vec3 at = IMG_THIS_NORM_PIXEL(field).rgb;
    // From below all of it to above all of it, so that both ends are the photos themselves.
    float level = mix(-softness, 1.0 + softness, progress);
    float passed = 1.0 - smoothstep(level - softness, level + softness, at.r);
    float edge = 4.0 * passed * (1.0 - passed);
    vec2 shift = (at.gr - 0.5) * 0.08 * ripple * edge;
    vec4 leaving = IMG_NORM_PIXEL(startImage, nearer(uv, push * progress * progress) + shift);
    float left = 1.0 - progress;
    vec4 coming = IMG_NORM_PIXEL(endImage, nearer(uv, push * left * left) - shift);
    vec4 picture = mix(leaving, coming, passed);
    // A bright seam along the border, and light that spills over both photos and takes up the
    // colours that it falls on. Both come up and go with the melt.
    float away = at.r - level;
    float lit = smoothstep(0.0, 0.15, progress) * smoothstep(1.0, 0.85, progress);
    float seam = exp(-away * away / (1.2 * softness * softness));
    float spill = exp(-abs(away) / (2.0 * softness + 0.09));
    float power = light.a * glow * lit;
    // An accent drives glowing clouds in from the photo's edges; they draw back with the accent.
    vec2 far = abs(isf_FragNormCoord - 0.5 + 0.03 * vec2(sin(0.31 * played), cos(0.23 * played))) * 2.0;
    far *= far * vec2(1.0, 0.74);
    float out_ = sqrt(max(far.x, far.y) + 0.25 * min(far.x, far.y)) + 0.8 * (at.b - 0.5) - 1.24 + 0.2 * pulse;
    float fire = flare * light.a * smoothstep(0.0, 0.3, pulse);
    float crest = fire * exp(-out_ * out_ / 0.006);
    float wisp = fire * (0.35 + 0.65 * pulse) * exp(-max(abs(out_) - 0.05, 0.0) / 0.16);
    // On white a light shows by its colour alone, elsewhere as a screen: no fringe runs over.
    float grey = dot(picture.rgb, vec3(0.2126, 0.7152, 0.0722));
    float tinted = min(power * (0.75 * seam + 0.35 * spill) + 0.8 * wisp, 1.0) * smoothstep(0.4, 0.9, grey);
    vec3 shone = picture.rgb * mix(vec3(1.0), light.rgb, tinted);
    vec3 shine = light.rgb * (power * (0.5 * seam * seam + 0.7 * spill * (0.12 + picture.rgb)) + 0.35 * crest)
        + light.rgb * light.rgb * wisp * (0.75 + 0.5 * picture.rgb);
    return vec4(1.0 - (1.0 - shone) * (1.0 - clamp(0.8 * shine * (1.0 - 0.6 * grey), 0.0, 0.9)), picture.a);
}

void main() {
    gl_FragColor = PASSINDEX == 0 ? melt() : dissolve();
}
