/*{"ISFVSN": "2", "INPUTS": [
    {"NAME": "go", "TYPE": "event"},
    {"NAME": "plain_bool", "TYPE": "bool"},
    {"NAME": "number_bool", "TYPE": "bool", "DEFAULT": 0.0},
    {"NAME": "plain_long", "TYPE": "long", "VALUES": [7, 9], "LABELS": ["a", "b"]},
    {"NAME": "second_long", "TYPE": "long", "VALUES": [7, 9], "LABELS": ["a", "b"], "DEFAULT": 9},
    {"NAME": "bare_long", "TYPE": "long", "MIN": 3, "MAX": 9},
    {"NAME": "plain_float", "TYPE": "float"},
    {"NAME": "low_float", "TYPE": "float", "MIN": 0.0, "MAX": 0.4},
    {"NAME": "text_float", "TYPE": "float", "DEFAULT": "0.6"},
    {"NAME": "far_float", "TYPE": "float", "MAX": 1.0, "DEFAULT": 8.0},
    {"NAME": "plain_point", "TYPE": "point2D"},
    {"NAME": "pixel_point", "TYPE": "point2D", "DEFAULT": [64, 36]},
    {"NAME": "plain_color", "TYPE": "color"},
    {"NAME": "full_color", "TYPE": "color", "DEFAULT": [0.2, 0.4, 0.6, 0.8]},
]}*/

void main() {
    int column = int(gl_FragCoord.x);
    vec4 value = vec4(1.0);
    if (column == 0) value = vec4(go, plain_bool, number_bool, true);
    if (column == 1) value = vec4(plain_long, second_long, bare_long, 255) / 255.0;
    if (column == 2) value = vec4(plain_float * 0.4, low_float, text_float, far_float);
    if (column == 3) value = vec4(plain_point, pixel_point / 255.0);
    if (column == 4) value = plain_color;
    if (column == 5) value = full_color;
    gl_FragColor = value;
}
