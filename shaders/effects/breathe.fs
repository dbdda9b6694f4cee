/*{
    "ISFVSN": "2",
    "VSN": "1",
    "TITLE": "Breathe",
    "DESCRIPTION": "The photo as a card on a blurred copy of itself. It grows with every kick, and the light behind it with it.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Photo", "Beat"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "photo", "TYPE": "image"},
        {"NAME": "pulse", "LABEL": "Pulse", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": "kick"},
        {"NAME": "amount", "LABEL": "Growth on a kick", "TYPE": "float", "MIN": 0.0, "MAX": 0.25, "DEFAULT": 0.08, "IDENTITY": 0.0},
        {"NAME": "glow", "LABEL": "Light on a kick", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.32, "IDENTITY": 0.0},
        {"NAME": "size", "LABEL": "Size of the card", "TYPE": "float", "MIN": 0.3, "MAX": 1.0, "DEFAULT": 0.8},
        {"NAME": "corner", "LABEL": "Round corners", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.12},
        {"NAME": "dim", "LABEL": "Dim the background", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.35},
        {"NAME": "shadow", "LABEL": "Shadow", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6}
    ],
    "PASSES": [
        {"TARGET": "small", "WIDTH": "max($WIDTH / 8, 32)", "HEIGHT": "max($HEIGHT / 8, 32)", "FLOAT": true},
        {"TARGET": "across", "WIDTH": "max($WIDTH / 8, 32)", "HEIGHT": "max($HEIGHT / 8, 32)", "FLOAT": true},
        {"TARGET": "blurred", "WIDTH": "max($WIDTH / 8, 32)", "HEIGHT": "max($HEIGHT / 8, 32)", "FLOAT": true},
        {"TARGET": "back"},
        {"TARGET": "card"},
        {}
    ]
}*/

// Only the last pass moves. The others depend on nothing that changes, so they are drawn once,
// and a frame costs two texture fetches.

const float TAPS = 14.0;
const float BLUR = 0.06; // standard deviation of the blur, in short sides of the frame

// A small copy of the middle of the picture, where the photo fills it whatever its shape.
vec4 shrunk() {
    vec2 filled = IMG_SIZE(photo) / RENDERSIZE;
    float zoom = max(min(filled.x, filled.y) / max(filled.x, filled.y), 0.2);
    vec4 sum = vec4(0.0);
    for (int y = 0; y < 4; y++)
        for (int x = 0; x < 4; x++) {
            vec2 uv = (gl_FragCoord.xy + (vec2(x, y) - 1.5) / 4.0) / RENDERSIZE;
            sum += IMG_NORM_PIXEL(inputImage, 0.5 + zoom * (uv - 0.5));
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

// Cubic B-spline in four bilinear fetches (Sigg and Hadwiger, GPU Gems 2, chapter 20): a small
// picture drawn large without the diamonds of linear filtering.
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

// Half the card's sides, in pixels of the frame.
vec2 extent() {
    vec2 photoSize = IMG_SIZE(photo);
    return 0.5 * size * photoSize * min(RENDERSIZE.x / photoSize.x, RENDERSIZE.y / photoSize.y);
}

// Distance to the card's edge in pixels, below 0 inside.
float edge(vec2 point) {
    vec2 half_size = extent();
    float radius = corner * min(half_size.x, half_size.y);
    vec2 q = abs(point) - half_size + radius;
    return length(max(q, 0.0)) + min(max(q.x, q.y), 0.0) - radius;
}

vec4 background() {
    vec3 color = smoothly(blurred, isf_FragNormCoord);
    color = max(mix(vec3(dot(color, vec3(0.2126, 0.7152, 0.0722))), color, 1.2), 0.0);
    vec2 side = isf_FragNormCoord - 0.5;
    color *= (1.0 - dim) * (1.08 - 0.5 * dot(side, side));
    float unit = min(RENDERSIZE.x, RENDERSIZE.y);
    float far = edge(gl_FragCoord.xy - 0.5 * RENDERSIZE + vec2(0.0, 0.02 * unit)) / (0.09 * unit);
    float near = edge(gl_FragCoord.xy - 0.5 * RENDERSIZE + vec2(0.0, 0.004 * unit)) / (0.02 * unit);
    float shade = 0.75 * exp(-max(far, 0.0) * max(far, 0.0) * 2.0) + 0.25 * exp(-max(near, 0.0) * max(near, 0.0));
    return vec4(color * (1.0 - shadow * shade) + dither(), 1.0);
}

// The card at rest, pixel for pixel, premultiplied so that its edge has no fringe when scaled.
vec4 still() {
    vec2 point = gl_FragCoord.xy - 0.5 * RENDERSIZE;
    vec2 uv = 0.5 + 0.5 * point / extent();
    float distance = edge(point);
    float rim = 0.1 * clamp(2.0 + distance, 0.0, 1.0); // sets a dark photo off from its background
    vec3 color = mix(IMG_NORM_PIXEL(photo, uv).rgb, vec3(1.0), rim);
    return vec4(color, 1.0) * clamp(0.5 - distance, 0.0, 1.0);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = shrunk();
    else if (PASSINDEX == 1) gl_FragColor = blur(small, vec2(1.0, 0.0));
    else if (PASSINDEX == 2) gl_FragColor = blur(across, vec2(0.0, 1.0));
    else if (PASSINDEX == 3) gl_FragColor = background();
    else if (PASSINDEX == 4) gl_FragColor = still();
    else {
        vec4 front = IMG_NORM_PIXEL(card, 0.5 + (isf_FragNormCoord - 0.5) / (1.0 + amount * pulse));
        vec3 light = IMG_THIS_PIXEL(back).rgb * (1.0 + glow * pulse);
        gl_FragColor = vec4(front.rgb + light * (1.0 - front.a), 1.0);
    }
}
