/*{"ISFVSN": "2", "INPUTS": [
    {"NAME": "go", "TYPE": "event"}, {"NAME": "beat", "TYPE": "event", "BIND": "kick"}],
  "PASSES": [{"TARGET": "early"}, {"TARGET": "count", "PERSISTENT": true, "FLOAT": true}, {}]}*/

void main() {
    if (PASSINDEX == 0) gl_FragColor = vec4(go);
    else if (PASSINDEX == 1) gl_FragColor = IMG_THIS_PIXEL(count) + vec4(go, beat, 0.0, 0.0);
    else {
        vec2 seen = IMG_THIS_PIXEL(count).xy / 255.0;
        gl_FragColor = vec4(IMG_THIS_PIXEL(early).r, seen, go);
    }
}
