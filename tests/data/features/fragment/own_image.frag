// A Shadertoy with a page of its own around it.
uniform float time;
uniform vec2 resolution;
#define iTime time
#define iResolution vec3(resolution, 1.0)

void mainImage(out vec4 fragColor, in vec2 fragCoord) {
    fragColor = vec4(floor(fragCoord) / 255.0, iTime * 10.0 / 255.0, iResolution.z);
}

void main() { mainImage(gl_FragColor, gl_FragCoord.xy); }
