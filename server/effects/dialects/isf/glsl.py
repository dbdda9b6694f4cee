"""Conversion of ISF's GLSL (1.20 to 3.30, as written in the wild) to ``#version 330 core``.

The author's text stays as it is, line by line and column by column: macros and functions before it
replace what other versions of the language and ISF hosts provide.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from server.effects.dialects.isf import text_glsl
from server.effects.glsl.glsl330 import OLD_NAMES, Piece, compose, prepare
from server.effects.source.alpha import never_writes_alpha
from server.effects.source.blanking import blank_match, blank_out
from server.effects.source.diagnostic import AUTHOR, AUTHOR_VERTEX

_COMMON = f"""{OLD_NAMES}#define attribute in
#define sampler2DRect sampler2D
#define texture2DRect(s, p) texture(s, (p) / vec2(textureSize(s, 0)))
#define vv_FragNormCoord isf_FragNormCoord
#define IMG_NORM_THIS_PIXEL IMG_THIS_NORM_PIXEL
vec2 IMG_SIZE(sampler2D s) {{ return vec2(textureSize(s, 0)); }}
vec4 IMG_PIXEL(sampler2D s, vec2 p) {{ return texture(s, p / vec2(textureSize(s, 0))); }}
vec4 IMG_NORM_PIXEL(sampler2D s, vec2 p) {{ return texture(s, p); }}
vec2 IMG_SIZE(samplerCube s) {{ return vec2(textureSize(s, 0)); }}
vec4 IMG_PIXEL(samplerCube s, vec3 p) {{ return texture(s, p); }}
vec4 IMG_NORM_PIXEL(samplerCube s, vec3 p) {{ return texture(s, p); }}
vec4 IMG_THIS_PIXEL(sampler2D s) {{ return texture(s, isf_FragNormCoord); }}
vec4 IMG_THIS_NORM_PIXEL(sampler2D s) {{ return texture(s, isf_FragNormCoord); }}
"""

# A bias exists only in the fragment stage: in the vertex stage Mesa rejects even its declaration.
_FRAGMENT = """\
#define varying in
in vec2 isf_FragNormCoord;
vec4 IMG_PIXEL(sampler2D s, vec2 p, float b) {
    return texture(s, p / vec2(textureSize(s, 0)), b);
}
vec4 IMG_NORM_PIXEL(sampler2D s, vec2 p, float b) { return texture(s, p, b); }
"""

# A pass may leave pixels unwritten; they are transparent black, as in a cleared target. A colour
# whose alpha is never written is opaque.
_FRAGMENT_MAIN = """\
void isf_author_main();
void main() { isf_FragColor = vec4(0.0); isf_author_main(); }
#define main isf_author_main
"""
_OPAQUE_MAIN = _FRAGMENT_MAIN.replace("main(); }", "main(); isf_FragColor.a = 1.0; }")

_COLORS = ("gl_FragColor", "isf_FragColor", "gl_FragData")

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

_SAFE_AREA = "#define SAFE_AREA isf_safeArea\n"
_OWN_SAFE_AREA = re.compile(r"\b(?:float|int|bool|[biu]?vec[234])\s+SAFE_AREA\b")
"""A declaration of the file's own, which is older than ours."""

_HOST_OTHERS = ("isf_FragNormCoord", "vv_FragNormCoord", "PASSINDEX")
_DECLARATION = re.compile(
    r"\b(?:uniform|varying|in|out)\s+(?:(?:highp|mediump|lowp)\s+)?[A-Za-z]\w*\s+"
    r"([A-Za-z_]\w*(?:\s*,\s*[A-Za-z_]\w*)*)\s*;"
)
_OUTPUT = re.compile(
    r"(?:\blayout\s*\([^()]*\)\s*)?\bout\s+(?:(?:highp|mediump|lowp)\s+)?vec4\s+"
    r"([A-Za-z_]\w*)\s*;"
)


@dataclass(frozen=True, kw_only=True)
class HostNames:
    """The names that an effect's shaders are given in addition to the author's text."""

    uniforms: Mapping[str, str]
    """GLSL type of each uniform, also of samplers."""
    renamed: Mapping[str, str]
    """The uniform for each name of the author that GLSL does not allow."""
    images: Mapping[str, str]
    """The sampler of each flat image, by the author's name: inputs, targets, imports."""
    texts: bool = False
    """True if there are text inputs."""


@dataclass(frozen=True, kw_only=True)
class PreparedShader:
    """An author's shader, prepared once for all passes."""

    extensions: tuple[str, ...]
    host: str
    """GLSL after PASSINDEX, before `main`."""
    main: str
    """GLSL between the declarations and the author's text."""
    pieces: tuple[Piece, ...]

    def of_pass(self, index: int, *, opaque: bool = False) -> str:
        """Return the shader of a pass; its index is a constant, so code of other passes is removed.

        Args:
            index: the value of PASSINDEX.
            opaque: set the alpha to 1 even if the author writes it; only for a fragment shader.
        """
        main = _OPAQUE_MAIN if opaque else self.main
        host = f"const int PASSINDEX = {index};\n{self.host}{main}"
        return compose(self.extensions, host, self.pieces)


def fragment(body: str, line: int, names: HostNames) -> PreparedShader:
    """Return the fragment shader.

    Args:
        body: the author's text after the header, with line breaks as ``\n``.
        line: number of its first line in the author's file.
        names: the uniforms and names of the effect.
    """
    extensions, code = prepare(body, names.renamed)
    code, outputs = _extract_outputs(_remove_repeats(code, names))
    outputs_drawn = [*_COLORS, *re.findall(r"#define (\w+) isf_FragColor\n", outputs)]
    used = [name for name in outputs_drawn if re.search(rf"\b{name}\b", code)]
    return PreparedShader(
        extensions=tuple(extensions),
        host=_FRAGMENT + outputs + _COMMON + _declarations(names) + _safe_area(code, names),
        main=_OPAQUE_MAIN if never_writes_alpha(code, used) else _FRAGMENT_MAIN,
        pieces=(Piece(code, line, AUTHOR),),
    )


def vertex(body: str | None, names: HostNames) -> PreparedShader:
    """Return the vertex shader; without `body` it only covers the whole target."""
    if body is None:
        return PreparedShader(extensions=(), host=_VERTEX, main=_VERTEX_MAIN, pieces=())
    extensions, code = prepare(body, names.renamed)
    return PreparedShader(
        extensions=tuple(extensions),
        host=_VERTEX + _COMMON + _declarations(names) + _safe_area(code, names),
        main="",
        pieces=(Piece(_remove_repeats(code, names), 1, AUTHOR_VERTEX),),
    )


def _remove_repeats(code: str, names: HostNames) -> str:
    """Remove declarations that the host makes too: a file may have them for other hosts."""
    host_names: Collection[str] = {*names.uniforms, *_HOST_OTHERS}

    def blank_if_known(match: re.Match[str]) -> str:
        declared = re.split(r"\s*,\s*", match[1])
        return blank_out(match[0]) if all(name in host_names for name in declared) else match[0]

    return _DECLARATION.sub(blank_if_known, code)


def _safe_area(code: str, names: HostNames) -> str:
    """Define SAFE_AREA, as a macro so that a file can define it for other hosts."""
    declares_own = "SAFE_AREA" in names.uniforms or _OWN_SAFE_AREA.search(code)
    return "" if declares_own else _SAFE_AREA


def _extract_outputs(code: str) -> tuple[str, str]:
    """Return the text without the author's outputs, as 3.30 declares them, and the host's outputs.

    The first of the author's is the colour that is drawn.
    """
    lines = ["out vec4 isf_FragColor;"]
    if re.search(r"\bgl_FragData\b", code):
        lines = ["out vec4 isf_FragData[1];", "#define isf_FragColor isf_FragData[0]"]
        lines.append("#define gl_FragData isf_FragData")
    lines.append("#define gl_FragColor isf_FragColor")
    outputs_drawn, *other_outputs = dict.fromkeys(_OUTPUT.findall(code)) or [None]
    if outputs_drawn:
        code = _OUTPUT.sub(blank_match, code)
        lines += [
            f"#define {outputs_drawn} isf_FragColor",
            *(f"vec4 {name};" for name in other_outputs),
        ]
    return code, "\n".join(lines) + "\n"


def _declarations(names: HostNames) -> str:
    """Declare uniforms, and helper values of images that some files use without IMG_SIZE."""
    lines = [f"uniform {kind} {name};" for name, kind in names.uniforms.items()]
    lines += [text_glsl.SOURCE] if names.texts else []
    for name, sampler in names.images.items():
        lines.append(f"#define _{name}_imgRect vec4(0.0, 0.0, 1.0, 1.0)")
        lines.append(f"#define _{name}_imgSize vec2(textureSize({sampler}, 0))")
        lines.append(f"#define _{name}_flip false")
    return "\n".join(lines) + "\n"
