#iUniform float amount = 0.4 in { 0.0, 2.0 }
#iUniform color3 tint = color3(0.2, 0.4, 0.6) // a colour
uniform float zoom; // = 0.8 [0.1, 2.0] Zoom
uniform int count; // = 3 [1, 9]
uniform vec3 paper; // = vec3(0.6, 0.4, 0.2)
uniform float time;
uniform vec3 iResolution;
vec3 mixed() { return paper; }
void mainImage(out vec4 fragColor, in vec2 fragCoord) {
    float x = fragCoord.x;
    fragColor = x < 1.0 ? vec4(tint, 1.0) : x < 2.0 ? vec4(amount, zoom, float(count) / 255.0, 1.0)
        : x < 3.0 ? vec4(mixed(), 1.0) : vec4(time, 0.0, 0.0, 1.0);
}
