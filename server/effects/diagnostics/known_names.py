"""Names that hosts give to shaders in each dialect, and the words of GLSL."""

import re
from collections.abc import Collection

from server.effects.glsl.glsl330 import FUNCTIONS as _GLSL_FUNCTIONS
from server.effects.glsl.glsl330 import RESERVED

_EQUIVALENT_NAMES = (
    ("TIME", "iTime", "u_time", "time", "iGlobalTime"),
    ("RENDERSIZE", "iResolution", "u_resolution", "resolution"),
    ("FRAMEINDEX", "iFrame", "u_frame", "frame"),
    ("TIMEDELTA", "iTimeDelta", "u_delta"),
    ("DATE", "iDate", "u_date"),
    ("isf_FragNormCoord", "vv_FragNormCoord", "_uv", "v_texcoord", "vUv", "fragCoord"),
    ("IMG_NORM_PIXEL", "IMG_PIXEL", "texture", "texture2D"),
    ("gl_FragColor", "fragColor"),
)
"""Names of the same thing in all dialects."""
_SHAPES = {"RENDERSIZE": "a vec2", "iResolution": "a vec3", "isf_FragNormCoord": "from 0 to 1"}

_TYPES = """
    void bool int uint float vec2 vec3 vec4 ivec2 ivec3 ivec4 uvec2 uvec3 uvec4 bvec2 bvec3 bvec4
    mat2 mat3 mat4 sampler2D sampler3D samplerCube const in out inout uniform varying return
    highp mediump lowp struct else
"""
TYPES = frozenset(_TYPES.split())
"""Words that may come before a declared name."""

FUNCTIONS = _GLSL_FUNCTIONS | {"texture2D", "textureCube", "dFdy", "radians", "degrees"}
"""GLSL's functions."""

KEYWORDS = RESERVED - TYPES - {"main", "texture", "textureSize"} | {"in", "out", "inout", "const"}
"""Words that cannot be names."""


_ISF_NAMES = re.compile(
    r"IMG_\w+|(?:isf|vv)_FragNormCoord|TIME|TIMEDELTA|RENDERSIZE|PASSINDEX|FRAMEINDEX|DATE|inputImage"
)
"""Names that exist only with an ISF header."""
_HEADER = '/*{ "ISFVSN": "2", "INPUTS": [ { "NAME": "inputImage", "TYPE": "image" } ] }*/'


def hint_for_foreign_name(name: str, host: Collection[str]) -> str | None:
    """Return a hint for a name of another dialect: its name in this one; None for other names.

    Args:
        name: the name that the author wrote.
        host: the names that the effect is given.
    """
    if name.startswith("iChannel") and "RENDERSIZE" in host:
        return "declare an image input in INPUTS and sample it with IMG_NORM_PIXEL(name, uv)"
    if name in ("iMouse", "u_mouse", "mouse") and name not in host:
        return "there is no mouse in a video: declare an input instead"
    if hint_text := _hint_for_isf_name(name, host):
        return hint_text
    for names in _EQUIVALENT_NAMES:
        if name not in names:
            continue
        meant = next((word for word in names if word in host and word != name), None)
        if meant is not None:
            shape = f" ({_SHAPES[meant]})" if meant in _SHAPES else ""
            return f"its name here is {meant}{shape}"
    return None


def _hint_for_isf_name(name: str, host: Collection[str]) -> str | None:
    """Return a hint for a name of ISF in a file that is not ISF; None for any other name."""
    if not _ISF_NAMES.fullmatch(name) or "RENDERSIZE" in host:
        return None
    if "iChannel0" not in host:
        return f"“{name}” is a name of ISF, which needs a header at the start: {_HEADER}"
    if name == "inputImage":
        return "it is a name of ISF: here the input image is iChannel0"
    if name.startswith("IMG_"):
        return "it is a function of ISF: here a channel is sampled with texture(iChannel0, uv)"
    return None
