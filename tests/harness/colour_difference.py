"""Differences of colours as people see them: sRGB to CIELAB, and CIEDE2000."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Colours = NDArray[np.float64]
"""(..., 3)."""

_TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
_KNEE = 6 / 29


def srgb_lab(values: ArrayLike) -> Colours:
    """Convert 8-bit sRGB (IEC 61966-2-1) to CIE 1976 L*a*b* under its own white, D65."""
    encoded = np.asarray(values, np.float64) / 255
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    xyz = linear @ _TO_XYZ.T / _TO_XYZ.sum(axis=1)
    roots = np.where(xyz > _KNEE**3, np.cbrt(xyz), xyz / (3 * _KNEE**2) + 4 / 29)
    x, y, z = np.moveaxis(roots, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def ciede2000(one: ArrayLike, other: ArrayLike) -> Colours:
    """Return the difference of CIELAB colours with all weights 1.

    It follows Sharma, Wu & Dalal 2005, “The CIEDE2000 Color-Difference Formula: Implementation
    Notes, Supplementary Test Data, and Mathematical Observations”, equations 2 to 22.

    Args:
        one: colours, (..., 3): L*, a*, b*.
        other: as many.
    """
    l1, a1, b1 = np.moveaxis(np.asarray(one, np.float64), -1, 0)
    l2, a2, b2 = np.moveaxis(np.asarray(other, np.float64), -1, 0)
    stretch = 1.5 - 0.5 * _saturation((np.hypot(a1, b1) + np.hypot(a2, b2)) / 2)
    c1, c2 = np.hypot(stretch * a1, b1), np.hypot(stretch * a2, b2)
    h1, h2 = (np.degrees(np.arctan2(b, stretch * a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    grey = c1 * c2 == 0
    turn = np.where(grey, 0, (h2 - h1 + 180) % 360 - 180)
    hue_step = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2))
    # The mean of two hues lies between them on the shorter arc.
    mean = (h1 + h2 + np.where(np.abs(h1 - h2) > 180, 360, 0)) / 2 % 360
    hue = np.where(grey, h1 + h2, mean)
    lightness, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    away = (lightness - 50) ** 2
    weight = 1 - 0.17 * _cos(hue - 30) + 0.24 * _cos(2 * hue)
    weight = weight + 0.32 * _cos(3 * hue + 6) - 0.20 * _cos(4 * hue - 63)
    light = (l2 - l1) / (1 + 0.015 * away / np.sqrt(20 + away))
    colour = (c2 - c1) / (1 + 0.045 * chroma)
    turned = hue_step / (1 + 0.015 * chroma * weight)
    blue = 30 * np.exp(-(((hue - 275) / 25) ** 2))
    rotation = -2 * _saturation(chroma) * np.sin(np.radians(2 * blue))
    difference: Colours = np.sqrt(light**2 + colour**2 + turned**2 + rotation * colour * turned)
    return difference


def _saturation(chroma: Colours) -> Colours:
    share: Colours = np.sqrt(chroma**7 / (chroma**7 + 25.0**7))
    return share


def _cos(degrees: Colours) -> Colours:
    cosine: Colours = np.cos(np.radians(degrees))
    return cosine
