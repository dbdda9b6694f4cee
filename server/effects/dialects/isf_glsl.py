"""ISF's GLSL (1.20 to 3.30, as written in the wild) to ``#version 330 core``.

The author's text stays as it is, line for line and column for column: macros and functions put
before it stand in for what other versions of the language and ISF hosts provide.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from server.effects.diagnostics import AUTHOR, AUTHOR_VERTEX
from server.effects.language import OLD_NAMES, Piece, compose, prepare

_COMMON = f"""{OLD_NAMES}#define attribute in
#define sampler2DRect sampler2D
#define texture2DRect(s, p) texture(s, (p) / vec2(textureSize(s, 0)))
#define vv_FragNormCoord isf_FragNormCoord
#define IMG_NORM_THIS_PIXEL IMG_THIS_NORM_PIXEL
vec2 IMG_SIZE(sampler2D s) {{ return vec2(textureSize(s, 0)); }}
vec4 IMG_PIXEL(sampler2D s, vec2 p) {{ return texture(s, p / vec2(textureSize(s, 0))); }}
vec4 IMG_NORM_PIXEL(sampler2D s, vec2 p) {{ return texture(s, p); }}
vec4 IMG_THIS_PIXEL(sampler2D s) {{ return texture(s, isf_FragNormCoord); }}
vec4 IMG_THIS_NORM_PIXEL(sampler2D s) {{ return texture(s, isf_FragNormCoord); }}
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
    extensions, code = prepare(body, names.renamed)
    host = _FRAGMENT + _COMMON + _declarations(names, index) + _FRAGMENT_MAIN
    return compose(extensions, host, [Piece(code, line, AUTHOR)])


def vertex(body: str | None, names: Names, index: int) -> str:
    """The vertex shader of pass `index`; without `body` it only draws the whole target."""
    if body is None:
        return compose((), _VERTEX + _VERTEX_MAIN, [])
    extensions, code = prepare(body, names.renamed)
    host = _VERTEX + _COMMON + _declarations(names, index)
    return compose(extensions, host, [Piece(code, 1, AUTHOR_VERTEX)])


def _declarations(names: Names, index: int) -> str:
    """Uniforms, and the helper values of images that some files read without IMG_SIZE."""
    rows = [f"const int PASSINDEX = {index};"]
    rows += [f"uniform {kind} {name};" for name, kind in names.uniforms.items()]
    for name, sampler in names.images.items():
        rows.append(f"#define _{name}_imgRect vec4(0.0, 0.0, 1.0, 1.0)")
        rows.append(f"#define _{name}_imgSize vec2(textureSize({sampler}, 0))")
        rows.append(f"#define _{name}_flip false")
    return "\n".join(rows) + "\n"
