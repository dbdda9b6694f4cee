"""Rectangle textures (`sampler2DRect`, GL_ARB_texture_rectangle), which are read by pixel.

openFrameworks, Processing and Max use them. OpenGL ES has none: here they are plain textures, and
functions with names of the same length as GLSL's own divide the position by the size.
"""

import re
from collections.abc import Collection

_NAMES = re.compile(r"\bsampler2DRect\s+(\w+)")
_HOST = """\
vec4 isfrect(sampler2D s, vec2 p) { return texture(s, p / vec2(textureSize(s, 0))); }
vec4 isfrectProj(sampler2D s, vec3 p) { return isfrect(s, p.xy / p.z); }
vec4 isfrectProj(sampler2D s, vec4 p) { return isfrect(s, p.xy / p.w); }
vec4 isfrectFet(sampler2D s, ivec2 p) { return texelFetch(s, p, 0); }
ivec2 isfrectSize(sampler2D s) { return textureSize(s, 0); }
"""
_MACROS = """\
#define sampler2DRect sampler2D
#define texture2DRect isfrect
#define texture2DRectProj isfrectProj
"""
_CALLS = {
    "texture": "isfrect",
    "textureProj": "isfrectProj",
    "texelFetch": "isfrectFet",
    "textureSize": "isfrectSize",
}
_COORDINATE = re.compile(r"(?i)tex|coord|uv|\bst\b")


def sampler_names(code: str) -> set[str]:
    """Return the samplers of rectangle textures in a text without comments, with parameters."""
    return set(_NAMES.findall(code))


def uniform_samplers(code: str) -> set[str]:
    """Return those of them that are uniforms."""
    return set(re.findall(r"\buniform\s+sampler2DRect\s+(\w+)", code))


def host_code(code: str) -> str:
    """Return the GLSL before the author's text if it reads such textures."""
    samplers = sampler_names(code)
    if not samplers and not re.search(r"\btexture2DRect", code):
        return ""
    return _HOST + _MACROS


def redirect_calls(code: str, samplers: Collection[str]) -> str:
    """Replace calls of GLSL's own functions on these samplers with ours."""
    if not samplers:
        return code
    calls = re.compile(rf"\b({'|'.join(_CALLS)})(?=\s*\(\s*(?:{'|'.join(sorted(samplers))})\b)")
    return calls.sub(lambda match: _CALLS[match[1]].ljust(len(match[1])), code)


def is_in_pixels(varying: str, code: str) -> bool:
    """Report if a varying of that name is in pixels: coordinates are if such textures are used."""
    return bool(sampler_names(code)) and _COORDINATE.search(varying) is not None
