"""Lines of the editor extension “Shader Toy”, directives of its own in shaders.

#iChannel0 "file://picture.png"             the source of a channel: a file, a shader, “self”
#iChannel0::Type "CubeMap"                  its sampling: Type, WrapMode, MinFilter, MagFilter
#iUniform float zoom = 1.0 in { 0.1, 5.0 }  a uniform with its default and a slider
#iKeyboard                                  functions such as isKeyDown(Key_A)
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from server.effects.dialects.fragment.declarations import Declaration
from server.effects.model.texture import Filter, Wrap
from server.effects.source.blanking import without_comments

LINE = re.compile(
    r"^[ \t]*#[ \t]*(?:iChannel|iKeyboard|iUniform|iVertex|StrictCompatibility)[^\n]*", re.MULTILINE
)
"""A line that only this player reads."""
AUDIO_SUFFIXES = (".mp3", ".wav", ".ogg", ".flac", ".m4a", ".aac")
SHADER_SUFFIXES = (".glsl", ".frag", ".fs")

_SOURCE = re.compile(r'[ \t]*#[ \t]*iChannel([0-3])[ \t]+"([^"\n]*)"')
_OPTION = re.compile(r'[ \t]*#[ \t]*iChannel([0-3])[ \t]*::[ \t]*(\w+)[ \t]+"([^"\n]*)"')
_UNIFORM = re.compile(
    r"[ \t]*#[ \t]*iUniform[ \t]+(\w+)[ \t]+(\w+)[ \t]*(?:=[ \t]*([^{}\n]*?))?[ \t]*"
    r"(?:\bin[ \t]*\{([^{}\n]*)\}[ \t]*(?:step[ \t]+\S+)?)?[ \t]*;?[ \t]*"
)
_TYPES = {"color3": "vec3", "float2": "vec2", "float3": "vec3", "float4": "vec4"}
_KNOWN_TYPES = ("float", "int", "bool", "vec2", "vec3", "vec4")
_ZEROS = {"float": "0.0", "int": "0", "bool": "false"}
_END = re.compile(r"-?(?:\d+\.?\d*|\.\d+)")
_FILTERS = {
    "nearest": Filter.NEAREST,
    "linear": Filter.LINEAR,
}
_WRAPS = {"repeat": Wrap.REPEAT, "clamp": Wrap.CLAMP, "mirror": Wrap.MIRROR}


@dataclass
class PlayerLines:
    """The parsed lines of one text."""

    sources: dict[int, str] = field(default_factory=dict)
    """Address of each channel's source."""
    options: dict[int, dict[str, str]] = field(default_factory=dict)
    """Options of each channel, by their lower-case names."""
    uniforms: list[Declaration] = field(default_factory=list)
    """Uniforms, each with its default and range in the notation of a plain shader."""


def read(text: str) -> PlayerLines:
    """Read all such lines of a text, except in comments."""
    result = PlayerLines()
    for match in LINE.finditer(without_comments(text)):
        line = match[0]
        if source := _SOURCE.match(text, match.start()):
            result.sources[int(source[1])] = source[2]
        elif option := _OPTION.match(text, match.start()):
            result.options.setdefault(int(option[1]), {})[option[2].lower()] = option[3]
        elif uniform := _UNIFORM.fullmatch(line):
            result.uniforms += _declared(uniform, match.start(), match.end())
    return result


def _declared(line: re.Match[str], start: int, end: int) -> list[Declaration]:
    kind = _TYPES.get(line[1], line[1])
    if kind not in _KNOWN_TYPES:
        return []
    initial = (line[3] or "").strip() or _ZEROS.get(kind, f"{kind}(0.0)")
    for name, plain in _TYPES.items():
        initial = re.sub(rf"\b{name}\b", plain, initial)
    range_ends = _END.findall(line[4] or "")
    note = f"[{range_ends[0]}, {range_ends[-1]}]" if len(range_ends) > 1 else ""
    return [
        Declaration(
            storage="uniform",
            type=kind,
            name=line[2],
            initial=initial,
            note=note,
            start=start,
            end=end,
        )
    ]


def is_cube(options: Mapping[str, str], address: str = "") -> bool:
    """Report if a channel is a cube map: by its type, or by an address of six files."""
    return options.get("type", "").lower() == "cubemap" or "{}" in address


def sampling(options: Mapping[str, str]) -> tuple[Filter | None, Wrap | None]:
    """Return the filter and wrap mode of a channel as far as they are set."""
    min_filter, mag_filter = (
        options.get("minfilter", "").lower(),
        options.get("magfilter", "").lower(),
    )
    texture_filter = (
        Filter.MIPMAP if "mipmap" in min_filter else _FILTERS.get(mag_filter or min_filter)
    )
    return texture_filter, _WRAPS.get(options.get("wrapmode", "").lower())
