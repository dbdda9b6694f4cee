/*{
    "ISFVSN": "2",
    "VSN": "1",
    "TITLE": "Blur",
    "DESCRIPTION": "The picture softly out of focus: all of it, around a sharp middle, or above and below a sharp band as in a photo of a model.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Filter", "Finish", "Lens"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "radius", "LABEL": "Radius", "TYPE": "float", "MIN": 0.0, "MAX": 0.08, "DEFAULT": 0.018, "IDENTITY": 0.0},
        {"NAME": "where", "LABEL": "Where", "TYPE": "long", "VALUES": [0, 1, 2], "LABELS": ["Everywhere", "Around the middle", "Above and below"], "DEFAULT": 1},
        {"NAME": "sharp", "LABEL": "Size of what stays sharp", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.62},
        {"NAME": "center", "LABEL": "Middle of what stays sharp", "TYPE": "point2D", "MIN": [0.0, 0.0], "MAX": [1.0, 1.0], "DEFAULT": [0.5, 0.5]},
        {"NAME": "amount", "LABEL": "Amount", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 1.0, "IDENTITY": 0.0}
    ],
    "PASSES": [
        {"TARGET": "d4", "WIDTH": "max($WIDTH / 4, 2)", "HEIGHT": "max($HEIGHT / 4, 2)", "FLOAT": true},
        {"TARGET": "d8", "WIDTH": "max($WIDTH / 8, 2)", "HEIGHT": "max($HEIGHT / 8, 2)", "FLOAT": true},
        {"TARGET": "d16", "WIDTH": "max($WIDTH / 16, 2)", "HEIGHT": "max($HEIGHT / 16, 2)", "FLOAT": true},
        {"TARGET": "d32", "WIDTH": "max($WIDTH / 32, 2)", "HEIGHT": "max($HEIGHT / 32, 2)", "FLOAT": true},
        {"TARGET": "d64", "WIDTH": "max($WIDTH / 64, 2)", "HEIGHT": "max($HEIGHT / 64, 2)", "FLOAT": true},
        {"TARGET": "d128", "WIDTH": "max($WIDTH / 128, 2)", "HEIGHT": "max($HEIGHT / 128, 2)", "FLOAT": true},
        {"TARGET": "u64", "WIDTH": "max($WIDTH / 64, 2)", "HEIGHT": "max($HEIGHT / 64, 2)", "FLOAT": true},
        {"TARGET": "u32", "WIDTH": "max($WIDTH / 32, 2)", "HEIGHT": "max($HEIGHT / 32, 2)", "FLOAT": true},
        {"TARGET": "u16", "WIDTH": "max($WIDTH / 16, 2)", "HEIGHT": "max($HEIGHT / 16, 2)", "FLOAT": true},
        {"TARGET": "u8", "WIDTH": "max($WIDTH / 8, 2)", "HEIGHT": "max($HEIGHT / 8, 2)", "FLOAT": true},
        {"TARGET": "u4", "WIDTH": "max($WIDTH / 4, 2)", "HEIGHT": "max($HEIGHT / 4, 2)", "FLOAT": true},
        {}
    ]
}*/

// Down in halves and up again (the dual filter, Bjorge 2015, "Bandwidth-Efficient Rendering"): a
// blur of any width for the price of a narrow one. How many halves is a number with a fraction,
// so that the radius can move without a jump.

const float NARROWEST = 4.0; // standard deviation in pixels of a quarter-sized picture drawn large

// The picture is blurred as light, not as numbers of sRGB (nearly a power of 2.2): what is bright
// spreads over what is dark, as it does behind a lens.
vec4 linear(vec4 color) {
    return vec4(pow(max(color.rgb, 0.0), vec3(2.2)), color.a);
}

vec4 encoded(vec4 color) {
    return vec4(pow(max(color.rgb, 0.0), vec3(1.0 / 2.2)), color.a);
}

// How often the quarter-sized picture has to be halved for the radius. Below 0 it is too soft
// already, and shows through the sharp one.
float halvings() {
    vec2 size = IMG_SIZE(inputImage);
    return log2(max(radius * min(size.x, size.y), 0.01) / NARROWEST);
}

vec4 quarter() {
    vec2 pixel = 1.0 / IMG_SIZE(inputImage);
    vec4 sum = vec4(0.0);
    for (int i = 0; i < 4; i++)
        sum += linear(IMG_NORM_PIXEL(inputImage, isf_FragNormCoord + (vec2(i & 1, i >> 1) * 2.0 - 1.0) * pixel));
    return sum / 4.0;
}

vec4 smaller(sampler2D image) {
    vec2 pixel = 1.0 / IMG_SIZE(image);
    vec4 sum = 4.0 * IMG_THIS_PIXEL(image);
    for (int i = 0; i < 4; i++)
        sum += IMG_NORM_PIXEL(image, isf_FragNormCoord + (vec2(i & 1, i >> 1) * 2.0 - 1.0) * pixel);
    return sum / 8.0;
}

vec4 larger(sampler2D image) {
    vec2 pixel = 1.0 / IMG_SIZE(image);
    vec4 sum = vec4(0.0);
    for (int y = -1; y <= 1; y++)
        for (int x = -1; x <= 1; x++)
            sum += float((2 - abs(x)) * (2 - abs(y))) * IMG_NORM_PIXEL(image, isf_FragNormCoord + vec2(x, y) * pixel);
    return sum / 16.0;
}

// On the way up: the picture of this size, or the one that was halved once more.
vec4 wider(sampler2D same, sampler2D small, float halved) {
    return mix(IMG_THIS_PIXEL(same), larger(small), clamp(halvings() - halved, 0.0, 1.0));
}

// 1 where the picture is out of focus.
float unsharp() {
    vec2 away = (gl_FragCoord.xy - center * RENDERSIZE) / min(RENDERSIZE.x, RENDERSIZE.y);
    float far = where == 1 ? length(away) : abs(away.y);
    return where == 0 ? 1.0 : smoothstep(0.5 * sharp, 0.5 * sharp + 0.3, far);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = quarter();
    else if (PASSINDEX == 1) gl_FragColor = smaller(d4);
    else if (PASSINDEX == 2) gl_FragColor = smaller(d8);
    else if (PASSINDEX == 3) gl_FragColor = smaller(d16);
    else if (PASSINDEX == 4) gl_FragColor = smaller(d32);
    else if (PASSINDEX == 5) gl_FragColor = smaller(d64);
    else if (PASSINDEX == 6) gl_FragColor = wider(d64, d128, 4.0);
    else if (PASSINDEX == 7) gl_FragColor = wider(d32, u64, 3.0);
    else if (PASSINDEX == 8) gl_FragColor = wider(d16, u32, 2.0);
    else if (PASSINDEX == 9) gl_FragColor = wider(d8, u16, 1.0);
    else if (PASSINDEX == 10) gl_FragColor = wider(d4, u8, 0.0);
    else {
        float soft = amount * unsharp() * clamp(exp2(halvings()), 0.0, 1.0);
        gl_FragColor = mix(IMG_THIS_PIXEL(inputImage), encoded(IMG_THIS_PIXEL(u4)), soft);
    }
}
