"""Photos and image files as textures: unfitted, upright."""

from pathlib import Path

import numpy as np

from server.effects.model.texture import Filter
from server.media.photos import photo
from server.render.gl.context import Context, Size, Texture
from server.render.gl.render_target import TextureSource

_ROWS_PER_UPLOAD = 256
"""Rows turned and uploaded at a time: a photo is up to 64 MB, and never in memory twice."""


class ImageTexture(TextureSource):
    """Pixels that stay as they are.

    OpenGL's rows go from the bottom up, those given from the top down: they are turned here.

    Args:
        context: where it lives.
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
        """Give the texture back."""
        self.texture.release()


class PhotoTexture(ImageTexture):
    """A photo of the job."""

    filter = Filter.MIPMAP

    @classmethod
    def load(cls, context: Context, path: Path) -> "PhotoTexture":
        """Upload the file that the prepare task wrote."""
        width, height, pixels = photo.load(path)
        return cls(context, (width, height), pixels)
