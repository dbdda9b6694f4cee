"""Photos and image files as textures: unfitted, upright."""

from pathlib import Path

import numpy as np

from server.effects.model.texture import Filter
from server.media.photos import photo
from server.render.gl.context import Context, Size, Texture
from server.render.gl.render_target import TextureSource

_ROWS_PER_UPLOAD = 256
"""Rows flipped and uploaded at a time: a photo takes up to 64 MB and is never in memory twice."""


class ImageTexture(TextureSource):
    """A texture of constant pixels.

    OpenGL's rows go from the bottom up, the given ones from the top down: they are flipped here.

    Args:
        context: the context that owns it.
        size: width and height.
        pixels: RGBA bytes, rows from the top.
    """

    texture: Texture

    def __init__(self, context: Context, size: Size, pixels: bytes | memoryview) -> None:
        width, height = self.size = size
        super().__init__(context.texture(size))
        rows = np.frombuffer(pixels, np.uint8).reshape(height, width * 4)
        for top in range(0, height, _ROWS_PER_UPLOAD):
            strip = np.ascontiguousarray(rows[top : top + _ROWS_PER_UPLOAD][::-1])
            where = (0, height - top - len(strip), width, len(strip))
            self.texture.write(strip.data, viewport=where, alignment=1)

    def release(self) -> None:
        """Release the texture."""
        self.texture.release()


class PhotoTexture(ImageTexture):
    """A photo of the job."""

    filter = Filter.MIPMAP

    @classmethod
    def load(cls, context: Context, path: Path) -> "PhotoTexture":
        """Upload the file written by the prepare task."""
        width, height, pixels = photo.load(path)
        return cls(context, (width, height), pixels)
