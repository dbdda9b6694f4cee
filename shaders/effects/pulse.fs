/*{
    "ISFVSN": "2",
    "VSN": "3",
    "TITLE": "Pulse",
    "DESCRIPTION": "A beat of contrast: with every accent the picture comes a little nearer, harder and richer in colour, its middle brighter, its lights shoot out from the middle in rays, and the dark closes in from the corners; it eases back over 300 ms. Nothing burns out.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Filter", "Beat"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "kick", "LABEL": "Accent", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "accent.pulse", "decay": 0.28, "curve": "out", "from": [0.0, 0.8]}},
        {"NAME": "amount", "LABEL": "Amount", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 1.0, "IDENTITY": 0.0},
        {"NAME": "brightness", "LABEL": "Brightness on an accent", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.4, "IDENTITY": 0.0},
        {"NAME": "contrast", "LABEL": "Contrast on an accent", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "IDENTITY": 0.0},
        {"NAME": "saturation", "LABEL": "Colour on an accent", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.45, "IDENTITY": 0.0},
        {"NAME": "vignette", "LABEL": "Dark corners on an accent", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.55, "IDENTITY": 0.0},
        {"NAME": "rays", "LABEL": "Rays on an accent", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "IDENTITY": 0.0},
        {"NAME": "played", "LABEL": "Seconds of sound", "TYPE": "float", "MIN": 0.0, "MAX": 36000.0, "DEFAULT": 0.0, "BIND": {"bind": "sounding.sum", "smooth": 1.0}},
        {"NAME": "drift", "LABEL": "Drift", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "IDENTITY": 0.0}
    ],
    "PASSES": [
        {"TARGET": "lights", "WIDTH": "max($WIDTH / 4, 16)", "HEIGHT": "max($HEIGHT / 4, 16)"},
        {"TARGET": "drawn", "WIDTH": "max($WIDTH / 4, 16)", "HEIGHT": "max($HEIGHT / 4, 16)"},
        {"TARGET": "shot", "WIDTH": "max($WIDTH / 4, 16)", "HEIGHT": "max($HEIGHT / 4, 16)"},
        {}
    ]
}*/

const vec3 LUMA = vec3(0.2126, 0.7152, 0.0722);

// Where a pixel comes from while the camera drifts over the picture, a little closer than it is.
// Added to the pixel's own place, so that no drift moves it by exactly nothing. What is sampled
// lies inside the picture.
vec2 drifting(vec2 uv) {
    float turn = 6.28318531 * played;
    vec2 to = vec2(sin(turn / 19.0), sin(turn / 14.3 + 1.9));
    float zoom = 1.0 + drift * (0.045 - 0.025 * cos(turn / 25.0));
    return uv + (0.5 - uv) * (1.0 - 1.0 / zoom) + 0.009 * drift * to;
}

const vec2 MIDDLE = vec2(0.5, 0.55); // where rays come from
const int TAPS = 8;

// What is bright in the picture and stands out from what is around it.
vec4 highlights() {
    vec3 sum = vec3(0.0);
    vec3 around = vec3(0.0);
    vec2 reach = 0.03 * min(RENDERSIZE.x, RENDERSIZE.y) / RENDERSIZE;
    for (int i = 0; i < 4; i++) {
        vec2 corner = vec2(i & 1, i >> 1) - 0.5;
        sum += 0.25 * IMG_NORM_PIXEL(inputImage, isf_FragNormCoord + 0.5 * corner / RENDERSIZE).rgb;
        around += 0.25 * IMG_NORM_PIXEL(inputImage, isf_FragNormCoord + reach * 2.0 * corner).rgb;
    }
    float most = max(sum.r, max(sum.g, sum.b));
    float out_ = dot(sum - 0.95 * around, LUMA);
    return vec4(sum * smoothstep(0.25, 0.8, most) * smoothstep(0.05, 0.3, out_), 1.0);
}

// The image drawn out away from the middle: each place takes what lies between it and there.
vec4 drawn_out(sampler2D image, float length_) {
    vec3 sum = vec3(0.0);
    float weights = 0.0;
    for (int i = 0; i < TAPS; i++) {
        float share = float(i) / float(TAPS);
        float weight = 1.0 - 0.8 * share;
        sum += weight * IMG_NORM_PIXEL(image, isf_FragNormCoord + (MIDDLE - isf_FragNormCoord) * length_ * share).rgb;
        weights += weight;
    }
    return vec4(sum / weights, 1.0);
}

// Brighter in the middle by a curve that never clips, harder by an S through middle grey that keeps
// black and white, and darker towards the corners. What is pure in colour already, and skin, takes
// little more of it, and no channel runs into its end.
vec4 harder() {
    vec2 uv = drifting(isf_FragNormCoord + (vec2(0.5, 0.8) - isf_FragNormCoord) * 0.05 * min(amount * kick, 1.0));
    vec4 picture = IMG_NORM_PIXEL(inputImage, uv);
    float pulse = amount * kick;
    vec2 off = 2.0 * isf_FragNormCoord - vec2(1.0, 1.1);
    float far = dot(off, off) / 2.0; // 1 in the corners
    vec3 color = clamp(picture.rgb, 0.0, 1.0);
    float before = dot(color, LUMA);
    float top = max(color.r, max(color.g, color.b));
    float pure = (top - min(color.r, min(color.g, color.b))) / max(top, 0.05);
    float warm = smoothstep(0.0, 0.1, color.r - color.g) * smoothstep(-0.02, 0.06, color.g - color.b);
    float grey = 1.0 - pow(1.0 - before, 1.0 + brightness * pulse * max(1.0 - 1.6 * far, 0.0));
    grey += 1.15 * contrast * pulse * grey * (1.0 - grey) * (2.0 * grey - 0.9);
    grey = clamp(grey, 0.0, 1.0);
    // The colour follows the light in part: all of it would make shadows dull and lights loud.
    vec3 tint = (color - before) * mix(1.0, grey / max(before, 0.02), 0.6);
    tint *= 1.0 + saturation * pulse * pow(1.0 - pure, 1.5) * (1.0 - 0.8 * warm) * 1.6;
    color = grey + tint;
    float most = max(color.r, max(color.g, color.b)) - grey;
    color = grey + tint * min((0.97 - 0.97 * grey) / max(most, 1e-3), 1.0);
    vec3 ray = IMG_NORM_PIXEL(shot, uv).rgb * rays * pulse * smoothstep(0.02, 0.4, far) * 2.5;
    color += (1.0 - clamp(color, 0.0, 1.0)) * min(ray, 0.8);
    color *= max(1.0 - vignette * (0.6 + 0.4 * smoothstep(0.0, 0.25, before)) * pulse * smoothstep(0.1, 0.95, far), 0.0);
    return vec4(pulse > 0.0 ? mix(picture.rgb, clamp(color, 0.0, 1.0), min(6.0 * pulse, 1.0)) : picture.rgb, picture.a);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = highlights();
    else if (PASSINDEX == 1) gl_FragColor = drawn_out(lights, 0.45);
    else if (PASSINDEX == 2) gl_FragColor = drawn_out(drawn, 0.45 / float(TAPS));
    else gl_FragColor = harder();
}
