/*{
    "ISFVSN": "2",
    "VSN": "3",
    "TITLE": "Exposure",
    "DESCRIPTION": "A flood of warm light on every accent, as from a low sun that stands now on one side and now on the other: midtones open up while blacks stay, what is bright blooms and glows red-gold into the dark beside it, and it eases back over 300 ms. Highlights keep their detail, also in a bright photo.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "PREMIUM": true,
    "CATEGORIES": ["Filter", "Beat"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "kick", "LABEL": "Accent", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "accent.pulse", "decay": 0.3, "curve": "out", "from": [0.0, 0.8]}},
        {"NAME": "amount", "LABEL": "Amount", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 1.0, "IDENTITY": 0.0},
        {"NAME": "brightness", "LABEL": "Brightness on an accent", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "IDENTITY": 0.0},
        {"NAME": "warmth", "LABEL": "Warmth of the light", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6},
        {"NAME": "highlights", "LABEL": "Keep the highlights", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.95, "IDENTITY": 0.0},
        {"NAME": "bloom", "LABEL": "Bloom on an accent", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.75, "IDENTITY": 0.0},
        {"NAME": "sun", "LABEL": "Sun from the side", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "IDENTITY": 0.0},
        {"NAME": "number", "LABEL": "Number of the accent", "TYPE": "float", "MIN": 0.0, "MAX": 4096.0, "DEFAULT": 0.0, "BIND": {"bind": "accent.count"}},
        {"NAME": "played", "LABEL": "Seconds of sound", "TYPE": "float", "MIN": 0.0, "MAX": 36000.0, "DEFAULT": 0.0, "BIND": {"bind": "sounding.sum", "smooth": 1.0}},
        {"NAME": "drift", "LABEL": "Drift", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "IDENTITY": 0.0}
    ],
    "PASSES": [
        {"TARGET": "small", "WIDTH": "max($WIDTH / 8, 16)", "HEIGHT": "max($HEIGHT / 8, 16)"},
        {"TARGET": "across", "WIDTH": "max($WIDTH / 8, 16)", "HEIGHT": "max($HEIGHT / 8, 16)"},
        {"TARGET": "soft", "WIDTH": "max($WIDTH / 8, 16)", "HEIGHT": "max($HEIGHT / 8, 16)"},
        {}
    ]
}*/

const float TAPS = 14.0;
const float BLUR = 0.07; // standard deviation of the blur, in short sides of the frame

const vec3 LUMA = vec3(0.2126, 0.7152, 0.0722);

// A small copy: 16 samples a pixel. Alpha is how much of it is bright.
vec4 shrunk() {
    vec4 sum = vec4(0.0);
    for (int y = 0; y < 4; y++)
        for (int x = 0; x < 4; x++) {
            vec3 color = IMG_NORM_PIXEL(inputImage, (gl_FragCoord.xy + (vec2(x, y) - 1.5) / 4.0) / RENDERSIZE).rgb;
            sum += vec4(color, smoothstep(0.45, 0.9, dot(color, LUMA)));
        }
    return sum / 16.0;
}

vec4 blur(sampler2D image, vec2 direction) {
    vec2 deviation = direction * BLUR * min(RENDERSIZE.x, RENDERSIZE.y) / RENDERSIZE;
    vec4 sum = vec4(0.0);
    float weights = 0.0;
    for (float i = -TAPS; i <= TAPS; i++) {
        float d = i / TAPS * 2.6;
        float weight = exp(-0.5 * d * d);
        sum += weight * IMG_NORM_PIXEL(image, isf_FragNormCoord + d * deviation);
        weights += weight;
    }
    return sum / weights;
}

// Where a pixel comes from while the camera drifts over the picture, a little closer than it is.
// Added to the pixel's own place, so that no drift moves it by exactly nothing. What is sampled
// lies inside the picture.
vec2 drifting(vec2 uv) {
    float turn = 6.28318531 * played;
    vec2 to = vec2(sin(turn / 19.0), sin(turn / 14.3 + 1.9));
    float zoom = 1.0 + drift * (0.045 - 0.025 * cos(turn / 25.0));
    return uv + (0.5 - uv) * (1.0 - 1.0 / zoom) + 0.009 * drift * to;
}

// Photographic tone: straight up to the knee, then bending softly towards white.
float shoulder(float light) {
    const float KNEE = 0.72;
    float over = max(light - KNEE, 0.0) / (1.0 - KNEE);
    return min(light, KNEE) + (1.0 - KNEE) * over / (1.0 + over) * (1.0 + over / 9.0);
}

// More light, by a factor as a wider aperture gives it, through a shoulder: dark and middle tones
// keep their contrast, hue and colour of a pixel stay; a pure colour takes less of it, and pales a
// little as it nears white. Around what is bright lies red-gold, as in film without its backing
// (halation).
vec4 flooded() {
    vec2 uv = drifting(isf_FragNormCoord);
    float pulse = amount * kick;
    vec4 picture = IMG_NORM_PIXEL(inputImage, uv);
    if (pulse <= 0.0) return picture;
    vec4 blurred = IMG_NORM_PIXEL(soft, uv);
    // The sun stands at one side of the frame, for eight accents each, and its light falls off from there.
    float hand = mod(floor(number / 8.0), 2.0);
    vec2 from_sun = vec2(abs(isf_FragNormCoord.x - hand), 0.9 - isf_FragNormCoord.y) * vec2(1.1, 0.8);
    float near_sun = 1.0 / (1.0 + 4.5 * dot(from_sun, from_sun));
    near_sun *= near_sun;
    float around = dot(blurred.rgb, LUMA);
    float grey = dot(picture.rgb, LUMA);
    // The brighter the surroundings, the less; a bright middle tone beside snow keeps its depth.
    float stops = 1.4 * brightness * pulse * mix(1.0, 0.7 + 0.9 * near_sun, sun) * (1.0 - highlights * 0.7 * smoothstep(0.3, 0.95, around));
    float top = max(picture.r, max(picture.g, picture.b));
    float pure = (top - min(picture.r, min(picture.g, picture.b))) * smoothstep(0.4, 0.9, top);
    // A face keeps its form: what has the colour of skin, and is light, takes half of it.
    float warm = smoothstep(0.03, 0.12, picture.r - picture.g) * smoothstep(-0.02, 0.06, picture.g - picture.b) * smoothstep(0.45, 0.8, top);
    stops *= (1.0 - 0.5 * pure) * (1.0 - 0.5 * warm * (1.0 - pure));
    float target = shoulder(top * exp2(stops));
    vec3 color = picture.rgb * min(target, 1.0) / max(top, 1e-3);
    vec3 gained = picture.rgb * exp2(stops);
    color = mix(color, vec3(shoulder(gained.r), shoulder(gained.g), shoulder(gained.b)), 0.6 * smoothstep(0.6, 1.0, top));
    // The deepest tones stay: contrast grows rather than shrinks.
    color = mix(picture.rgb, color, smoothstep(0.0, 0.3, grey));
    float lit = dot(color, LUMA);
    color = mix(vec3(lit), color, 1.0 + 0.2 * min(pulse, 1.0) * (1.0 - smoothstep(0.3, 0.8, max(top, 1.6 * pure))));
    color = max(color, 0.0);
    // Warmth in the middle tones alone: white stays white, black stays black.
    vec3 tone = mix(vec3(1.0), vec3(1.10, 1.0, 0.84), warmth * min(pulse, 1.0) * smoothstep(0.05, 0.35, lit) * (1.0 - smoothstep(0.55, 0.9, lit)));
    color *= tone;
    vec3 edge = mix(vec3(1.0), vec3(1.0, 0.5, 0.17), warmth);
    float beside = blurred.a * (1.0 - smoothstep(0.2, 0.85, grey)) * (1.0 - 0.5 * smoothstep(0.3, 0.8, blurred.a)); // in the dark next to a light
    vec3 light = blurred.rgb * (0.2 + 0.8 * color) * smoothstep(0.3, 0.9, around) * 0.35 * grey;
    color += (1.0 - min(color, 1.0)) * min(bloom * pulse * (edge * 0.95 * beside * (0.35 + 0.65 * smoothstep(0.02, 0.3, grey)) + light), 0.7);
    // The sun's own light, deep red-gold: it lies on what is dark, and white takes its colour alone.
    vec3 gold = mix(vec3(1.0), vec3(1.0, 0.62, 0.28), warmth);
    float ray = sun * min(pulse, 1.0) * near_sun;
    float pale = smoothstep(0.35, 0.9, grey);
    color *= mix(vec3(1.0), gold, 0.55 * ray * pale);
    color += (1.0 - min(color, 1.0)) * gold * gold * ray * (0.04 + 0.9 * min(color, 1.0)) * (1.0 - 0.7 * pale);
    // What would be above white keeps its hue.
    color /= max(max(color.r, max(color.g, color.b)), 1.0);
    return vec4(mix(picture.rgb, color, min(4.0 * pulse, 1.0)), picture.a);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = shrunk();
    else if (PASSINDEX == 1) gl_FragColor = blur(small, vec2(1.0, 0.0));
    else if (PASSINDEX == 2) gl_FragColor = blur(across, vec2(0.0, 1.0));
    else gl_FragColor = flooded();
}
