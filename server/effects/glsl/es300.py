"""Translation of composed GLSL 3.30 core to the GLSL ES 3.00 that WebGL 2 compiles.

Both languages are similar enough that the text stays as it is except for its head and a few words,
line by line: #line directives still map a browser's messages to the author's lines. What 3.30
allows and ES does not is rewritten if the text alone is sufficient (functions of the author that
have the name of a built-in one, globals with an initialiser that is not constant). The rest, such
as an int where a float is needed, is not changed: a browser rejects such a shader, in the author's
line, and only the server draws it.
"""

import re

from server.effects.glsl.globals import hoist_global_initializers
from server.effects.glsl.glsl330 import escape_reserved_names
from server.effects.glsl.overloads import rename_shadowed_builtins

_PRECISION_TYPES = (
    *("float", "int", "sampler2D", "sampler3D", "samplerCube", "sampler2DArray"),
    *("isampler2D", "isampler3D", "isamplerCube", "isampler2DArray"),
    *("usampler2D", "usampler3D", "usamplerCube", "usampler2DArray"),
    *("sampler2DShadow", "samplerCubeShadow", "sampler2DArrayShadow"),
)
_HEAD = "#version 300 es\n" + "".join(f"precision highp {kind};\n" for kind in _PRECISION_TYPES)

_RESERVED_LIST = """
    atomic_uint coherent image1D image1DArray image2D image2DArray image3D imageBuffer imageCube
    iimage1D iimage1DArray iimage2D iimage2DArray iimage3D iimageBuffer iimageCube noperspective
    patch readonly resource restrict sample subroutine uimage1D uimage1DArray uimage2D
    uimage2DArray uimage3D uimageBuffer uimageCube writeonly
"""
_RESERVED_NAMES = {word: f"es_{word}" for word in _RESERVED_LIST.split()}
"""Words that ES 3.00 reserves (its section 3.8) and 3.30 leaves to authors."""

# Macros that the server's compiler defines, so that an author's conditions choose the same text,
# and the precision that it always computes with.
_REPLACED_NAMES = {
    "GL_ES": "es_GL_ES",
    "GL_FRAGMENT_PRECISION_HIGH": "es_GL_FRAGMENT_PRECISION_HIGH",
    "__VERSION__": "330",
    "mediump": "highp",
    "lowp": "highp",
}
_REPLACEMENTS = {**_RESERVED_NAMES, **_REPLACED_NAMES}
_LINE = re.compile(r"[ \t]*#[ \t]*line[ \t]+(\d+)")
_DEFINE = re.compile(r"[ \t]*#[ \t]*define[ \t]+(\w+)")
_TOKEN = re.compile(r"[A-Za-z_]\w*")


def translate(source: str) -> str:
    """Return a complete shader of GLSL ES 3.00 that draws the same as `source`.

    Args:
        source: a complete shader of 3.30 core as glsl330.compose makes it: everything before its
            first #line is the version and extensions.
    """
    at = source.index("#line")
    code = _allow_macro_redefinition(escape_reserved_names(source[at:]))
    renamed_code = _TOKEN.sub(lambda match: _REPLACEMENTS.get(match[0], match[0]), code)
    functions, rest = rename_shadowed_builtins(renamed_code)
    return _HEAD + functions + hoist_global_initializers(rest)


def rename(uniform: str) -> str:
    """Return the name of a uniform of a 3.30 shader in its translation."""
    return _RESERVED_NAMES.get(uniform, uniform)


def _allow_macro_redefinition(code: str) -> str:
    """Undefine a macro before it is redefined; every line keeps its number."""
    defined: set[str] = set()
    lines: list[str] = []
    number = 0
    for line_text in code.split("\n"):
        line = _LINE.match(line_text)
        number = int(line[1]) - 1 if line else number + 1
        macro = _DEFINE.match(line_text)
        if macro and macro[1] in defined:
            lines += [f"#undef {macro[1]}", f"#line {number}"]
        defined.update(macro.groups() if macro else ())
        lines.append(line_text)
    return "\n".join(lines)
