"""What an effect can be given: a parameter, a picture or the sound."""

from dataclasses import dataclass
from enum import StrEnum

from server.effects.model.modulation import Modulation
from server.effects.model.text_style import TextStyle

Value = float | int | bool | tuple[float, ...]
"""A value: of a float, a long (int), a bool, a point2D (2 floats) or a color (4, from 0 to 1)."""

ParamValue = Value | Modulation | str
"""What an input can be set to: a value that it keeps, what moves it, or the text of a text."""


HISTORY_S = (4.0, 1.0)
"""Seconds before and after the frame that an audioHistory shows, where nothing else is asked."""


class Scale(StrEnum):
    """Scales of the spectrum that an audioFFT or audioHistory shows: values of the key SCALE."""

    BROWSER = "browser"
    """As the browser's AnalyserNode has it: decibels, the same for every track."""
    TRACK = "track"
    """Each band beside what it reaches in this track: see server/audio/band_levels.py."""


class Kind(StrEnum):
    """Types of input, named as in the ISF 2 specification."""

    EVENT = "event"
    """A bool that is true in exactly one frame, for all passes of it, and false in all others.

    Its value is a bool too: whether it fires in frame 0 of the job; the default is false. With a
    motion it fires in each frame in which the event begins whose pulse it follows, or in which
    anything else passes 0.5."""
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
    """A string in a request, and in GLSL the sampler of its letters: a kind of our own."""

    @property
    def is_texture(self) -> bool:
        """Whether the input is a sampler rather than a column of numbers."""
        return self in (Kind.IMAGE, Kind.AUDIO, Kind.AUDIO_FFT, Kind.AUDIO_HISTORY, Kind.TEXT)

    @property
    def is_settable(self) -> bool:
        """Whether a request can set it."""
        return self is Kind.TEXT or not self.is_texture


@dataclass(frozen=True, kw_only=True)
class Input:
    """One thing an effect can be given."""

    name: str
    """The name a request uses, as the author wrote it."""
    uniform: str
    """The GLSL uniform; differs from `name` where the name is a keyword."""
    kind: Kind
    label: str
    default: Value | None = None
    minimum: Value | None = None
    maximum: Value | None = None
    identity: Value | None = None
    values: tuple[int, ...] = ()
    """What a long may be; empty where `minimum` and `maximum` say it."""
    labels: tuple[str, ...] = ()
    """What each of `values` is called."""
    modulation: Modulation | None = None
    """What moves the input where nobody sets it."""
    photo: str | None = None
    """Name of the photo's colour (see palette.py) that a color has where nobody sets it; the alpha
    is the default's, and all of the default where the photo has no such colour."""
    width: int | None = None
    """Samples or bins wanted of a sound's texture; None takes the usual number."""
    scale: Scale = Scale.BROWSER
    """Of the spectrum that an audioFFT or audioHistory shows."""
    past: float = 0.0
    """Seconds before the frame that an audioHistory shows, and after it."""
    future: float = 0.0
    text_style: TextStyle | None = None
    """How the text of a text input is set."""
    static: bool = False
    """Nothing can move it: it shapes what is made once for a whole video."""

    @property
    def settable_range(self) -> tuple[Value | None, Value | None]:
        """The limits of what a request may set: of a point its default lies in them too, which a
        file may state outside of `minimum` and `maximum`."""
        low, high, default = self.minimum, self.maximum, self.default
        if self.kind is not Kind.POINT or not isinstance(default, tuple):
            return low, high
        low = tuple(map(min, low, default)) if isinstance(low, tuple) else low
        return low, tuple(map(max, high, default)) if isinstance(high, tuple) else high
