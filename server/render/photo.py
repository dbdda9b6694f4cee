"""The photo as a texture: unfitted, with mipmaps."""

from pathlib import Path

import numpy as np

from server.media import photo
from server.render.context import Context
from server.render.surface import Picture


class Photo(Picture):
    """The job's photo, uploaded once from the file that the prepare task wrote.

    OpenGL's rows go from the bottom up, the file's from the top down: they are turned here.
    """

    def __init__(self, context: Context, path: Path) -> None:
        width, height, pixels = photo.load(path)
        self.size = (width, height)
        rows = np.frombuffer(pixels, np.uint8).reshape(height, width * 4)[::-1]
        super().__init__(context.texture(self.size, data=np.ascontiguousarray(rows).data))
        context.mipmap(self.texture)

    def release(self) -> None:
        """Give the texture back."""
        self.texture.release()
