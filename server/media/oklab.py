"""Colours in Oklab: lightness, green to red, blue to yellow, perceptually uniform.

Source: Björn Ottosson, "A perceptual color space for image processing" (2020); the transfer curve
of sRGB is that of IEC 61966-2-1, relative luminance that of WCAG 2.2.
"""

import math

import numpy as np

from server.arrays import Float64Array

_TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
_FROM_CONES = np.linalg.inv(_TO_CONES)
_FROM_LAB = np.linalg.inv(_TO_LAB)
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
_BISECTIONS = 24
"""Bisections of an interval of at most 1: far finer than 8 bits."""


def decode_srgb(rgb: Float64Array) -> Float64Array:
    """Return the linear light of sRGB values from 0 to 1."""
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def encode_srgb(light: Float64Array) -> Float64Array:
    """Return the sRGB values of linear light from 0 to 1."""
    light = np.clip(light, 0.0, 1.0)
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


def luminance(rgb: Float64Array) -> Float64Array:
    """Return the relative luminance, from 0 to 1, of sRGB colours of shape (..., 3)."""
    return np.asarray((decode_srgb(rgb) * _LUMINANCE).sum(axis=-1))


def from_srgb(rgb: Float64Array) -> Float64Array:
    """Return the Oklab values of sRGB colours of shape (..., 3), each value from 0 to 1."""
    return _multiply(_TO_LAB, np.cbrt(_multiply(_TO_CONES, decode_srgb(rgb))))


def to_linear_rgb(lab: Float64Array) -> Float64Array:
    """Return the linear light of Oklab colours; outside 0 to 1 if not in the sRGB gamut."""
    return _multiply(_FROM_CONES, _multiply(_FROM_LAB, lab) ** 3)


def srgb_from_lch(lightness: float, chroma: float, hue: float) -> Float64Array:
    """Return the sRGB colour of a lightness, a hue in radians and a chroma limited to the gamut."""
    low, high = 0.0, chroma
    if _is_in_gamut(lightness, chroma, hue):
        low = chroma
    else:
        for _ in range(_BISECTIONS):
            middle = (low + high) / 2
            low, high = (middle, high) if _is_in_gamut(lightness, middle, hue) else (low, middle)
    return encode_srgb(to_linear_rgb(_lab(lightness, low, hue)))


def _lab(lightness: float, chroma: float, hue: float) -> Float64Array:
    return np.array([lightness, chroma * math.cos(hue), chroma * math.sin(hue)])


def _is_in_gamut(lightness: float, chroma: float, hue: float) -> bool:
    """Return whether the colour is in the sRGB gamut."""
    light = to_linear_rgb(_lab(lightness, chroma, hue))
    return bool((light >= -1e-4).all() and (light <= 1.0001).all())


def _multiply(matrix: Float64Array, colours: Float64Array) -> Float64Array:
    """Multiply each colour by the matrix, summing in the same order on every machine."""
    return np.asarray((colours[..., np.newaxis, :] * matrix).sum(axis=-1))
