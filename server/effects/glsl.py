"""ISF's GLSL (1.20 to 3.30, as written in the wild) to ``#version 330 core``.

The author's text stays as it is, line for line and column for column: macros and functions put
before it stand in for what other versions of the language and ISF hosts provide.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from server.effects.diagnostics import AUTHOR, AUTHOR_VERTEX, HOST

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

_COMMON = """\
#define attribute in
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
#define sampler2DRect sampler2D
#define texture2DRect(s, p) texture(s, (p) / vec2(textureSize(s, 0)))
#define vv_FragNormCoord isf_FragNormCoord
#define IMG_NORM_THIS_PIXEL IMG_THIS_NORM_PIXEL
vec2 IMG_SIZE(sampler2D s) { return vec2(textureSize(s, 0)); }
vec4 IMG_PIXEL(sampler2D s, vec2 p) { return texture(s, p / vec2(textureSize(s, 0))); }
vec4 IMG_NORM_PIXEL(sampler2D s, vec2 p) { return texture(s, p); }
vec4 IMG_THIS_PIXEL(sampler2D s) { return texture(s, isf_FragNormCoord); }
vec4 IMG_THIS_NORM_PIXEL(sampler2D s) { return texture(s, isf_FragNormCoord); }
"""

# A bias exists in the fragment stage only: in the vertex stage Mesa refuses even to declare it.
_FRAGMENT = """\
#define varying in
in vec2 isf_FragNormCoord;
out vec4 isf_FragColor;
#define gl_FragColor isf_FragColor
vec4 IMG_PIXEL(sampler2D s, vec2 p, float b) {
    return texture(s, p / vec2(textureSize(s, 0)), b);
}
vec4 IMG_NORM_PIXEL(sampler2D s, vec2 p, float b) { return texture(s, p, b); }
"""

# A pass may leave pixels unwritten; they are transparent black, as in a cleared target.
_FRAGMENT_MAIN = """\
void isf_author_main();
void main() { isf_FragColor = vec4(0.0); isf_author_main(); }
#define main isf_author_main
"""

_VERTEX = """\
#define varying out
#define vv_vertShaderInit isf_vertShaderInit
out vec2 isf_FragNormCoord;
void isf_vertShaderInit() {
    isf_FragNormCoord = vec2(gl_VertexID & 1, gl_VertexID >> 1);
    gl_Position = vec4(isf_FragNormCoord * 2.0 - 1.0, 0.0, 1.0);
}
"""

_VERTEX_MAIN = "void main() { isf_vertShaderInit(); }\n"


@dataclass(frozen=True, kw_only=True)
class Names:
    """What an effect's shaders are given besides the author's text."""

    uniforms: Mapping[str, str]
    """GLSL type of each uniform, samplers too."""
    renamed: Mapping[str, str]
    """The uniform that stands for each name of the author that GLSL does not allow."""
    images: Mapping[str, str]
    """The sampler of each image input, by the author's name."""


def fragment(body: str, line: int, names: Names, index: int) -> str:
    """The fragment shader of pass `index`.

    Args:
        body: the author's text after the header, its line breaks as ``\\n``.
        line: number of its first line in the author's file.
        names: the uniforms and names of the effect.
        index: becomes the constant PASSINDEX, so that other passes' code falls away.
    """
    extensions, code = _prepared(body, names.renamed)
    host = _FRAGMENT + _COMMON + _declarations(names, index) + _FRAGMENT_MAIN
    return _source(extensions, host, code, line, AUTHOR)


def vertex(body: str | None, names: Names, index: int) -> str:
    """The vertex shader of pass `index`; without `body` it only draws the whole target."""
    extensions, code = _prepared(body or "", names.renamed)
    if body is None:
        return _source(extensions, _VERTEX + _VERTEX_MAIN, code, 1, AUTHOR_VERTEX)
    host = _VERTEX + _COMMON + _declarations(names, index)
    return _source(extensions, host, code, 1, AUTHOR_VERTEX)


def _source(extensions: list[str], host: str, code: str, line: int, start: int) -> str:
    enabled = "".join(f"#extension {name} : enable\n" for name in extensions)
    head = f"#version 330 core\n{_IMPLICIT}{enabled}"
    return f"{head}#line {HOST + 1}\n{host}#line {start + line}\n{code}\n"


def _declarations(names: Names, index: int) -> str:
    """Uniforms, and the helper values of images that some files read without IMG_SIZE."""
    rows = [f"const int PASSINDEX = {index};"]
    rows += [f"uniform {kind} {name};" for name, kind in names.uniforms.items()]
    for name, sampler in names.images.items():
        rows.append(f"#define _{name}_imgRect vec4(0.0, 0.0, 1.0, 1.0)")
        rows.append(f"#define _{name}_imgSize vec2(textureSize({sampler}, 0))")
        rows.append(f"#define _{name}_flip false")
    return "\n".join(rows) + "\n"


def _prepared(body: str, renamed: Mapping[str, str]) -> tuple[list[str], str]:
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
