// Where the camera looks: near about the target, and moved and turned as by a hand.

varying vec2 place;
varying vec2 ray;

// The widest way of the hand and of a shake, in short sides of the frame, and the widest turn.
const float SWAY = 0.028;
const float SHAKE = 0.016;
const float ROLL = 0.014;

// Seconds of sound in which two thirds of the way to the target are gone.
const float APPROACH = 45.0;

// How a hand moves: slow waves whose periods have no common measure; from -1 to 1. They run faster
// where it is loud, and not at all in silence.
vec3 hand() {
    float t = 0.5 * heard + 0.9 * carried;
    return (sin(t * vec3(0.37, 0.31, 0.23) + vec3(0.0, 2.1, 4.0)) + 0.6 * sin(t * vec3(0.83, 0.97, 0.59) + vec3(1.3, 0.4, 2.9))) / 1.6;
}

// Six times a second to and fro, dying away, each accent in another direction.
vec2 shaken() {
    float angle = 2.4 * number;
    return vec2(cos(angle), sin(angle)) * strength * exp(-7.0 * since) * sin(38.0 * since);
}

void main() {
    isf_vertShaderInit();
    float unit = min(RENDERSIZE.x, RENDERSIZE.y);
    vec3 moved = sway * hand();
    // Up and down it moves half as far, and stays high: heads are near the upper edge.
    vec2 hands = vec2(moved.x, 0.5 * moved.y + 0.45 * sway);
    vec2 way = unit * (SWAY * hands + SHAKE * shake * shaken());
    float roll = ROLL * moved.z;

    // Nearer about the target, then so near about the middle that no way and no roll shows an edge.
    float slack = 1.0 + 2.0 * (SWAY * sway + SHAKE * shake);
    slack *= 1.0 + ROLL * sway * max(RENDERSIZE.x, RENDERSIZE.y) / unit;
    float nearer = 1.0 - exp(-heard / APPROACH);
    vec2 away = (isf_FragNormCoord - center) * RENDERSIZE / (1.0 + push * nearer + punch * pulse);
    vec2 middle = (center - 0.5) * RENDERSIZE;
    mat2 turned = mat2(cos(roll), sin(roll), -sin(roll), cos(roll));
    place = 0.5 + (turned * (middle + away) + way) / slack / RENDERSIZE;
    ray = turned * away / slack / RENDERSIZE;
}
