/*{
    "ISFVSN": "2",
    "VSN": "2",
    "TITLE": "Exposure",
    "DESCRIPTION": "The picture is flooded with light on every accent: brighter and harder than Pulse, its lights bloom, and it eases back over 300 ms.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "PREMIUM": true,
    "CATEGORIES": ["Filter", "Beat"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "kick", "LABEL": "Accent", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "accent.pulse", "decay": 0.3, "curve": "out", "from": [0.0, 0.8], "smooth": 0.04}},
        {"NAME": "amount", "LABEL": "Amount", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 1.0, "IDENTITY": 0.0},
        {"NAME": "brightness", "LABEL": "Brightness on an accent", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.25, "IDENTITY": 0.0},
        {"NAME": "contrast", "LABEL": "Contrast on an accent", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.15, "IDENTITY": 0.0},
        {"NAME": "highlights", "LABEL": "Keep the highlights", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "IDENTITY": 0.0},
        {"NAME": "bloom", "LABEL": "Bloom on an accent", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "IDENTITY": 0.0},
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

// A small copy: 16 samples a pixel.
vec4 shrunk() {
    vec4 sum = vec4(0.0);
    for (int y = 0; y < 4; y++)
        for (int x = 0; x < 4; x++)
            sum += IMG_NORM_PIXEL(inputImage, (gl_FragCoord.xy + (vec2(x, y) - 1.5) / 4.0) / RENDERSIZE);
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

// As the CSS filters brightness() and contrast(), one after the other (Filter Effects Module 1).
// The kept highlights brighten by a curve that begins as steeply as the factor and never clips.
// What is brighter than middle grey around a pixel is screened over it.
vec4 flooded() {
    vec2 uv = drifting(isf_FragNormCoord);
    float pulse = amount * kick;
    vec4 picture = IMG_NORM_PIXEL(inputImage, uv);
    if (pulse <= 0.0) return picture;
    float gain = 1.0 + brightness * pulse;
    vec3 curved = 1.0 - pow(1.0 - picture.rgb, vec3(gain));
    vec3 bright = mix(min(picture.rgb * gain, 1.0), curved, highlights);
    float slope = 1.0 + contrast * pulse;
    vec3 color = clamp(slope * bright + 0.5 * (1.0 - slope), 0.0, 1.0);
    vec3 light = IMG_NORM_PIXEL(soft, uv).rgb;
    float grey = dot(light, vec3(0.2126, 0.7152, 0.0722));
    light = max(mix(vec3(grey), light, 1.3), 0.0) * (0.35 + 0.9 * smoothstep(0.2, 0.8, grey));
    color += (1.0 - color) * min(bloom * pulse * light, 1.0);
    return vec4(color, picture.a);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = shrunk();
    else if (PASSINDEX == 1) gl_FragColor = blur(small, vec2(1.0, 0.0));
    else if (PASSINDEX == 2) gl_FragColor = blur(across, vec2(0.0, 1.0));
    else gl_FragColor = flooded();
}
