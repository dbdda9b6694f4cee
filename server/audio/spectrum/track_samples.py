"""The samples of a track, of which only the part that is read is in memory."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from server.arrays import Int16Array
from server.audio.spectrum.analyser_node import HOP


class Samples(Protocol):
    """Samples of a track at 44.1 kHz, samples x 2; an array is one too."""

    def __len__(self) -> int:
        """Return their number."""

    def __getitem__(self, part: slice, /) -> Int16Array:
        """Return consecutive samples."""


class RecordedSamples:
    """Samples in the records of a file of spectra, which is mapped.

    Args:
        records: those of the steps whose samples are the track; see spectrogram.RECORD.
    """

    def __init__(self, records: NDArray[np.void]) -> None:
        self._steps: Int16Array = np.asarray(records["samples"])

    def __len__(self) -> int:
        """Return their number."""
        return HOP * len(self._steps)

    def __getitem__(self, part: slice) -> Int16Array:
        """Return consecutive samples."""
        first, last, _ = part.indices(len(self))
        step = first // HOP
        samples = self._steps[step : -(-last // HOP)].reshape(-1, 2)
        return samples[first - step * HOP : last - step * HOP]
