// Where the photo stands, which is the same in the whole frame. All lengths are short sides of it.

varying vec2 spot;      // of this pixel in the frame, from its lower left corner
varying vec4 stand;     // the photo's middle, its lower edge, where the water mirrors, and half its sides
varying vec2 drop;      // how much of the drop there is now; mipmap of the photo

#ifndef SAFE_AREA
#define SAFE_AREA vec4(0.0)
#endif

void main() {
    isf_vertShaderInit();
    float unit = min(RENDERSIZE.x, RENDERSIZE.y);
    vec2 frame = RENDERSIZE / unit;
    float rush = exp(-since / 0.9) * smoothstep(-0.04, 0.05, since);
    float low = frame.y * (frame.y > 1.3 ? line + 0.06 : line);
    float shape = IMG_SIZE(photo).x / IMG_SIZE(photo).y;
    float broad = min(0.86, 0.92 * (1.0 - SAFE_AREA.x - SAFE_AREA.z));
    vec2 room = vec2(broad * frame.x, size * (frame.y - low) * (frame.y > 1.3 ? 1.0 : 1.25));
    float rest = min(min(room.y, room.x / shape), 0.95 * (frame.y - low));
    float tall = rest * (1.0 + 0.02 * pulse + 0.04 * rush);
    float bob = 0.006 * sin(0.7 * heard) + 0.012;
    if (PASSINDEX == 2) { // the water alone, a little above its horizon
        isf_FragNormCoord.y *= clamp((low + bob + 0.1) / frame.y, 0.0, 1.0);
        gl_Position = vec4(isf_FragNormCoord * 2.0 - 1.0, 0.0, 1.0);
    }
    spot = isf_FragNormCoord * frame;
    stand = vec4(across * frame.x, low + bob, 0.5 * vec2(tall * shape, tall));
    // A whole mipmap, the same in all frames: between two of them software renderers take twice as long.
    drop = vec2(rush, max(floor(log2(IMG_SIZE(photo).y / (rest * unit)) + 0.3), 0.0));
}
