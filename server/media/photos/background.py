"""What a picture with alpha is laid over, so that it can be seen."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from server.media import oklab

BLACK, LIGHT = (0, 0, 0), (240, 240, 240)
_LOOKED_AT = 256
"""Long side of the copy that is judged, in pixels."""
_SEEN = 1.6
"""Contrast (WCAG 2.2) below which a pixel is lost on its ground."""
_OPEN = 0.25
"""Share of the area that must be clear for a ground to matter: more than the corners of a disc."""
_LOST = 0.1

Floats = NDArray[np.float64]


def laid_over(colours: Image.Image, alpha: Image.Image) -> Image.Image:
    """RGB `colours` over black, or over a light grey where they would be lost on black.

    Args:
        colours: mode RGB, straight.
        alpha: mode L, not 0 everywhere.
    """
    ground = Image.new("RGB", colours.size, ground_of(colours, alpha))
    return Image.composite(colours, ground, alpha)


def ground_of(colours: Image.Image, alpha: Image.Image) -> tuple[int, int, int]:
    """BLACK, or LIGHT for a dark picture on a clear ground."""
    small = colours.copy()
    small.putalpha(alpha)
    small.thumbnail((_LOOKED_AT, _LOOKED_AT), Image.Resampling.BOX)
    pixels = np.asarray(small).reshape(-1, 4) / 255.0
    weights, light = pixels[:, 3], oklab.luminance(pixels[:, :3])
    if 1.0 - weights.mean() < _OPEN and not _blank(pixels):
        return BLACK
    ground = float(oklab.luminance(np.array(LIGHT) / 255.0))
    on_black, on_light = (_lost(light, weights, at) for at in (0.0, ground))
    return LIGHT if on_black >= _LOST and on_light < on_black / 2 else BLACK


def _lost(light: Floats, weights: Floats, ground: float) -> float:
    """The share of what is opaque that is not told from a ground of this luminance."""
    high, low = np.maximum(light, ground), np.minimum(light, ground)
    lost = (high + 0.05) / (low + 0.05) < _SEEN
    return float((weights * lost).sum() / max(weights.sum(), 1e-9))


def _blank(pixels: Floats) -> bool:
    """Whether over black all would be one colour."""
    over = pixels[:, :3] * pixels[:, 3:]
    return bool((over.max(axis=0) - over.min(axis=0) < 8 / 255).all())
