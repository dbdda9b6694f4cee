"""The excerpt of a stream of decoded samples, with its hash and its loudest moment."""

import hashlib

import numpy as np

from server.arrays import Float32Array, Float64Array
from server.media import wav
from server.protocol.prepared_audio import CHANNELS, SAMPLE_RATE

_BLOCK = SAMPLE_RATE // 20
_WINDOW_BLOCKS = 10
_MAX_SAMPLE = 4.0


class Excerpt:
    """The samples [first, first + max_samples) of a track.

    Args:
        first: index of its first sample, at 48 kHz.
        max_samples: its maximum length.
        end: the stated end of the track, or None.
    """

    SLACK = SAMPLE_RATE // 10
    """Samples after `end` that can be encoder padding; with more, the stated end is wrong."""

    def __init__(self, first: int, max_samples: int, end: int | None = None) -> None:
        self.first = first
        self.decoded = 0
        self.samples = 0
        self.digest = hashlib.sha256()
        self._max_samples = max_samples
        self._end = end
        self._rest = b""
        self._energies: list[Float64Array] = []
        self._unmeasured = np.zeros(0, np.float32)

    @property
    def full(self) -> bool:
        """True if no more samples are needed."""
        return self.samples >= self._max_samples or self.overran_end

    @property
    def overran_end(self) -> bool:
        """True if the track continues after its stated end."""
        return self._end is not None and self.decoded > self._end + self.SLACK

    def feed(self, chunk: bytes) -> bytes:
        """Consume bytes of float32 stereo samples; return the bytes that belong to the excerpt."""
        data = self._rest + chunk
        whole = len(data) // wav.FRAME_BYTES * wav.FRAME_BYTES
        self._rest = data[whole:]
        chunk_samples = whole // wav.FRAME_BYTES
        start = min(max(self.first - self.decoded, 0), chunk_samples)
        stop = min(chunk_samples, start + self._max_samples - self.samples)
        if self._end is not None:
            stop = max(start, min(stop, self._end - self.decoded))
        self.decoded += chunk_samples
        self.samples += stop - start
        kept = np.frombuffer(data, "<f4", (stop - start) * 2, start * wav.FRAME_BYTES)
        kept = np.clip(np.where(np.isfinite(kept), kept, 0), -_MAX_SAMPLE, _MAX_SAMPLE)
        self._measure(kept)
        clean = kept.astype("<f4").tobytes()
        self.digest.update(clean)
        return clean

    def loudest_s(self) -> float:
        """Return the middle of the loudest half second (RMS of both channels, in 50 ms steps)."""
        energies = np.concatenate(self._energies) if self._energies else np.zeros(0)
        if len(energies) <= _WINDOW_BLOCKS:
            return self.samples / SAMPLE_RATE / 2
        sums = np.convolve(energies, np.ones(_WINDOW_BLOCKS), "valid")
        return (int(np.argmax(sums)) + _WINDOW_BLOCKS / 2) * _BLOCK / SAMPLE_RATE

    def _measure(self, kept: Float32Array) -> None:
        pending = np.concatenate([self._unmeasured, kept])
        size = _BLOCK * CHANNELS
        whole = len(pending) // size * size
        self._unmeasured = pending[whole:]
        if whole:
            blocks = pending[:whole].reshape(-1, size).astype(np.float64)
            self._energies.append((blocks**2).sum(axis=1))
