// Where the corridor is now, which is the same in the whole frame.

varying vec2 place;     // of this pixel in the frame, counted from the middle of the photo
varying vec2 half_size; // half the photo's sides, in short sides of the frame as all lengths
varying vec4 flight;    // the leap; how far the flight has come; turn of the walls near the viewer; mipmap of the photo

const float SLOW = 0.9;    // seconds in which a leap slows down to a third
const float PACE = 0.26;   // depths a second
const float GROWTH = 1.13; // of the photo, at most, by an accent and its slow breath

#ifndef SAFE_AREA
#define SAFE_AREA vec4(0.0)
#endif

// The middle of the photo, 0 to 1: within what apps leave free.
vec2 middle() { return mix(SAFE_AREA.xy, 1.0 - SAFE_AREA.zw, center); }

// Half the photo's sides in a frame of `frame` short sides: of one area for each shape,
// larger in a tall frame, and inside it and what apps leave free of it.
vec2 half_sides(vec2 frame) {
    float shape = sqrt(IMG_SIZE(photo).x / IMG_SIZE(photo).y);
    vec2 wanted = 0.5 * size * (frame.y > frame.x ? 1.35 : 1.0) * vec2(shape, 1.0 / shape);
    vec2 low = max(SAFE_AREA.xy, vec2(0.04, max(0.04, calm)));
    vec2 high = 1.0 - max(SAFE_AREA.zw, vec2(0.04));
    vec2 room = max(min(middle() - low, high - middle()), vec2(0.1)) * frame / GROWTH;
    return wanted * min(min(room.x / wanted.x, room.y / wanted.y), 1.0);
}

void main() {
    isf_vertShaderInit();
    vec2 picture = PASSINDEX < 2 ? IMG_SIZE(inner) : RENDERSIZE;
    float unit = min(picture.x, picture.y);
    vec2 frame = picture / unit;
    float gone = exp(-since / SLOW);
    float fast = leap * gone * smoothstep(0.0, 0.05, since + 0.04);
    vec2 rest = half_sides(frame);
    half_size = rest * (1.0 + 0.08 * pulse + 0.16 * fast + 0.012 * sin(0.5 * heard));
    place = (isf_FragNormCoord - middle()) * frame - 0.012 * vec2(sin(0.43 * heard), cos(0.31 * heard));
    float turn = twist * (0.6 * sin(0.19 * heard + 0.5) + 0.02 * sin(0.27 * heard));
    float flown = PACE * speed * heard + leap * 1.6 * SLOW * (1.0 - gone);
    // A whole mipmap, the same in all frames: between two of them software renderers take twice as long.
    float finer = IMG_SIZE(photo).x / (2.0 * rest.x * unit);
    flight = vec4(fast, flown, turn, max(floor(log2(finer) + 0.3), 0.0));
}
