"""Conversion of Shadertoy's GLSL to ``#version 330 core``, with the site's own host code."""

import re
from collections.abc import Mapping, Sequence

from server.effects.dialects.shadertoy.channels import CUBE, Media
from server.effects.effect import Builtin
from server.effects.glsl.glsl330 import OLD_NAMES, Piece, compose, prepare
from server.effects.source.blanking import blank_match

UNIFORMS = {
    "iResolution": Builtin.RENDER_SIZE_3,
    "iTime": Builtin.TIME,
    "iTimeDelta": Builtin.TIME_DELTA,
    "iFrame": Builtin.FRAME_INDEX,
    "iFrameRate": Builtin.FRAME_RATE,
    "iDate": Builtin.DATE_FROM_ZERO,
}
FACE = "st_face"
"""Uniform with the face of the cube map that a cube pass draws (Builtin.FACE)."""

VERTEX = compose(
    (),
    """\
void main() {
    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
    gl_Position = vec4(corner * 2.0 - 1.0, 0.0, 1.0);
}
""",
    [],
)

# A video has no mouse: iMouse is declared and stays 0.
_HOST = """\
#define st_ inout
uniform vec3 iResolution;
uniform float iTime;
uniform float iTimeDelta;
uniform float iFrameRate;
uniform int iFrame;
uniform vec4 iMouse;
uniform vec4 iDate;
const float iSampleRate = 44100.0;
float iChannelTime[4];
vec3 iChannelResolution[4];
layout(location = 0) out vec4 st_out;
"""
_SIZES = """\
vec3 st_size(sampler2D s) { return vec3(textureSize(s, 0), 1.0); }
vec3 st_size(sampler3D s) { return vec3(textureSize(s, 0)); }
vec3 st_size(samplerCube s) { return vec3(textureSize(s, 0), 1.0); }
"""
# A failed assertion paints the pixel red, green, blue or yellow.
_ASSERT = """\
bvec4 st_failed = bvec4(false);
void st_assert(bool good, int part) { if (!good) st_failed[clamp(part, 0, 3)] = true; }
void st_assert(bool good) { st_assert(good, 0); }
vec4 st_checked(vec4 color) {
    if (st_failed.x) return vec4(1.0, 0.0, 0.0, 1.0);
    if (st_failed.y) return vec4(0.0, 1.0, 0.0, 1.0);
    if (st_failed.z) return vec4(0.0, 0.0, 1.0, 1.0);
    return st_failed.w ? vec4(1.0, 1.0, 0.0, 1.0) : color;
}
"""
_PROTOTYPES = {
    "mainImage": "void mainImage({} vec4 color, vec2 at);\n",
    "mainCubemap": "void mainCubemap({} vec4 color, vec2 at, vec3 from, vec3 to);\n",
}
_IMAGE_MAIN = """\
void main() {{
{}    vec4 color = vec4(0.0, 0.0, 0.0, 1.0);
    mainImage(color, gl_FragCoord.xy);
    st_out = {};
}}
"""
# Columns 0 and 1 of a face point along its texture coordinates, column 2 out of its middle.
_CUBE_MAIN = f"""\
uniform int {FACE};
vec3 st_direction(vec2 at) {{{{
    if ({FACE} == 0) return vec3(1.0, -at.y, -at.x);
    if ({FACE} == 1) return vec3(-1.0, -at.y, at.x);
    if ({FACE} == 2) return vec3(at.x, 1.0, at.y);
    if ({FACE} == 3) return vec3(at.x, -1.0, -at.y);
    if ({FACE} == 4) return vec3(at.x, -at.y, 1.0);
    return vec3(-at.x, -at.y, -1.0);
}}}}
void main() {{{{
{{}}    vec4 color = vec4(0.0, 0.0, 0.0, 1.0);
    vec2 at = gl_FragCoord.xy / iResolution.xy * 2.0 - 1.0;
    mainCubemap(color, gl_FragCoord.xy, vec3(0.0), normalize(st_direction(at)));
    st_out = {{}};
}}}}
"""
# Copies of shaders in repositories contain code for other players: declarations of the uniforms,
# a main of their own. Ours comes first; theirs stays as a function that is never called.
_NAMES = {
    "HW_PERFORMANCE": "#define HW_PERFORMANCE 1\n",
    "iGlobalTime": "#define iGlobalTime iTime\n",
    "st_ES": "#define st_ES 1\n",
    "gl_FragColor": "vec4 st_color;\n#define gl_FragColor st_color\n",
    "main": "#define main isf_author_main\n",
    "varying": "#define varying\n",
} | {line.split()[1]: f"{line}\n" for line in OLD_NAMES.splitlines()}
"""Code that is inserted before texts that use a name and do not define it."""
_WORD = re.compile(r"[A-Za-z_]\w*")
_UNIFORM_NAMES = (*UNIFORMS, "iMouse", "iGlobalTime", "iSampleRate")
HOST_NAMES = "|".join((*_UNIFORM_NAMES, "iChannelTime", "iChannelResolution", "iChannel[0-3]"))
_PRECISION = r"(?:(?:lowp|mediump|highp)\s+)?"
_NAME = rf"(?:{HOST_NAMES})\s*(?:\[\s*\d+\s*\]\s*)?"
_OWN_UNIFORM = re.compile(rf"\buniform\s+{_PRECISION}\w+\s+{_NAME}(?:,\s*{_NAME})*;")
_SAMPLER = re.compile(rf"\buniform\s+{_PRECISION}(sampler(?:2D|3D|Cube))\s+(\w+)\s*;")
_OWN_PORT = re.compile(
    rf"((?:\blayout\s*\([^()]*\)\s*)?\b(?:out|in)\b)(?=\s+{_PRECISION}\w+\s+\w+\s*;)"
)
_PLAYER = re.compile(r"^[ \t]*#[ \t]*i(?:Channel|Keyboard|Uniform|Vertex)[^\n]*", re.MULTILINE)
_STRUCT = re.compile(r"\biCh([0-3])\s*\.\s*(sampler|size|time|loaded)\b")
_ENTRY = re.compile(r"\b(main(?:Image|Cubemap)\w*\s*\(\s*)out\b")
_FUNCTION = re.compile(r"\bvoid\s+main(?:Image|Cubemap)\b")
_MACRO = re.compile(r"#[ \t]*define[ \t]+mainImage[ \t]*\(")
_STRUCT_FIELDS = {
    "sampler": "iChannel{}",
    "size": "iChannelResolution[{}]",
    "time": "iChannelTime[{}]",
    "loaded": "1",
}


def reads(codes: Sequence[str], channel: int) -> bool:
    """Report if any of the texts may sample a channel, or read its size or time."""
    queries = rf"\biChannel(?:Resolution|Time)\b(?!\s*\[\s*[^{channel}\s]\s*\])"
    pattern = re.compile(rf"\biCh(?:annel)?{channel}\b|\biChannel\s*##|{queries}")
    return any(pattern.search(code) for code in codes)


def samples(codes: Sequence[str], channel: int) -> bool:
    """Report if any of the texts may sample a channel."""
    pattern = re.compile(rf"\biCh(?:annel)?{channel}\b|\biChannel\s*##")
    return any(pattern.search(code) for code in codes)


def reads_time_of(codes: Sequence[str], channel: int) -> bool:
    """Report if any of the texts may read the time of a channel."""
    pattern = re.compile(rf"\biChannelTime\b(?!\s*\[\s*[^{channel}\s]\s*\])")
    return any(pattern.search(code) for code in codes)


def unknown_samplers(codes: Sequence[str]) -> dict[str, str]:
    """Return the GLSL type of each sampler that an author declares next to the channels."""
    declared = {match[2]: match[1] for code in codes for match in _SAMPLER.finditer(code)}
    return {name: kind for name, kind in declared.items() if not re.fullmatch(HOST_NAMES, name)}


def fragment(
    role: str,
    pieces: Sequence[Piece],
    channels: Mapping[int, Media],
    lines: Sequence[str] = (),
    statements: Sequence[str] = (),
) -> str:
    """Return the fragment shader of a pass.

    Args:
        role: one of channels.PASSES.
        pieces: the common text and the pass's own, as the author wrote them.
        channels: the source of each used channel.
        lines: declarations that replace some of the author's.
        statements: assignments to the variables in them.
    """
    extensions: list[str] = []
    tolerant_pieces = []
    for piece in pieces:
        piece_extensions, code = prepare(piece.code, {})
        extensions += piece_extensions
        tolerant_pieces.append(Piece(_make_tolerant(code), piece.line, piece.start))
    codes = [piece.code for piece in tolerant_pieces]
    identifiers = {word for code in codes for word in _WORD.findall(code)}
    host = _HOST + (_SIZES if "iChannelResolution" in identifiers else "")
    host += "".join(
        f"uniform {channels[n].sampler if n in channels else 'sampler2D'} iChannel{n};\n"
        for n in range(4)
    )
    host += "".join(f"{line}\n" for line in lines)
    host += _ASSERT if "st_assert" in identifiers else ""
    main = _main(role, identifiers, channels, statements)
    # The site puts its main first, and authors redefine names that it uses. With a macro instead of
    # a function it was last.
    main_last = any(_MACRO.search(code) for code in codes) and not any(map(_FUNCTION.search, codes))
    host += _prototype(role, codes) + ("" if main_last else main) + _names(codes, identifiers)
    return compose(extensions, host, tolerant_pieces, main if main_last else "")


def _main(
    role: str, identifiers: set[str], channels: Mapping[int, Media], statements: Sequence[str]
) -> str:
    start = _channel_facts(identifiers, channels) + "".join(f"    {line}\n" for line in statements)
    color = "st_checked(color)" if "st_assert" in identifiers else "color"
    if role == CUBE:
        return _CUBE_MAIN.format(start, color)
    return _IMAGE_MAIN.format(start, f"vec4({color}.rgb, 1.0)" if role == "image" else color)


def _prototype(role: str, codes: Sequence[str]) -> str:
    """Return the prototype of the author's function.

    Its first argument starts as opaque black, which GLSL's `out` would not pass.
    """
    name = "mainCubemap" if role == CUBE else "mainImage"
    starts_inout = any(re.search(rf"\b{name}\s*\(\s*(?:st_|inout)\b", code) for code in codes)
    return _PROTOTYPES[name].format("inout" if starts_inout else "out")


def _channel_facts(identifiers: set[str], channels: Mapping[int, Media]) -> str:
    """Return assignments of the channels' sizes and times, for texts that use them."""
    lines = []
    for n in range(4):
        media = channels.get(n, Media("none"))
        size = f"st_size(iChannel{n})" if media.word != "none" else "vec3(0.0)"
        time = "iTime" if media.has_time else "0.0"
        if "iChannelResolution" in identifiers:
            lines.append(f"    iChannelResolution[{n}] = {size};\n")
        if "iChannelTime" in identifiers:
            lines.append(f"    iChannelTime[{n}] = {time};\n")
    return "".join(lines)


def _make_tolerant(code: str) -> str:
    """Remove code for other players; every line stays."""
    code = _PLAYER.sub(blank_match, code)
    code = re.sub(r"\bGL_ES\b", "st_ES", code)  # its name cannot be defined
    code = _OWN_UNIFORM.sub(blank_match, code)
    code = _OWN_PORT.sub(blank_match, code)
    code = _STRUCT.sub(_unstructured, code)
    # `st_` is a macro for inout of the same length.
    return _ENTRY.sub(r"\1st_", code)


def _unstructured(match: re.Match[str]) -> str:
    return _STRUCT_FIELDS[match[2]].format(match[1]).ljust(len(match[0]))


def _names(codes: Sequence[str], identifiers: set[str]) -> str:
    lines = []
    for name, line in _NAMES.items():
        tolerant_pieces = re.compile(rf"#[ \t]*define[ \t]+{name}\b|\bvec4\s+{name}\s*\(")
        if name in identifiers and not any(tolerant_pieces.search(code) for code in codes):
            lines.append(line)
    return "".join(lines)
