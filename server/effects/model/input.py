"""Inputs of an effect: params, images and audio."""

from dataclasses import dataclass
from enum import StrEnum

from server.effects.model.modulation import Modulation
from server.effects.model.text_style import TextStyle
from server.messages import BilingualText

Value = float | int | bool | tuple[float, ...]
"""A value: of a float, a long (int), a bool, a point2D (2 floats) or a color (4, from 0 to 1)."""

ParamValue = Value | Modulation | str
"""The setting of an input: a constant value, a modulation, or the text of a text input."""


HISTORY_S = (4.0, 1.0)
"""Default seconds before and after the frame that an audioHistory shows."""


class Scale(StrEnum):
    """Scales of the spectrum that an audioFFT or audioHistory shows: values of the key SCALE."""

    BROWSER = "browser"
    """As in the browser's AnalyserNode: decibels, the same for every track."""
    TRACK = "track"
    """Each band relative to its peak in this track: see server/audio/band_levels.py."""


class Kind(StrEnum):
    """Types of input, named as in the ISF 2 specification."""

    EVENT = "event"
    """A bool that is true in exactly one frame, for all its passes, and false in all others.

    Its value is a bool too: true fires in frame 0 of the job; the default is false. With a
    modulation it fires in each frame in which an event of the bound pulse begins, or in which any
    other modulation passes 0.5."""
    BOOL = "bool"
    LONG = "long"
    FLOAT = "float"
    POINT = "point2D"
    COLOR = "color"
    IMAGE = "image"
    AUDIO = "audio"
    AUDIO_FFT = "audioFFT"
    AUDIO_HISTORY = "audioHistory"
    TEXT = "text"
    """A string in a request, and in GLSL the sampler of its letters: not part of ISF."""

    @property
    def is_texture(self) -> bool:
        """True if the input is a sampler rather than a column of numbers."""
        return self in (Kind.IMAGE, Kind.AUDIO, Kind.AUDIO_FFT, Kind.AUDIO_HISTORY, Kind.TEXT)

    @property
    def is_settable(self) -> bool:
        """True if a request can set it."""
        return self is Kind.TEXT or not self.is_texture


@dataclass(frozen=True, kw_only=True)
class Input:
    """One input of an effect."""

    name: str
    """Name in a request, as the author wrote it."""
    uniform: str
    """GLSL uniform; differs from `name` where the name is a keyword."""
    kind: Kind
    label: str
    label_ru: str = ""
    """The label in Russian; empty if the file has none."""
    default: Value | None = None
    minimum: Value | None = None
    maximum: Value | None = None
    identity: Value | None = None
    values: tuple[int, ...] = ()
    """Allowed values of a long; empty where `minimum` and `maximum` limit it."""
    labels: tuple[str, ...] = ()
    """Label of each of `values`."""
    labels_ru: tuple[str, ...] = ()
    """The labels in Russian; empty if the file has none."""
    modulation: Modulation | None = None
    """Modulation of the input unless a request sets it."""
    photo: str | None = None
    """Name of the photo's colour (see palette.py) that is the default of a color; the alpha is that
    of `default`, which also applies where the photo has no such colour."""
    width: int | None = None
    """Samples or bins of an audio texture; None is the default number."""
    scale: Scale = Scale.BROWSER
    """Scale of the spectrum that an audioFFT or audioHistory shows."""
    past: float = 0.0
    """Seconds before the frame that an audioHistory shows; `future` those after it."""
    future: float = 0.0
    unit: str | None = None
    """Unit of its value, as a form shows it; None for the one that follows from its range."""
    group: str | None = None
    """Group of its control, a key of GROUPS; None for the one that follows from its kind."""
    advanced: bool = False
    """True if a form shows its control only on demand."""
    text_style: TextStyle | None = None
    """Style of a text input."""
    static: bool = False
    """True if it cannot be modulated: it shapes a texture made once for a whole video."""

    @property
    def title(self) -> BilingualText:
        """Label in both languages."""
        return BilingualText(self.label, self.label_ru)

    @property
    def choices(self) -> list[tuple[int, BilingualText]]:
        """Values with their labels in both languages; empty for a range."""
        russian = self.labels_ru or ("",) * len(self.labels)
        labels = map(BilingualText, self.labels, russian)
        return list(zip(self.values, labels, strict=True))

    @property
    def settable_range(self) -> tuple[Value | None, Value | None]:
        """Limits of the value in a request.

        Those of a point include its default, which a file may state outside them.
        """
        low, high, default = self.minimum, self.maximum, self.default
        if self.kind is not Kind.POINT or not isinstance(default, tuple):
            return low, high
        low = tuple(map(min, low, default)) if isinstance(low, tuple) else low
        return low, tuple(map(max, high, default)) if isinstance(high, tuple) else high
