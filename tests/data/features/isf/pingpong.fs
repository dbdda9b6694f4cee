/*{"DESCRIPTION": "An earlier pass and its own see the frame before, a later one the new",
  "PASSES": [{"TARGET": "before"}, {"TARGET": "count", "PERSISTENT": true}, {"TARGET": "after"}, {}]}*/

void main() {
    if (PASSINDEX == 1) gl_FragColor = IMG_THIS_PIXEL(count) + vec4(1.0, 1.0, 1.0, 2.0) / 255.0;
    else if (PASSINDEX < 3) gl_FragColor = IMG_THIS_PIXEL(count);
    else {
        vec4 old = IMG_THIS_PIXEL(before), new = IMG_THIS_PIXEL(after);
        gl_FragColor = vec4(old.r, old.a, new.r, new.a);
    }
}
