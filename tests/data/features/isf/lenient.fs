/*
{   // A comment, keys without quotes, numbers as C writes them, commas too many.
    DESCRIPTION: 'single quotes	and a tab',
    "INPUTS": [{"NAME": "a", "TYPE": "FLOAT", "DEFAULT": .4, "MAX": 1.,},],
    "PASSES": [{"TARGET": "t", "PERSISTENT": "true", "WIDTH": 4.0, "HEIGHT": "4"}, {},],
    "PASSES": [{"TARGET": "t", "PERSISTENT": "YES", "FLOAT": "false", "WIDTH": 2}, {}],
}
*/ what stands here is dropped

void main() {
    if (PASSINDEX == 0) gl_FragColor = IMG_THIS_PIXEL(t) + vec4(a, IMG_SIZE(t) / 255.0, 1.0);
    else gl_FragColor = vec4(IMG_THIS_PIXEL(t).rgb * 0.5, 1.0);
}
