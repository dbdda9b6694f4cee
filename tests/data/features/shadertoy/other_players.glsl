// Title: For other players too
// Author: somebody
#version 300 es
#ifdef GL_ES
precision highp float;
#endif
#iKeyboard
uniform vec3 iResolution;
uniform float iGlobalTime, iTimeDelta;
uniform highp vec4 iMouse;
uniform sampler2D iChannel0;
uniform vec3 iChannelResolution[4];
in vec2 texcoord;
layout(location = 0) out vec4 outColor;
#ifdef VSCODE
#include "common.glsl"
#endif

void mainVR(out vec4 color, in vec2 at, in vec3 from, in vec3 to) { color = vec4(1.0); }

void mainImage(out vec4 fragColor, in vec2 fragCoord) {
    vec4 seen = texture2D(iChannel0, fragCoord / iResolution.xy);
#ifdef GL_ES
    fragColor = vec4(seen.r, float(HW_PERFORMANCE) * 0.4, iGlobalTime, 1.0);
#endif
    st_assert(iCh0.size.x == 64.0 && iCh0.loaded == 1);
    st_assert(texture(iCh0.sampler, vec2(0.0)).b > 0.1, 3);
}

void main() {
    mainImage(outColor, gl_FragCoord.xy);
    gl_FragColor = outColor * texcoord.x;
}
