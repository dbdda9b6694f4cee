"""The photo as a texture: unfitted, with mipmaps."""

from pathlib import Path

import numpy as np

from server.media import photo
from server.render.context import Context
from server.render.surface import Picture

_STRIP = 256
"""Rows turned and uploaded at a time: a photo is up to 64 MB, and never in memory twice."""


class Photo(Picture):
    """The job's photo, uploaded once from the file that the prepare task wrote.

    OpenGL's rows go from the bottom up, the file's from the top down: they are turned here.
    """

    def __init__(self, context: Context, path: Path) -> None:
        width, height, pixels = photo.load(path)
        self.size = (width, height)
        super().__init__(context.texture(self.size))
        rows = np.frombuffer(pixels, np.uint8).reshape(height, width * 4)
        for top in range(0, height, _STRIP):
            strip = np.ascontiguousarray(rows[top : top + _STRIP][::-1])
            where = (0, height - top - len(strip), width, len(strip))
            self.texture.write(strip.data, viewport=where, alignment=1)
        context.mipmap(self.texture)

    def release(self) -> None:
        """Give the texture back."""
        self.texture.release()
