/*{
  "pixelRatio": 2, "audio": true, // settings of a player
  "PASSES": [{"TARGET": "small", "WIDTH": "4", "HEIGHT": "4"}, {}],
}*/
precision mediump float;
uniform float time;
uniform vec2 resolution;
uniform int PASSINDEX;
uniform sampler2D small;
uniform sampler2D spectrum;
uniform sampler2D key;
void main() {
    vec2 uv = gl_FragCoord.xy / resolution;
    if (PASSINDEX == 0) gl_FragColor = vec4(0.2, resolution / 255.0, 1.0);
    else if (uv.x < 0.5) gl_FragColor = texture2D(small, uv);
    else gl_FragColor = vec4(step(0.1, texture2D(spectrum, vec2(0.02, 0.5)).r), texture2D(key, uv).r, time, 1.0);
}
