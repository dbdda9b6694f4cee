"""Conversion of GLSL as authors write it (1.00 to 4.x, ES too) to ``#version 330 core``.

An author's text stays as it is, line by line and column by column: macros and functions before it
replace what other versions of the language and other hosts provide.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from server.effects.glsl.mesa_macros import rewrite_mesa_macros
from server.effects.glsl.overloads import NAMES, rename_shadowed_builtins
from server.effects.source.blanking import blank_out
from server.effects.source.diagnostic import HOST

_RESERVED_LIST = """
    active asm attribute bool break bvec2 bvec3 bvec4 case cast centroid class common const
    continue default discard do double else enum extern external false filter fixed flat float for
    fvec2 fvec3 fvec4 goto half highp hvec2 hvec3 hvec4 if in inline inout input int interface
    invariant isampler2D ivec2 ivec3 ivec4 layout long lowp main mat2 mat3 mat4 mediump namespace
    noinline noperspective out output packed partition precision public return row_major sampler1D
    sampler2D sampler2DRect sampler3D samplerCube short sizeof smooth static struct superp switch
    template texture textureSize this true typedef uint uniform union unsigned using uvec2 uvec3
    uvec4 varying vec2 vec3 vec4 void volatile while
"""
RESERVED = frozenset(_RESERVED_LIST.split())
"""Words that cannot be the name of an input in GLSL 3.30 or with the functions below."""

_FUNCTION_LIST = """
    all any determinant dFdx dFdy equal faceforward fwidth greaterThan inverse isinf isnan lessThan
    modf not notEqual outerProduct refract texelFetch texture textureLod textureProj textureSize
    transpose
"""
FUNCTIONS = NAMES.union(_FUNCTION_LIST.split())
"""GLSL's functions, which a uniform of that name would hide."""

_FUTURE_LIST = """
    active asm cast class common enum extern external filter fixed fvec2 fvec3 fvec4 goto half
    hvec2 hvec3 hvec4 inline input interface long namespace noinline output packed partition public
    short sizeof static superp template this typedef union unsigned using volatile
"""
_FUTURE = frozenset(_FUTURE_LIST.split())
"""Words that 3.30 reserves without a meaning: an author uses them as names."""

_LATER_LIST = """
    atomic_uint buffer coherent dmat2 dmat2x2 dmat2x3 dmat2x4 dmat3 dmat3x2 dmat3x3 dmat3x4 dmat4
    dmat4x2 dmat4x3 dmat4x4 dvec2 dvec3 dvec4 image1D image1DArray image2D image2DArray image2DMS
    image2DMSArray image2DRect image3D imageBuffer imageCube imageCubeArray patch precise readonly
    resource restrict sample samplerCubeArray samplerCubeArrayShadow shared subroutine writeonly
"""
LATER = frozenset(_LATER_LIST.split())
"""Words that are free in GLSL 3.30 and keywords by 4.50."""

# A comment that is not closed matches to the end of the text; otherwise each of many such
# beginnings would be searched to the end again.
_TOKEN = re.compile(r"//[^\n]*|/\*.*?(?:\*/|\Z)|[A-Za-z_]\w*", re.DOTALL)
_DIRECTIVE = re.compile(r"^[ \t]*#[ \t]*(version|extension|line)\b([^\n]*)", re.MULTILINE)
_LATER_NAMES = re.compile(rf"\b(?:{'|'.join(sorted(LATER))})\b")
_QUALIFIERS = re.compile(
    r"\b(?:(?:smooth|flat|noperspective)\b(?!\s+(?:centroid\s+)?(?:in|out|varying)\b)"
    r"|precision\b(?!\s+(?:highp|mediump|lowp)\b))"
)
_CALL = re.compile(r"\s*\(")
_SWITCH = re.compile(r"\bswitch\b")
_FRAG_COORD_ASSIGNED = re.compile(r"\bgl_FragCoord(?:\.\w+)?\s*[-+*/]?=(?!=)")
_DEFINE = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)", re.MULTILINE)
_HEAD = re.compile(r"#version 330 core\n(?:#(?:ifdef|extension|endif)\b[^\n]*\n)*")
# Anywhere on its line: the library that passes shaders to the driver searches for it too.
_FOREIGN = re.compile(r"[^\x01-\x7f]")
_INCLUDE = re.compile(r"#[ \t]*include\b([^\n]*)")
_EXTENSION = re.compile(r"\s*(\w+)\s*:\s*(require|enable|warn)")
# Memory that a shader can write to or address, clocks, and extensions of single vendors.
_REFUSED_EXTENSION = re.compile(
    r"GL_(?!ARB_|EXT_|OES_|KHR_)|\w*(?:storage|image|atomic|bindless|buffer|pointer|include|clock)"
)
_BUILT_IN_EXTENSIONS = (
    "all",
    "GL_OES_standard_derivatives",
    "GL_EXT_frag_depth",
    "GL_EXT_shader_texture_lod",
)

# Files written for later versions rely on int converting to uint or, at a return, float.
_IMPLICIT = """\
#ifdef GL_MESA_shader_integer_functions
#extension GL_MESA_shader_integer_functions : enable
#endif
#ifdef GL_ARB_shading_language_420pack
#extension GL_ARB_shading_language_420pack : enable
#endif
"""

_VERSION = "#version 330 core\n"

# Functions of WebGL 2 that desktop GLSL has only from 4.20 on.
_PACKING = """\
#extension GL_ARB_shading_language_packing : enable
#extension GL_ARB_shader_bit_encoding : enable
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
"""Functions by their names before GLSL 1.30."""


@dataclass(frozen=True)
class Piece:
    """A part of a shader that an author wrote."""

    code: str
    """The text that `prepare` returns."""
    line: int = 1
    """Number of its first line in its listing."""
    start: int = 0
    """First line number of its listing: AUTHOR, AUTHOR_VERTEX or a further one."""


def compose(extensions: Sequence[str], host: str, pieces: Sequence[Piece], end: str = "") -> str:
    """Compose a complete shader of GLSL 3.30 core.

    Args:
        extensions: to be enabled if the driver has them.
        host: our own text before the author's.
        pieces: the author's texts, in order.
        end: our own text after them.
    """
    enabled = "".join(f"#extension {name} : enable\n" for name in dict.fromkeys(extensions))
    parts = [f"{_VERSION}{_IMPLICIT}{enabled}#line {HOST + 1}\n{host}"]
    parts += [f"#line {piece.start + piece.line}\n{piece.code}\n" for piece in pieces]
    if end:
        parts.append(f"#line {HOST + 1}\n{end}")
    return "".join(parts)


def fallback_sources(source: str) -> tuple[str, ...]:
    """Return other versions of a composed shader, to be tried when it does not compile.

    All of them allow what older versions and other drivers do: names that became keywords,
    redefined macros, functions with the name of a built-in one, assignments to gl_FragCoord. The
    first has functions that WebGL 2 has and 3.30 lacks; the second is GLSL 4.50, whose implicit
    conversions are wider. Lines move, so a driver's messages about them do not help the author:
    report those about `source`.
    """
    head = _HEAD.match(source)
    if head is None:
        return ()
    rest = rewrite_mesa_macros(
        _allow_macro_redefinition(escape_reserved_names(source[head.end() :]))
    )
    added, rest = rename_shadowed_builtins(rest)
    if _FRAG_COORD_ASSIGNED.search(rest):
        added += "vec4 isf_FragCoord = gl_FragCoord;\n"
        rest = rest.replace("gl_FragCoord", "isf_FragCoord")
    later = _LATER_NAMES.sub(r"isf_\g<0>", rest)
    extensions = head[0].removeprefix(_VERSION)
    return (
        f"{_VERSION}{_PACKING}{extensions}{added}{rest}",
        f"#version 450 core\n{extensions}{added}{later}",
    )


def escape_reserved_names(code: str) -> str:
    """Rename words of 3.30 that are names in 1.20, unless they are used as keywords."""
    code = _QUALIFIERS.sub(r"isf_\g<0>", code)
    return code if _SWITCH.search(code) else re.sub(r"\bcase\b", "isf_case", code)


def _allow_macro_redefinition(code: str) -> str:
    """Undefine a macro before it is redefined."""
    seen: set[str] = set()

    def define(match: re.Match[str]) -> str:
        redefined = match[1] in seen
        seen.add(match[1])
        return f"#undef {match[1]}\n{match[0]}" if redefined else match[0]

    return _DEFINE.sub(define, code)


def prepare(body: str, renamed: Mapping[str, str]) -> tuple[list[str], str]:
    """Return the extensions to enable, and the text without comments and some directives.

    Comments, #version, #extension and #line become blanks, so that every line and column stays.
    """
    code = _TOKEN.sub(_replacing(renamed), body)
    extensions: list[str] = []

    def directive(match: re.Match[str]) -> str:
        extension = _EXTENSION.match(match[2]) if match[1] == "extension" else None
        name = extension[1] if extension else "all"
        if name not in (*_BUILT_IN_EXTENSIONS, *extensions) and not _REFUSED_EXTENSION.match(name):
            extensions.append(name)
        return " " * len(match[0])

    code = _DIRECTIVE.sub(directive, code)
    code = _INCLUDE.sub(r"#error the included file does not exist:\1", code)
    # Drivers differ on characters outside ASCII; outside comments they must report an error there.
    return extensions, _FOREIGN.sub("@", code)


def _replacing(renamed: Mapping[str, str]) -> Callable[[re.Match[str]], str]:
    def replace(match: re.Match[str]) -> str:
        word = match[0]
        if word.startswith("/*") and (len(word) < 4 or not word.endswith("*/")):
            return word  # the compiler reports that it is not closed
        if word.startswith("/"):
            return blank_out(word)
        if word in renamed:
            # A call is GLSL's own function, even if an input has its name.
            called = word in FUNCTIONS and _CALL.match(match.string, match.end())
            return word if called else renamed[word]
        return f"isf_{word}" if word in _FUTURE else word

    return replace
