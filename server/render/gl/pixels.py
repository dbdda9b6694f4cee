"""Content of a render target as pixels in main memory."""

import numpy as np
from numpy.typing import NDArray

from server.render.gl.render_target import RenderTarget


def read_rgba(render_target: RenderTarget) -> NDArray[np.uint8]:
    """Read height by width by RGBA bytes, top row first.

    Floats are clamped to 0..1 and rounded, as on a display; NaN becomes 0.
    """
    width, height = render_target.size
    kind = np.float32 if render_target.floating else np.uint8
    pixels = np.frombuffer(render_target.read(), kind).reshape(height, width, 4)[::-1]
    if render_target.floating:
        clamped = np.clip(np.nan_to_num(pixels, nan=0.0, posinf=1.0, neginf=0.0), 0.0, 1.0)
        pixels = np.floor(clamped * 255 + 0.5)
    return np.ascontiguousarray(pixels, np.uint8)
