/*{
    "ISFVSN": "2",
    "VSN": "1",
    "TITLE": "Spin",
    "DESCRIPTION": "The picture turns and pulses over a blurred copy of itself. At time t in seconds: scale 1 + pulse * sin(2 pi t); angle = speed * t in radians, against the clock; opacity 1 - fade * (0.5 - 0.5 * cos(2 pi t)). As it comes: pulse 0.1, speed 0.1, fade 0.4.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Photo", "Motion"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "pulse", "LABEL": "Pulse", "TYPE": "float", "MIN": 0.0, "MAX": 0.5, "DEFAULT": 0.1, "IDENTITY": 0.0},
        {"NAME": "speed", "LABEL": "Turn, radians a second", "TYPE": "float", "MIN": -3.0, "MAX": 3.0, "DEFAULT": 0.1, "IDENTITY": 0.0},
        {"NAME": "fade", "LABEL": "Fade", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.4, "IDENTITY": 0.0},
        {"NAME": "feather", "LABEL": "Soft edge", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.4},
        {"NAME": "dim", "LABEL": "Dim the background", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.25}
    ],
    "PASSES": [
        {"TARGET": "small", "WIDTH": "max($WIDTH / 8, 32)", "HEIGHT": "max($HEIGHT / 8, 32)", "FLOAT": true},
        {"TARGET": "across", "WIDTH": "max($WIDTH / 8, 32)", "HEIGHT": "max($HEIGHT / 8, 32)", "FLOAT": true},
        {"TARGET": "blurred", "WIDTH": "max($WIDTH / 8, 32)", "HEIGHT": "max($HEIGHT / 8, 32)", "FLOAT": true},
        {"TARGET": "back"},
        {"TARGET": "front"},
        {}
    ]
}*/

// Only the last pass moves. The others depend on nothing that changes, so they are drawn once,
// and a frame costs two texture fetches.

const float TAPS = 14.0;
const float BLUR = 0.07; // standard deviation of the blur, in short sides of the frame
const float TURN = 6.28318531;

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

// Half a step of 8 bits of noise (interleaved gradient noise, Jimenez 2014): hides bands.
float dither() {
    return (fract(52.9829189 * fract(dot(gl_FragCoord.xy, vec2(0.06711056, 0.00583715)))) - 0.5) / 255.0;
}

vec4 background() {
    vec3 color = smoothly(blurred, isf_FragNormCoord) * (1.0 - dim);
    vec2 side = isf_FragNormCoord - 0.5;
    return vec4(color * (1.05 - 0.5 * dot(side, side)) + dither(), 1.0);
}

// The picture with a soft edge, premultiplied. One pixel at least is clear all around, so that
// sampling beyond it finds nothing.
vec4 feathered() {
    vec2 inside = 0.5 * RENDERSIZE - abs(gl_FragCoord.xy - 0.5 * RENDERSIZE) - 0.5;
    float soft = 1.5 + 0.3 * feather * min(RENDERSIZE.x, RENDERSIZE.y);
    vec2 edge = smoothstep(0.0, soft, inside);
    vec4 color = IMG_THIS_PIXEL(inputImage);
    return vec4(color.rgb, 1.0) * color.a * edge.x * edge.y;
}

vec4 spun() {
    float angle = speed * TIME;
    float scale = 1.0 + pulse * sin(TURN * TIME);
    float opacity = 1.0 - fade * (0.5 - 0.5 * cos(TURN * TIME));
    vec2 turn = vec2(cos(angle), sin(angle)) / scale;
    vec2 point = gl_FragCoord.xy - 0.5 * RENDERSIZE;
    vec2 uv = vec2(dot(point, turn), dot(point, vec2(-turn.y, turn.x))) / RENDERSIZE + 0.5;
    vec4 picture = IMG_NORM_PIXEL(front, uv) * opacity;
    return vec4(picture.rgb + IMG_THIS_PIXEL(back).rgb * (1.0 - picture.a), 1.0);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = shrunk();
    else if (PASSINDEX == 1) gl_FragColor = blur(small, vec2(1.0, 0.0));
    else if (PASSINDEX == 2) gl_FragColor = blur(across, vec2(0.0, 1.0));
    else if (PASSINDEX == 3) gl_FragColor = background();
    else if (PASSINDEX == 4) gl_FragColor = feathered();
    else gl_FragColor = spun();
}
