"""The internal form of an effect: inputs, passes, sources. Code after it knows no dialect."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from server.effects.model.feature import AnalysisLevel
from server.effects.model.input import Input, Kind, ParamValue, Scale, Value
from server.effects.model.modulation import BEATS, Modulation, TransitionProgress
from server.effects.model.texture import Channel, Content, Filter, Texture, Wrap
from server.effects.params.params import build_schema, check_params
from server.effects.source.diagnostic import Listing
from server.messages import BilingualText

__all__ = [
    "MAX_PASSES",
    "Builtin",
    "Channel",
    "Content",
    "Effect",
    "Filter",
    "Input",
    "Kind",
    "Pass",
    "Target",
    "Texture",
    "Value",
    "Wrap",
]


class Builtin(StrEnum):
    """Meanings of host uniforms, the same for every dialect."""

    TIME = "time"
    """float: seconds since the job's first frame."""
    TIME_DELTA = "time_delta"
    """float: seconds since the previous frame, 0 on frame 0."""
    FRAME_INDEX = "frame_index"
    """int: 0 on the job's first frame."""
    DATE = "date"
    """vec4: year, month 1-12, day, seconds since midnight."""
    DATE_FROM_ZERO = "date_from_zero"
    """vec4: the same with months from 0 to 11."""
    RENDER_SIZE = "render_size"
    """vec2: size of the pass's target in pixels, not rounded."""
    RENDER_SIZE_3 = "render_size_3"
    """vec3: the same and 1, the shape of a pixel."""
    ASPECT = "aspect"
    """float: width of the frame divided by its height."""
    SAFE_AREA = "safe_area"
    """vec4: left, bottom, right and top margins that apps cover, as fractions of the frame."""
    FRAME_RATE = "frame_rate"
    """float: frames per second."""
    FACE = "face"
    """int: face of the cube that is drawn, +x -x +y -y +z -z from 0."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """A named texture that passes draw into and any pass may sample."""

    name: str
    """Also the GLSL name of its sampler."""
    persistent: bool = False
    """Kept from frame to frame; starts as transparent black."""
    floating: bool = False
    """RGBA32F instead of RGBA8."""
    width: str | None = None
    """Size expression (see size_expression.py); None is the render size."""
    height: str | None = None
    cube: bool = False
    """A cube map: each pass draws all six faces (Builtin.FACE); `width` is the edge length."""


@dataclass(frozen=True, kw_only=True)
class Pass:
    """One draw of one program into one target; the last pass of an effect draws its output.

    A draw is a strip of 4 vertices (GL_TRIANGLE_STRIP) without attributes: the vertex shader
    makes the corners from gl_VertexID. The index of the pass is a constant in its source, so a
    uniform or sampler that this pass does not need is not active in its program.
    """

    vertex: str
    """Complete GLSL 3.30 core source."""
    fragment: str
    """Complete GLSL 3.30 core source; #line directives map messages to the author's lines."""
    target: str | None = None
    """Name of the Target drawn into. Only the last pass may have none: it draws the effect's
    output. If it has one, that texture is the output as well."""
    channels: tuple[Channel, ...] = ()
    """Samplers that are not an input, target or texture of that name, or are sampled differently.
    A sampler without one is LINEAR and CLAMP."""


MAX_PASSES = 16
"""Maximum number of passes of an effect."""


@dataclass(frozen=True, kw_only=True)
class Effect:
    """An effect in the internal form, whichever dialect it was written in."""

    id: str
    file: str
    """File name, as diagnostics show it."""
    source: str
    """The author's text; kept with every job that uses it."""
    vertex_source: str | None = None
    """The author's own vertex shader if the dialect keeps it in a second file."""
    includes: Mapping[str, str] = field(default_factory=dict)
    """Texts of the included files, by their paths relative to its folder."""
    title: str
    title_ru: str = ""
    """The title in Russian; empty if the file has none. `description_ru` likewise."""
    dialect: str
    description: str = ""
    description_ru: str = ""
    credit: str = ""
    license: str = ""
    categories: tuple[str, ...] = ()
    premium: bool = False
    inputs: tuple[Input, ...] = ()
    passes: tuple[Pass, ...] = ()
    targets: tuple[Target, ...] = ()
    textures: tuple[Texture, ...] = ()
    listings: tuple[Listing, ...] = ()
    """Texts that a compiler's line numbers refer to."""
    uniforms: dict[str, Builtin] = field(default_factory=dict)
    """Meaning of each host uniform by its GLSL name; one that has no meaning here stays 0."""
    warnings: tuple[dict[str, Any], ...] = ()
    """Diagnostics of severity ``warning``: code that has no effect, or a different one than it
    seems to have. The effect is drawn all the same."""

    @property
    def files(self) -> tuple[str, ...]:
        """Image files that it needs: paths relative to its own file, inside its folder."""
        return tuple(dict.fromkeys(file for texture in self.textures for file in texture.files))

    @property
    def sequential(self) -> bool:
        """True if frame n needs frame n - 1: some target is persistent."""
        return any(target.persistent for target in self.targets)

    @property
    def transition_image(self) -> str | None:
        """Name of the image input that takes the second photo; a transition has one."""
        names = [i.name for i in self.inputs if i.kind is Kind.IMAGE and i.name != "photo"]
        is_transition = any(
            isinstance(effect_input.modulation, TransitionProgress) for effect_input in self.inputs
        )
        return (
            next((name for name in names if name != self.input_image), None)
            if is_transition
            else None
        )

    @property
    def input_image(self) -> str | None:
        """Name of the input that takes the previous output: inputImage, or the first image."""
        images = [i.name for i in self.inputs if i.kind is Kind.IMAGE and i.name != "photo"]
        return "inputImage" if "inputImage" in images else (images[0] if images else None)

    def param_values(self, params: object, field: str = "params") -> dict[str, ParamValue]:
        """Return the value of each input by name, with defaults; see params.check_params.

        Raises:
            ToqiboxError: ``invalid_parameter`` with the field at fault.
        """
        return check_params(self.inputs, params, field)

    def analysis_level(self, param_values: Mapping[str, ParamValue]) -> AnalysisLevel:
        """Return the audio analysis that must be finished before a frame can be drawn.

        Args:
            param_values: of its inputs, as `param_values` returns them.
        """
        levels = [_analysis_level(effect_input, param_values) for effect_input in self.inputs]
        uses_audio = any(texture.content is Content.AUDIO for texture in self.textures)
        levels += [AnalysisLevel.SPECTRA] if uses_audio else []
        return max(levels, key=list(AnalysisLevel).index, default=AnalysisLevel.NOTHING)

    def describe(self, language: str = "en") -> dict[str, Any]:
        """Return the effect as GET /effects lists it, `inputs` as a JSON Schema (2020-12).

        Args:
            language: of its texts, ``en`` or ``ru``; those that the file lacks are in English.
        """
        return {
            "id": self.id,
            "title": BilingualText(self.title, self.title_ru).localize(language),
            "description": BilingualText(self.description, self.description_ru).localize(language),
            "categories": list(self.categories),
            "premium": self.premium,
            "dialect": self.dialect,
            "inputs": build_schema(self.inputs, language),
            "credit": self.credit,
            "license": self.license,
        }


def _analysis_level(effect_input: Input, param_values: Mapping[str, ParamValue]) -> AnalysisLevel:
    if effect_input.kind is Kind.AUDIO_HISTORY or effect_input.scale is Scale.TRACK:
        return AnalysisLevel.TRACK
    if effect_input.kind in (Kind.AUDIO, Kind.AUDIO_FFT):
        return AnalysisLevel.SPECTRA
    value = param_values.get(effect_input.name, effect_input.modulation)
    if isinstance(value, TransitionProgress):
        in_beats = any(param_values.get(name) == BEATS for name in ("unit", "transition_unit"))
        return AnalysisLevel.TRACK if in_beats else AnalysisLevel.NOTHING
    return value.analysis_level if isinstance(value, Modulation) else AnalysisLevel.NOTHING
