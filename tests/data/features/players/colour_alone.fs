/*{"ISFVSN": "2"}*/
void main() { gl_FragColor.xyz = vec3(0.2, 0.4, 0.6); }
