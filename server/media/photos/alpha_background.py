"""The background under a photo with alpha, chosen so that the photo stays visible."""

import numpy as np
from PIL import Image

from server.arrays import Float64Array
from server.media import oklab

BLACK, LIGHT_GREY = (0, 0, 0), (240, 240, 240)
_SAMPLE_SIDE = 256
"""Long side in pixels of the copy that is analysed."""
_MIN_CONTRAST = 1.6
"""Contrast (WCAG 2.2) below which a pixel is invisible on the background."""
_MIN_CLEAR_SHARE = 0.25
"""Transparent share of the area from which the background matters: more than a disc's corners."""
_MAX_LOST_SHARE = 0.1


def composite_on_background(colours: Image.Image, alpha: Image.Image) -> Image.Image:
    """Composite RGB `colours` on black, or on light grey if they would be invisible on black.

    Args:
        colours: mode RGB, straight.
        alpha: mode L, not 0 everywhere.
    """
    background = Image.new("RGB", colours.size, choose_background(colours, alpha))
    return Image.composite(colours, background, alpha)


def choose_background(colours: Image.Image, alpha: Image.Image) -> tuple[int, int, int]:
    """Return BLACK, or LIGHT_GREY for a dark photo on a transparent ground."""
    small = colours.copy()
    small.putalpha(alpha)
    small.thumbnail((_SAMPLE_SIDE, _SAMPLE_SIDE), Image.Resampling.BOX)
    pixels = np.asarray(small).reshape(-1, 4) / 255.0
    weights, light = pixels[:, 3], oklab.luminance(pixels[:, :3])
    if 1.0 - weights.mean() < _MIN_CLEAR_SHARE and not _is_uniform_on_black(pixels):
        return BLACK
    light_luminance = float(oklab.luminance(np.array(LIGHT_GREY) / 255.0))
    on_black, on_light = (_lost_share(light, weights, at) for at in (0.0, light_luminance))
    return LIGHT_GREY if on_black >= _MAX_LOST_SHARE and on_light < on_black / 2 else BLACK


def _lost_share(luminance: Float64Array, weights: Float64Array, background: float) -> float:
    """Return the share of opaque pixels too close in luminance to the background."""
    high, low = np.maximum(luminance, background), np.minimum(luminance, background)
    lost = (high + 0.05) / (low + 0.05) < _MIN_CONTRAST
    return float((weights * lost).sum() / max(weights.sum(), 1e-9))


def _is_uniform_on_black(pixels: Float64Array) -> bool:
    """Return whether the photo would be a single colour on black."""
    over = pixels[:, :3] * pixels[:, 3:]
    return bool((over.max(axis=0) - over.min(axis=0) < 8 / 255).all())
