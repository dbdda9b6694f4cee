"""The host's GLSL around a plain fragment shader or a transition.

Every fragment shader has one output, isf_FragColor. Outputs that authors declare or use (`out vec4
fragColor`, gl_FragColor, gl_FragData) are variables that it is computed from at the end.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from server.effects.dialects.fragment import rect_textures
from server.effects.dialects.fragment.declarations import Declaration
from server.effects.glsl.glsl330 import OLD_NAMES, compose
from server.effects.source.alpha import never_writes_alpha

COORDINATE = "isf_FragNormCoord"
"""(0, 0) bottom left to (1, 1) top right, in every fragment shader."""

_HOST = f"""{OLD_NAMES}#define texture2DProjLod textureProjLod
#define texture2DLodOffset textureLodOffset
#define varying in
#define gl_FragColor isf_FragColor
#define gl_FragData isf_FragData
"""
_OUTPUT = f"in vec2 {COORDINATE};\nout vec4 isf_FragColor;\n"
_MAIN = "void isf_author_main();\n#define main isf_author_main\n"
_OLD_VARIABLES = {
    "gl_TexCoord": "vec4 isf_TexCoord[8];\n#define gl_TexCoord isf_TexCoord",
    "gl_Color": "#define gl_Color vec4(1.0)",
}
"""Variables that GLSL 1.20 passes from vertex to fragment shaders, by name."""
_DEFINED = re.compile(r"^[ \t]*#[ \t]*(?:define|undef)[ \t]+(\w+)", re.MULTILINE)
_TO_VEC4 = {
    "vec4": "{}",
    "vec3": "vec4({}, 1.0)",
    "vec2": "vec4({}, 0.0, 1.0)",
    "float": "vec4(vec3({}), 1.0)",
}
_COORDINATE_VALUES = {
    "float": "isf_FragNormCoord.x",
    "vec2": "isf_FragNormCoord",
    "vec3": "vec3(isf_FragNormCoord, 0.0)",
    "vec4": "vec4(isf_FragNormCoord, 0.0, 1.0)",
}
_POSITION_VALUES = {
    "vec2": "gl_Position.xy",
    "vec3": "vec3(gl_Position.xy, 0.0)",
    "vec4": "gl_Position",
}
_COLOR_VALUES = {"vec3": "vec3(1.0)", "vec4": "vec4(1.0)"}
_NORMAL_VALUES = {"vec3": "vec3(0.0, 0.0, 1.0)", "vec4": "vec4(0.0, 0.0, 1.0, 0.0)"}


def host_code(
    code: str, lines: Iterable[str], outputs: Sequence[Declaration], *, main: bool
) -> str:
    """Return the text before the author's.

    Args:
        code: the author's text without comments.
        lines: declarations of the host.
        outputs: the author's own outputs.
        main: true if the author defines `main`.
    """
    defined_names = set(_DEFINED.findall(code))
    macros = [line for line in _HOST.splitlines() if line.split()[1] not in defined_names]
    host_lines = [
        f"{declaration.type} {declaration.name}{declaration.array};" for declaration in outputs
    ]
    host_lines += [line for name, line in _OLD_VARIABLES.items() if _uses(code, name)]
    if _uses(code, "gl_FragData"):
        host_lines.append("vec4 isf_FragData[8];")
    parts = [
        "\n".join(macros) + "\n",
        _OUTPUT,
        "".join(f"{line}\n" for line in [*host_lines, *lines]),
    ]
    return "".join([*parts, _MAIN if main else ""])


def main_code(code: str, outputs: Sequence[Declaration], first: Iterable[str]) -> str:
    """Return the text after the author's: the `main` that computes one colour from the outputs.

    An unwritten colour is transparent black, as in a cleared target; a colour whose alpha is never
    written is opaque.

    Args:
        code: the author's text without comments.
        outputs: the author's own outputs.
        first: statements before the author's `main`.
    """
    written = [
        (declaration.name + "[0]" * bool(declaration.array), declaration.type)
        for declaration in outputs[:1]
    ]
    if _uses(code, "gl_FragData"):
        written.append(("isf_FragData[0]", "vec4"))
    lines = [
        "#undef main",
        *(f"#undef {declaration.name}" for declaration in outputs),
        "void main() {",
    ]
    lines.append("    isf_FragColor = vec4(0.0);")
    lines += [f"    {name} = {kind}(0.0);" for name, kind in written]
    if _uses(code, "gl_TexCoord"):
        lines.append(f"    isf_TexCoord[0] = vec4({_coordinate(code)}, 0.0, 1.0);")
        lines.append("    for (int i = 1; i < 8; i++) isf_TexCoord[i] = isf_TexCoord[0];")
    lines += [f"    {line}" for line in (*first, "isf_author_main();")]
    # The preprocessor leaves one of several; the others stay zero.
    for name, kind in written:
        value = _TO_VEC4[kind].format(name)
        operator = "+=" if _uses(code, "gl_FragColor") or len(written) > 1 else "="
        lines.append(f"    isf_FragColor {operator} {value};")
    drawn = [
        "gl_FragColor",
        "isf_FragColor",
        *(f"{declaration.name}" for declaration in outputs[:1]),
    ]
    drawn += ["gl_FragData"] if len(written) > len(outputs[:1]) else []
    if never_writes_alpha(code, [name for name in drawn if _uses(code, name)]):
        lines.append("    isf_FragColor.a = 1.0;")
    return "\n".join([*lines, "}\n"])


def vertex_shader(varyings: Iterable[tuple[str, str, str]], code: str = "") -> str:
    """Return the vertex shader: the corners, and the varyings of the fragment shader.

    Args:
        varyings: interpolation (may be empty), type and name of each.
        code: the fragment shader without comments.
    """
    rect = sorted(rect_textures.uniform_samplers(code))[:1]
    varyings = list(varyings)
    in_pixels_names = [
        name for _, _, name in varyings if rect and rect_textures.is_in_pixels(name, code)
    ]
    lines = [f"out vec2 {COORDINATE};"]
    body = [
        f"    {COORDINATE} = vec2(gl_VertexID & 1, gl_VertexID >> 1);",
        f"    gl_Position = vec4({COORDINATE} * 2.0 - 1.0, 0.0, 1.0);",
    ]
    for interpolation, kind, name in varyings:
        lines.append(f"{interpolation} out {kind} {name};".strip())
        if value := _varying_value(name, kind):
            body.append(f"    {name} = {value};")
        if name in in_pixels_names and kind.startswith("vec"):
            body.append(f"    {name}.xy *= vec2(textureSize({rect[0]}, 0));")
    lines += [f"uniform sampler2D {name};" for name in rect if in_pixels_names]
    return compose((), "\n".join([*lines, "void main() {", *body, "}\n"]), [])


def replaced_outputs(items: Iterable[Declaration]) -> list[Declaration]:
    """Return the author's outputs, each once; the first is the colour that is drawn."""
    outputs = [
        declaration
        for declaration in items
        if declaration.storage == "out" and declaration.type in _TO_VEC4
    ]
    return list({declaration.name: declaration for declaration in reversed(outputs)}.values())[::-1]


def declare_uniforms(uniforms: Mapping[str, str]) -> list[str]:
    """Return declarations of uniforms, each name with its type (``vec3[4]`` an array)."""
    lines = []
    for name, kind in uniforms.items():
        base, _, size = kind.partition("[")
        lines.append(f"uniform {base} {name}{'[' + size if size else ''};")
    return lines


def _varying_value(name: str, kind: str) -> str | None:
    """Return the value of a varying of that name: a coordinate, position, colour or normal."""
    if name.endswith("]"):
        return None
    word = name.lower()
    table = _COORDINATE_VALUES
    if "pos" in word:
        table = _POSITION_VALUES
    elif "col" in word:
        table = _COLOR_VALUES
    elif "norm" in word and "coord" not in word and "uv" not in word:
        table = _NORMAL_VALUES
    return table.get(kind, _COORDINATE_VALUES.get(kind))


def _coordinate(code: str) -> str:
    """Return a coordinate of GLSL 1.20: in pixels if rectangle textures are read."""
    rect = sorted(rect_textures.uniform_samplers(code))[:1]
    return f"{COORDINATE} * vec2(textureSize({rect[0]}, 0))" if rect else COORDINATE


def _uses(code: str, word: str) -> bool:
    return re.search(rf"\b{word}\b", code) is not None
