"""GLSL as authors write it (1.00 to 4.x, ES too) to ``#version 330 core``, whatever the dialect.

An author's text stays as it is, line for line and column for column: macros and functions that a
dialect puts before it stand in for what other versions of the language and other hosts provide.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from server.effects.diagnostics import HOST

_RESERVED_WORDS = """
    active asm attribute bool break bvec2 bvec3 bvec4 case cast centroid class common const
    continue default discard do double else enum extern external false filter fixed flat float for
    fvec2 fvec3 fvec4 goto half highp hvec2 hvec3 hvec4 if in inline inout input int interface
    invariant isampler2D ivec2 ivec3 ivec4 layout long lowp main mat2 mat3 mat4 mediump namespace
    noinline noperspective out output packed partition precision public return row_major sampler1D
    sampler2D sampler2DRect sampler3D samplerCube short sizeof smooth static struct superp switch
    template texture textureSize this true typedef uint uniform union unsigned using uvec2 uvec3
    uvec4 varying vec2 vec3 vec4 void volatile while
"""
RESERVED = frozenset(_RESERVED_WORDS.split())
"""Words that GLSL 3.30 or the functions below do not leave to an input as its name."""

_FUTURE_WORDS = """
    active asm cast class common enum extern external filter fixed fvec2 fvec3 fvec4 goto half
    hvec2 hvec3 hvec4 inline input interface long namespace noinline output packed partition public
    short sizeof static superp template this typedef union unsigned using volatile
"""
_FUTURE = frozenset(_FUTURE_WORDS.split())
"""Words that 3.30 reserves without a meaning: where they occur they are an author's name."""

# A comment that is not closed matches to the end of the text: were it no match, each of many such
# beginnings would be searched to the end anew.
_TOKEN = re.compile(r"//[^\n]*|/\*.*?(?:\*/|\Z)|[A-Za-z_]\w*", re.DOTALL)
_DIRECTIVE = re.compile(r"^[ \t]*#[ \t]*(version|extension)\b([^\n]*)", re.MULTILINE)
_EXTENSION = re.compile(r"\s*(\w+)\s*:\s*(require|enable|warn)")
_NEEDLESS = ("all", "GL_OES_standard_derivatives", "GL_EXT_frag_depth", "GL_EXT_shader_texture_lod")

# Files written for later versions lean on int becoming uint or, at a return, float.
_IMPLICIT = """\
#ifdef GL_MESA_shader_integer_functions
#extension GL_MESA_shader_integer_functions : enable
#endif
#ifdef GL_ARB_shading_language_420pack
#extension GL_ARB_shading_language_420pack : enable
#endif
"""

OLD_NAMES = """\
#define texture2D texture
#define texture2DLod textureLod
#define texture2DLodEXT textureLod
#define texture2DProj textureProj
#define texture2DGrad textureGrad
#define texture2DGradEXT textureGrad
#define texture3D texture
#define textureCube texture
#define textureCubeLod textureLod
#define textureCubeLodEXT textureLod
"""
"""Functions by the names they had before GLSL 1.30."""


@dataclass(frozen=True)
class Piece:
    """A part of a shader that an author wrote."""

    code: str
    """As `prepare` leaves it."""
    line: int = 1
    """Number of its first line in its listing."""
    start: int = 0
    """Where the line numbers of its listing start: AUTHOR, AUTHOR_VERTEX or further ones."""


def compose(extensions: Sequence[str], host: str, pieces: Sequence[Piece], end: str = "") -> str:
    """A complete shader of GLSL 3.30 core.

    Args:
        extensions: to be enabled where the driver has them.
        host: our own text before the author's.
        pieces: the author's texts, in order.
        end: our own text after them.
    """
    enabled = "".join(f"#extension {name} : enable\n" for name in dict.fromkeys(extensions))
    rows = [f"#version 330 core\n{_IMPLICIT}{enabled}#line {HOST + 1}\n{host}"]
    rows += [f"#line {piece.start + piece.line}\n{piece.code}\n" for piece in pieces]
    if end:
        rows.append(f"#line {HOST + 1}\n{end}")
    return "".join(rows)


def prepare(body: str, renamed: Mapping[str, str]) -> tuple[list[str], str]:
    """The extensions asked for, and the text without comments, #version, #extension.

    Removed text becomes blanks so that every line and column stays where it was.
    """
    code = _TOKEN.sub(_replacing(renamed), body)
    extensions: list[str] = []

    def directive(match: re.Match[str]) -> str:
        wanted = _EXTENSION.match(match[2]) if match[1] == "extension" else None
        if wanted and wanted[1] not in _NEEDLESS and wanted[1] not in extensions:
            extensions.append(wanted[1])
        return " " * len(match[0])

    code = _DIRECTIVE.sub(directive, code)
    # Drivers differ on what is not ASCII; outside comments it is an error that they must point at.
    return extensions, code.encode("ascii", "replace").decode("ascii").replace("\0", "?")


def _replacing(renamed: Mapping[str, str]) -> Callable[[re.Match[str]], str]:
    def replace(match: re.Match[str]) -> str:
        word = match[0]
        if word.startswith("/*") and (len(word) < 4 or not word.endswith("*/")):
            return word  # the compiler says that it is not closed
        if word.startswith("/"):
            return re.sub(r"[^\n]", " ", word)
        if word in renamed:
            return renamed[word]
        return f"isf_{word}" if word in _FUTURE else word

    return replace
