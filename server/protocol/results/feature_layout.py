"""The layout of a track's feature files, which the analysis writes next to them for a player."""

from collections.abc import Mapping
from dataclasses import dataclass

LEVEL_CHANNELS = 3
"""Band levels are those of the mean of the channels, of the left and of the right one."""


@dataclass(frozen=True, kw_only=True)
class FieldLayout:
    """A field of the records of the spectra."""

    offset: int
    """Bytes from the beginning of a record."""
    type: str
    """Type of a value as numpy writes it: ``<i2``."""
    length: int
    """Values in a record."""


@dataclass(frozen=True, kw_only=True)
class FeatureLayout:
    """Places of the values in the files, and facts about the whole track."""

    count: int
    """Steps of a 60 Hz grid, with those after the end in which the spectra decay."""
    start: int
    """Bytes before the first record of the spectra."""
    size: int
    """Bytes of a record."""
    fields: Mapping[str, FieldLayout]
    levels_start: int
    """Bytes before the first step of the band levels."""
    bands: int
    """Band levels of a channel in a step."""
    columns: tuple[str, ...]
    """Names of the features that are measured at each step."""
    tempo: tuple[float, float]
    """Beats per minute, and the confidence in them, 0 to 1."""
    one_sided: bool
    """True if one channel is silent, so that the mean replaces both."""

    @property
    def levels_size(self) -> int:
        """Band levels of a step, a byte each: of the mean, of the left and of the right channel."""
        return LEVEL_CHANNELS * self.bands

    @property
    def spectra_bytes(self) -> int:
        """Size of the file of the spectra."""
        return self.start + self.count * self.size

    @property
    def levels_bytes(self) -> int:
        """Size of the file of the band levels."""
        return self.levels_start + self.count * self.levels_size
