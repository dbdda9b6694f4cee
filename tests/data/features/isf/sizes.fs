/*{"ISFVSN": "2", "INPUTS": [
    {"NAME": "share", "TYPE": "float", "MIN": 1.0, "MAX": 64.0, "DEFAULT": 8.0}],
  "PASSES": [
    {"TARGET": "sixteenth", "WIDTH": "$WIDTH / 16.0", "HEIGHT": "$HEIGHT/16.0", "FLOAT": true},
    {"TARGET": "numbers", "WIDTH": 5, "HEIGHT": 7.9, "FLOAT": true},
    {"TARGET": "worked", "WIDTH": "max(floor($WIDTH / $share), 3) + 1",
        "HEIGHT": "min($HEIGHT, 2 ^ 3) - -1", "FLOAT": true},
    {"TARGET": "broken", "WIDTH": "$NOTHING * 2", "HEIGHT": "1 / 0", "FLOAT": true},
    {}]}*/

vec4 told(sampler2D target) { return vec4(IMG_NORM_PIXEL(target, vec2(0.5)).xy, IMG_SIZE(target)); }

void main() {
    int column = int(gl_FragCoord.x);
    if (PASSINDEX < 4) gl_FragColor = vec4(RENDERSIZE * 4.0, 0.0, 1.0);
    else if (column == 0) gl_FragColor = told(sixteenth) / 255.0;
    else if (column == 1) gl_FragColor = told(numbers) / 255.0;
    else if (column == 2) gl_FragColor = told(worked) / 255.0;
    else if (column == 3) gl_FragColor = told(broken) / 255.0;
    else gl_FragColor = vec4(RENDERSIZE, 0.0, 255.0) / 255.0;
}
