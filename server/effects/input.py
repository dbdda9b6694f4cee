"""What an effect can be given: a parameter, a picture or the sound."""

from dataclasses import dataclass
from enum import StrEnum

Value = float | int | bool | tuple[float, ...]
"""A value: of a float, a long (int), a bool, a point2D (2 floats) or a color (4, from 0 to 1)."""

FEATURES = ("level", "sub", "bass", "lowmid", "mid", "highmid", "treble", "kick")
"""Columns of the sound, each 0 to 1 in every frame, that an input may be bound to."""

TRANSITION = "transition"
"""What `progress` of a transition is bound to: 0 before it, 1 after it."""


class Kind(StrEnum):
    """Types of input, named as in the ISF 2 specification."""

    EVENT = "event"
    """A bool that is true in exactly one frame, for all passes of it, and false in all others.

    Its value is a bool too: whether it fires in frame 0 of the job; the default is false. Bound
    and not set, it fires in each frame in which a kick begins, or another feature passes 0.5."""
    BOOL = "bool"
    LONG = "long"
    FLOAT = "float"
    POINT = "point2D"
    COLOR = "color"
    IMAGE = "image"
    AUDIO = "audio"
    AUDIO_FFT = "audioFFT"

    @property
    def is_texture(self) -> bool:
        """Whether the input is a sampler rather than a column of numbers."""
        return self in (Kind.IMAGE, Kind.AUDIO, Kind.AUDIO_FFT)


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
    bind: str | None = None
    """What moves the input from minimum to maximum: one of FEATURES, or TRANSITION."""
    width: int | None = None
    """Samples or bins wanted of an audio or audioFFT input; None takes the native width."""
