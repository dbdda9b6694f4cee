/*{"DESCRIPTION": "Every built-in in a column of its own", "ISFVSN": "2", "PASSES": [
    {"TARGET": "first", "WIDTH": 1, "HEIGHT": 1}, {}]}*/

void main() {
    int column = int(gl_FragCoord.x);
    vec4 value = vec4(0.0);
    if (column == 0) value = vec4(RENDERSIZE, float(PASSINDEX), 255.0);
    if (column == 1) value = vec4(TIME * 100.0, TIMEDELTA * 100.0, float(FRAMEINDEX), 255.0);
    if (column == 2) value = vec4(DATE.x - 1990.0, DATE.y, DATE.z, DATE.w * 100.0);
    if (column == 3) value = vec4(gl_FragCoord.xy * 2.0, gl_FragCoord.w * 10.0, 255.0);
    if (column == 4) value = vec4(isf_FragNormCoord * RENDERSIZE * 2.0, 0.0, 255.0);
    if (column == 5) value = IMG_THIS_PIXEL(first) * 255.0;
    gl_FragColor = value / 255.0;
}
