/*{"IMPORTED": {"room": {"TYPE": "cube", "PATH": [
    "pictures/red.png", "pictures/green.png", "pictures/blue.png",
    "pictures/yellow.png", "pictures/quarters.png", "pictures/white.png"]}}}*/

void main() {
    int column = int(gl_FragCoord.x);
    vec3 way = vec3(0.0, 0.0, -1.0);
    if (column == 0) way = vec3(1.0, 0.0, 0.0);
    if (column == 1) way = vec3(-1.0, 0.0, 0.0);
    if (column == 2) way = vec3(0.0, 1.0, 0.0);
    if (column == 3) way = vec3(0.0, -1.0, 0.0);
    if (column == 4) way = vec3(-0.5, 0.5, 1.0);
    if (column == 5) way = vec3(0.5, 0.5, 1.0);
    if (column == 6) way = vec3(-0.5, -0.5, 1.0);
    gl_FragColor = column == 7 ? textureCube(room, way) : IMG_NORM_PIXEL(room, way);
}
