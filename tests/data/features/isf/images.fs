/*{"DESCRIPTION": "Every function shows the same picture; sizes are those of the image read",
  "ISFVSN": "2", "INPUTS": [{"NAME": "inputImage", "TYPE": "image"}],
  "PASSES": [{"TARGET": "half", "WIDTH": "$WIDTH/2", "HEIGHT": "$HEIGHT/2"}, {}]}*/

vec4 through(sampler2D image, vec2 at) { return IMG_PIXEL(image, at); }

void main() {
    vec2 at = gl_FragCoord.xy;
    int band = int(at.x) / 8;
    if (PASSINDEX == 0) gl_FragColor = IMG_PIXEL(inputImage, floor(at) * 2.0 + 0.5);
    else if (band == 0) gl_FragColor = IMG_PIXEL(inputImage, at);
    else if (band == 1) gl_FragColor = IMG_NORM_PIXEL(inputImage, isf_FragNormCoord);
    else if (band == 2) gl_FragColor = IMG_THIS_PIXEL(inputImage);
    else if (band == 3) gl_FragColor = IMG_THIS_NORM_PIXEL(inputImage);
    else if (band == 4) gl_FragColor = IMG_NORM_THIS_PIXEL(inputImage);
    else if (band == 5) gl_FragColor = through(inputImage,
                                               IMG_SIZE(inputImage) * isf_FragNormCoord);
    else if (band == 6) gl_FragColor = IMG_PIXEL(half, floor(at / 2.0) + 0.5, 0.0);
    else gl_FragColor = vec4(IMG_SIZE(half), _inputImage_imgSize) / 255.0;
}
