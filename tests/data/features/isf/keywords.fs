/*{"INPUTS": [
    {"NAME": "filter", "TYPE": "float", "DEFAULT": 0.2}, {"NAME": "sample", "TYPE": "float", "DEFAULT": 0.4},
    {"NAME": "mix", "TYPE": "float", "DEFAULT": 0.6}, {"NAME": "texture", "TYPE": "image"},
    {"NAME": "double__dash", "TYPE": "float", "DEFAULT": 0.8}],
  "PASSES": [{"TARGET": "output"}, {}]}*/

void main() {
    if (PASSINDEX == 0) gl_FragColor = vec4(filter, sample, mix(0.0, 1.0, mix), double__dash);
    else gl_FragColor = IMG_THIS_PIXEL(output) * texture2D(texture, vec2(0.5)).a;
}
