/*{
    "ISFVSN": "2",
    "VSN": "2",
    "TITLE": "Camera",
    "TITLE_RU": "Камера",
    "DESCRIPTION": "The picture as a camera in a hand sees it: it sways, comes slowly nearer through the song, jumps forward and shakes with every accent while the edges of the frame streak past, and its light follows the loudness. Silence stands still.",
    "DESCRIPTION_RU": "Кадр, каким его видит камера в руке: покачивается, медленно приближается на протяжении трека, с каждым акцентом бросается вперёд и дрожит, а края кадра смазываются; свет следует за громкостью. В тишине всё замирает.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "CATEGORIES": ["Photo", "Filter", "Beat", "Lens"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "pulse", "LABEL": "Accent", "LABEL_RU": "Акцент", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "accent.pulse", "smooth": 0.02, "decay": 0.4}},
        {"NAME": "since", "LABEL": "Seconds since an accent", "LABEL_RU": "Секунды после акцента", "UNIT": "s", "TYPE": "float", "MIN": 0.0, "MAX": 600.0, "DEFAULT": 600.0, "BIND": "accent.since"},
        {"NAME": "strength", "LABEL": "Strength of that accent", "LABEL_RU": "Сила этого акцента", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 1.0, "BIND": "accent.strength"},
        {"NAME": "number", "LABEL": "Number of that accent", "LABEL_RU": "Номер этого акцента", "UNIT": "count", "TYPE": "float", "MIN": 0.0, "MAX": 1000.0, "DEFAULT": 0.0, "BIND": "accent.count"},
        {"NAME": "drop", "LABEL": "Drop", "LABEL_RU": "Дроп", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "drop.pulse", "smooth": 0.15, "decay": 2.5}},
        {"NAME": "level", "LABEL": "Loudness", "LABEL_RU": "Громкость", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "BIND": {"bind": "level.envelope", "from": [0.3, 1.0], "smooth": 0.3}},
        {"NAME": "heard", "LABEL": "Seconds of sound", "LABEL_RU": "Секунды звука", "UNIT": "s", "TYPE": "float", "MIN": 0.0, "MAX": 36000.0, "DEFAULT": 0.0, "BIND": {"bind": "sounding.sum", "smooth": 1.0}},
        {"NAME": "carried", "LABEL": "Seconds of loudness", "LABEL_RU": "Накопленная громкость, секунды", "UNIT": "s", "TYPE": "float", "MIN": 0.0, "MAX": 36000.0, "DEFAULT": 0.0, "BIND": {"bind": "level.sum", "smooth": 1.0}},
        {"NAME": "push", "LABEL": "Nearer through the song", "LABEL_RU": "Ближе на протяжении трека", "TYPE": "float", "MIN": 0.0, "MAX": 0.5, "DEFAULT": 0.09, "IDENTITY": 0.0},
        {"NAME": "sway", "LABEL": "Sway of the hand", "LABEL_RU": "Покачивание руки", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.35, "IDENTITY": 0.0},
        {"NAME": "punch", "LABEL": "Nearer on an accent", "LABEL_RU": "Ближе на акценте", "GROUP": "response", "TYPE": "float", "MIN": 0.0, "MAX": 0.3, "DEFAULT": 0.14, "IDENTITY": 0.0},
        {"NAME": "shake", "LABEL": "Shake of an accent", "LABEL_RU": "Тряска на акценте", "GROUP": "response", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.4, "IDENTITY": 0.0},
        {"NAME": "blur", "LABEL": "Streaks at the edges on an accent", "LABEL_RU": "Смаз у краёв на акценте", "GROUP": "response", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.15, "IDENTITY": 0.0},
        {"NAME": "light", "LABEL": "Light that follows the loudness", "LABEL_RU": "Свет вслед за громкостью", "GROUP": "response", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6, "IDENTITY": 0.0},
        {"NAME": "center", "LABEL": "Where it goes to", "LABEL_RU": "Куда движется камера", "TYPE": "point2D", "MIN": [0.0, 0.0], "MAX": [1.0, 1.0], "DEFAULT": [0.5, 0.9]}
    ]
}*/

// Where a pixel lies in the picture changes evenly over the frame, so it is reckoned at the frame's
// corners (camera.vs).

varying vec2 place; // of this pixel in the picture, 0 to 1
varying vec2 ray;   // from the target to this pixel, in the same measure

void main() {
    vec4 picture = IMG_NORM_PIXEL(inputImage, place);

    // While it jumps, the edges of the frame streak along the rays from the target; the middle of the
    // picture stays as sharp as it is.
    vec2 side = 2.0 * isf_FragNormCoord - 1.0;
    float smear = 0.9 * blur * punch * pulse * smoothstep(0.75, 1.4, length(side));
    if (smear > 0.0005) {
        for (int i = -2; i <= 2; i++)
            if (i != 0) picture += IMG_NORM_PIXEL(inputImage, place - ray * smear * float(i));
        picture /= 5.0;
    }

    // What is bright already hardly changes: 1 - (1 - c)^gain, near enough.
    float gain = 1.0 + light * (0.5 * (level - 0.5) + 0.4 * pulse + 0.9 * drop);
    vec3 color = clamp(picture.rgb, 0.0, 1.0);
    color = clamp(color * (gain + (1.0 - gain) * color), 0.0, 1.0);
    // An accent hardens the contrast too, which shows where there is no room for more light.
    color += 1.1 * light * pulse * color * (1.0 - color) * (2.0 * color - 0.8);
    gl_FragColor = vec4(clamp(color, 0.0, 1.0), picture.a);
}
