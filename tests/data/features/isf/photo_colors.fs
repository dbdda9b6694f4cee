/*{"INPUTS": [
    {"NAME": "vivid", "TYPE": "color", "DEFAULT": [0, 0, 1, 0.2], "PHOTO": "vivid"},
    {"NAME": "given", "TYPE": "color", "DEFAULT": [0, 0, 1, 1], "PHOTO": "light"}
]}*/

void main() {
    gl_FragColor = gl_FragCoord.x < 1.0 ? vec4(vivid.rgb, 1.0) : gl_FragCoord.x < 2.0 ? vec4(vivid.a) : given;
}
