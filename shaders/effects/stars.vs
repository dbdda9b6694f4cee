// Where a pixel is from the middle of the flight, which is the planet's too.

varying vec2 point; // in short sides of the frame
varying vec2 ball;  // in radii of the planet
varying vec3 drive; // the leap; a pixel, in short sides; the planet's radius

const float SLOW = 1.6; // seconds in which a leap slows down to a third

void main() {
    isf_vertShaderInit();
    float unit = min(RENDERSIZE.x, RENDERSIZE.y);
    float rush = leap * exp(-since / SLOW) * smoothstep(-0.04, 0.05, since);
    float radius = 0.5 * size * (RENDERSIZE.y > RENDERSIZE.x ? 1.05 : 1.0);
    radius *= 1.0 + 0.055 * pulse + 0.10 * rush + 0.008 * sin(0.6 * TIME);
    point = (isf_FragNormCoord - center) * RENDERSIZE / unit;
    ball = (point + 0.006 * vec2(sin(0.37 * TIME), cos(0.29 * TIME))) / max(radius, 1e-3);
    drive = vec3(rush, 1.0 / unit, radius);
}
