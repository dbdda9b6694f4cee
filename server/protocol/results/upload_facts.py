"""Facts about a track and a photo, for the person who has sent them."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class TrackFacts:
    """Facts about a track."""

    loudness: float | None
    """Integrated loudness in LUFS (ITU-R BS.1770-4); None for silence."""
    peaks: str
    """Base64 of the lowest and the highest sample of equal parts, pairs of int8; -128 to 127 is
    full scale."""
    peak_count: int


@dataclass(frozen=True, kw_only=True)
class PhotoFacts:
    """Facts about a photo besides its size and its palette."""

    average: str
    """Mean colour, ``#rrggbb``."""
    focus: tuple[float, float]
    """Middle of what stands out, from the upper left corner, each 0 to 1."""
