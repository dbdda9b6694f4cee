"""Gains of each cell of a frame: as a file, and as the texture that the NV12 converter samples.

The file is NumPy's .npz: `frames`, the frames with any attenuation, in order, and `gains`, for
each of them rows from the bottom up of 16-bit numbers, where 65,535 leaves the brightness as it is.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from server.arrays import Float32Array
from server.files import atomic
from server.render.gl.context import Context, Texture
from server.render.gl.render_target import TextureSource

_MAX_STORED = 65_535
_EXPONENT = 2.4
"""Exponent of sRGB (IEC 61966-2-1) beyond its linear part."""


@dataclass(frozen=True)
class StoredGains:
    """The content of a file.

    Attributes:
        frames: numbers of the dimmed frames, in order.
        gains: their gains, as stored.
    """

    frames: NDArray[np.int32]
    gains: NDArray[np.uint16]

    @classmethod
    def of_video(cls, gains: NDArray[np.float32] | None) -> "StoredGains":
        """Round the gains of a video, shape (frames, rows, columns); None if none is dimmed."""
        gains_or_none = np.zeros((0, 1, 1), np.float32) if gains is None else gains
        stored = np.round(gains_or_none * _MAX_STORED).astype(np.uint16)
        frames = np.flatnonzero((stored < _MAX_STORED).any(axis=(1, 2))).astype(np.int32)
        return cls(frames, stored[frames])

    @classmethod
    def load(cls, path: Path) -> "StoredGains":
        """Read a file."""
        with np.load(path, allow_pickle=False) as file:
            return cls(file["frames"], file["gains"])

    def save(self, path: Path) -> None:
        """Write a file, and its seal.

        Raises:
            ToqiboxError: ``storage_full``.
        """
        with atomic.atomic_write(path, sealed=True) as file:
            np.savez(file, frames=self.frames, gains=self.gains)

    def to_video(self, shape: tuple[int, int, int]) -> Float32Array:
        """Return the gains of all frames, 1 where none is dimmed."""
        gains = np.ones(shape, np.float32)
        gains[self.frames] = self.gains / np.float32(_MAX_STORED)
        return gains

    def digest(self, first: int, last: int) -> str | None:
        """Return a hash of the gains of the frames [first, last); None if none is dimmed."""
        begin, end = np.searchsorted(self.frames, (first, last))
        if begin == end:
            return None
        frames, gains = self.frames[begin:end] - first, self.gains[begin:end]
        return hashlib.sha256(frames.astype("<i4").tobytes() + gains.tobytes()).hexdigest()


class GainMap(TextureSource):
    """The gains of one frame: red scales sRGB plus 0.055, green scales linear light.

    Args:
        context: the context that owns the texture.
        stored: the gains of at least one frame.
    """

    texture: Texture

    def __init__(self, context: Context, stored: StoredGains) -> None:
        self._gains_by_frame = dict(zip(stored.frames.tolist(), stored.gains, strict=True))
        self._uploaded = np.zeros(0, np.uint16)
        super().__init__(context.texture(stored.gains.shape[:0:-1], 2, floating=True))

    @classmethod
    def load(cls, context: Context, path: Path) -> "GainMap | None":
        """Load a file; return None if no frame is dimmed."""
        stored = StoredGains.load(path)
        return cls(context, stored) if len(stored.frames) else None

    def update(self, frame: int) -> bool:
        """Upload the gains of `frame`; return True if it is dimmed."""
        stored = self._gains_by_frame.get(frame)
        if stored is None:
            return False
        if not np.array_equal(stored, self._uploaded):
            linear = stored.astype(np.float32) / _MAX_STORED
            texels = np.stack([linear ** (1 / _EXPONENT), linear], axis=-1)
            self.texture.write(texels.astype(np.float32).tobytes(), alignment=1)
            self._uploaded = stored
            self.version += 1
        return True
