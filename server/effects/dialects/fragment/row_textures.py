"""Textures of one row (`sampler1D`), with which Bonzomatic passes audio.

OpenGL ES has no such samplers. Each becomes a value of a struct, and `texture` and similar
functions get an overload for it. The spectrum goes from 0 at the left to 22,050 Hz and is linear,
as there; 1 is the top of the browser's scale (-30 dB). The integrated spectrum is interpolated
from the sums of the six frequency ranges of the track features, each at the middle of its range.
"""

import re
from collections.abc import Mapping
from enum import IntEnum
from itertools import pairwise

from server.effects.model.input import Input, Kind
from server.effects.model.modulation import FeatureBinding
from server.protocol.feature_names import BAND_EDGES_HZ

AUDIO_TEXTURE = "isf_sound"
"""The texture with the spectrum, in the layout of Shadertoy's."""
SUM = "isfuSum_"
"""Prefix of the uniforms of the sums."""
_MAX_SUM_S = 36_000.0
_BANDS = {name: (low + high) // 2 for name, (low, high) in BAND_EDGES_HZ.items()}
"""Middle of each frequency range, Hz."""
_NYQUIST = 22_050.0


class RowContent(IntEnum):
    """Contents of a texture of one row."""

    SPECTRUM = 0
    SUMS = 1
    WAVE = 2


_STRUCT = f"""\
struct isf_1D {{ int shows; }};
uniform sampler2D {AUDIO_TEXTURE};
float isf_line(int shows, float x) {{
    float y = texture({AUDIO_TEXTURE}, vec2(x, shows == {RowContent.WAVE.value} ? 0.75 : 0.25)).x;
    if (shows == {RowContent.WAVE.value}) return y * 2.0 - 1.0;
    if (shows == {RowContent.SUMS.value}) return isf_sums(x * {_NYQUIST});
    return y > 0.0 ? pow(10.0, 3.5 * (y - 1.0)) : 0.0;
}}
vec4 isf_texture(isf_1D s, float x) {{ return vec4(vec3(isf_line(s.shows, x)), 1.0); }}
vec4 isf_texture(isf_1D s, float x, float b) {{ return isf_texture(s, x); }}
vec4 isf_texture(sampler2D s, vec2 p) {{ return texture(s, p); }}
vec4 isf_texture(sampler2D s, vec2 p, float b) {{ return texture(s, p, b); }}
vec4 isf_texture(sampler3D s, vec3 p) {{ return texture(s, p); }}
vec4 isf_texture(samplerCube s, vec3 p) {{ return texture(s, p); }}
vec4 isf_textureLod(isf_1D s, float x, float l) {{ return isf_texture(s, x); }}
vec4 isf_textureLod(sampler2D s, vec2 p, float l) {{ return textureLod(s, p, l); }}
vec4 isf_textureLod(samplerCube s, vec3 p, float l) {{ return textureLod(s, p, l); }}
vec4 isf_texelFetch(isf_1D s, int x, int l) {{
    return isf_texture(s, (float(x) + 0.5) / 1024.0);
}}
vec4 isf_texelFetch(sampler2D s, ivec2 p, int l) {{ return texelFetch(s, p, l); }}
int isf_textureSize(isf_1D s, int l) {{ return 1024; }}
ivec2 isf_textureSize(sampler2D s, int l) {{ return textureSize(s, l); }}
"""
_MACROS = """\
#define sampler1D isf_1D
#define texture1D isf_texture
#define texture isf_texture
#define textureLod isf_textureLod
#define texelFetch isf_texelFetch
#define textureSize isf_textureSize
"""


def row_content(name: str) -> RowContent:
    """Return the content of a texture of one row, by its name."""
    word = name.lower()
    if re.search("integrat|sum|accum", word):
        return RowContent.SUMS
    return RowContent.WAVE if re.search("wave|samples", word) else RowContent.SPECTRUM


def sum_inputs(name: str) -> list[Input]:
    """Return the inputs that are bound to the sums of each range."""
    return [
        Input(
            name=f"{name}_{band}",
            uniform=f"{SUM}{band}",
            kind=Kind.FLOAT,
            label=f"{name}: {band}",
            default=0.0,
            minimum=0.0,
            maximum=_MAX_SUM_S,
            modulation=FeatureBinding(feature=f"{band}.sum", high=(_MAX_SUM_S,)),
        )
        for band in _BANDS
    ]


def host_code(lines: Mapping[str, RowContent]) -> str:
    """Return the GLSL before the author's text if it declares textures of one row."""
    if not lines:
        return ""
    glsl_lines = [f"const isf_1D {name} = isf_1D({line.value});\n" for name, line in lines.items()]
    return "".join([_sums(RowContent.SUMS in lines.values()), _STRUCT, *glsl_lines, _MACROS])


def _sums(wanted: bool) -> str:
    """Return a function for the sum at a frequency, interpolated on a logarithmic scale."""
    if not wanted:
        return "float isf_sums(float hertz) { return 0.0; }\n"
    bands = list(_BANDS.items())
    glsl_lines = [f"uniform float {SUM}{band};\n" for band in _BANDS]
    glsl_lines += ["float isf_sums(float hertz) {\n", f"    float sum = {SUM}{bands[0][0]};\n"]
    for (_, low), (band, high) in pairwise(bands):
        share = f"clamp(log(max(hertz, 1.0) / {low}.0) / log({high}.0 / {low}.0), 0.0, 1.0)"
        glsl_lines.append(f"    sum = mix(sum, {SUM}{band}, {share});\n")
    return "".join([*glsl_lines, "    return sum;\n}\n"])
