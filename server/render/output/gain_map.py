"""Gains of each cell of a frame: as a file, and as the texture that the NV12 converter samples.

The file is NumPy's .npz: `frames`, the frames with any attenuation, in order, and `gains`, for
each of them rows from the bottom up of 16-bit numbers, where 65,535 leaves the brightness as it is.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from server.files import atomic
from server.render.gl.context import Context, Texture
from server.render.gl.render_target import TextureSource

_MAX_STORED = 65_535
_EXPONENT = 2.4
"""Exponent of sRGB (IEC 61966-2-1) beyond its linear part."""


def save(path: Path, gains: NDArray[np.float32] | None) -> None:
    """Write the gains of a video, shape (frames, rows, columns); None if no frame is dimmed.

    Raises:
        ToqiboxError: ``storage_full``.
    """
    gains_or_none = np.zeros((0, 1, 1), np.float32) if gains is None else gains
    stored = np.round(gains_or_none * _MAX_STORED).astype(np.uint16)
    frames = np.flatnonzero((stored < _MAX_STORED).any(axis=(1, 2))).astype(np.int32)
    with atomic.atomic_write(path, sealed=True) as file:
        np.savez(file, frames=frames, gains=stored[frames])


class GainMap(TextureSource):
    """The gains of one frame: red scales sRGB plus 0.055, green scales linear light.

    Args:
        context: the context that owns the texture.
        frames: numbers of the dimmed frames.
        stored: their gains, as stored in the file.
    """

    texture: Texture

    def __init__(
        self, context: Context, frames: NDArray[np.int32], stored: NDArray[np.uint16]
    ) -> None:
        self._gains_by_frame = dict(zip(frames.tolist(), stored, strict=True))
        self._uploaded = np.zeros(0, np.uint16)
        super().__init__(context.texture(stored.shape[:0:-1], 2, floating=True))

    @classmethod
    def load(cls, context: Context, path: Path | None) -> "GainMap | None":
        """Load the result of `save`; None if no frame is dimmed."""
        if path is None:
            return None
        with np.load(path, allow_pickle=False) as file:
            frames, stored = file["frames"], file["gains"]
        return cls(context, frames, stored) if len(frames) else None

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
