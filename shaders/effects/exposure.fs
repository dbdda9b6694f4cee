/*{
    "ISFVSN": "2",
    "VSN": "1",
    "TITLE": "Exposure",
    "DESCRIPTION": "The picture is flooded with light on every kick, brighter and harder than Pulse, and eases back over 300 ms.",
    "CREDIT": "TOQIBOX Render",
    "LICENSE": "MIT",
    "PREMIUM": true,
    "CATEGORIES": ["Filter", "Beat"],
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "kick", "LABEL": "Kick", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0, "BIND": {"bind": "kick.pulse", "decay": 0.3}},
        {"NAME": "amount", "LABEL": "Amount", "TYPE": "float", "MIN": 0.0, "MAX": 2.0, "DEFAULT": 1.0, "IDENTITY": 0.0},
        {"NAME": "brightness", "LABEL": "Brightness on a kick", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.25, "IDENTITY": 0.0},
        {"NAME": "contrast", "LABEL": "Contrast on a kick", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.15, "IDENTITY": 0.0},
        {"NAME": "highlights", "LABEL": "Keep the highlights", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0, "IDENTITY": 0.0}
    ]
}*/

// As the CSS filters brightness() and contrast(), one after the other (Filter Effects Module 1).
// The kept highlights brighten by a curve that begins as steeply as the factor and never clips.
void main() {
    float pulse = amount * kick;
    vec4 picture = IMG_THIS_PIXEL(inputImage);
    float gain = 1.0 + brightness * pulse;
    vec3 bright = min(picture.rgb * gain, 1.0);
    if (highlights * pulse > 0.0) {
        vec3 curved = 1.0 - pow(1.0 - picture.rgb, vec3(gain));
        bright = mix(bright, curved, highlights);
    }
    float slope = 1.0 + contrast * pulse;
    gl_FragColor = vec4(clamp(slope * bright + 0.5 * (1.0 - slope), 0.0, 1.0), picture.a);
}
