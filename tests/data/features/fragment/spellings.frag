// Usual uniforms by other names and in other types than the host's.
uniform float uTime, timeDelta;
uniform ivec2 viewport;
uniform float u_frame;
uniform vec4 u_date;
uniform vec4 mouse;
uniform vec3 iChannelResolution[4];
uniform float iChannelTime[4];
uniform float iSampleRate;
uniform float u_aspect;
uniform mat4 modelView;
uniform float levels[3];
uniform vec4 resolution;

void main() {
    int column = int(gl_FragCoord.x);
    vec4 color = vec4(0.0);
    if (column == 0) color = vec4(uTime * 10.0, timeDelta * 10.0, viewport) / 255.0;
    if (column == 1) color = vec4(u_frame, u_date.x - 2000.0, u_date.y, u_date.z) / 255.0;
    if (column == 2) color = vec4(iChannelResolution[1], iChannelTime[3] * 10.0) / 255.0;
    if (column == 3) color = vec4(iSampleRate / 441.0, u_aspect * 9.0, mouse.x, levels[2] + 1.0) / 255.0;
    if (column == 4) color = modelView * vec4(0.2, 0.4, 0.6, 1.0);
    if (column == 5) color = vec4(resolution.xy, 1.0 / resolution.zw) / 255.0;
    gl_FragColor = color;
}
