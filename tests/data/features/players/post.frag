#ifdef GL_ES
precision mediump float;
#endif
uniform sampler2D u_scene;
varying vec2 v_texcoord;
void main() {
    gl_FragColor = vec4(0.2, 0.4, 0.6, 1.0);
#if defined(POSTPROCESSING)
    gl_FragColor.rgb = texture2D(u_scene, v_texcoord).bgr;
#endif
}
