/*{
  "ISFVSN": "2",
  "INPUTS": [
    { "NAME": "speed" "TYPE": "float" }
  ]
}*/
void main() { gl_FragColor = vec4(speed); }
