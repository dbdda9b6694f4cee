/*{
  "ISFVSN": "2", "CREDIT": "TOQIBOX Render", "LICENSE": "MIT",
  "DESCRIPTION": "The picture as it is: the cheapest effect there can be.",
  "INPUTS": [{ "NAME": "inputImage", "TYPE": "image" }]
}*/
void main() {
    gl_FragColor = IMG_THIS_PIXEL(inputImage);
}
