"""The palette of a photo: a few colours that suit it and are legible on it.

The photo's colours are clustered in Oklab by weighted k-means (M. E. Celebi, "Improving the
performance of k-means for color quantization", 2011): the weight of a colour grows with its pixels
and its chroma, so that small vivid objects keep clusters of their own. The initial centres are far
apart (k-means++, Arthur and Vassilvitskii 2007, with the largest weighted distance instead of a
random choice). Each colour of the palette is the cluster with the best weighted sum of chroma,
lightness and population, like the targets of Android's Palette library; then only its lightness and
chroma are adjusted, so that it keeps a hue of the photo.

Legible means the contrast of WCAG 2.2 against the mean of the photo dimmed to half: 3 for graphics
(success criterion 1.4.11), 4.5 for text (1.4.3), or white if that cannot be reached.
"""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from server.arrays import Float64Array, Int64Array
from server.media import oklab
from server.media.photos import photo

_SAMPLE_SIDE = 160
"""Long side in pixels of the copy that is analysed."""
_BIN = 0.02
"""Edge of the Oklab cells whose colours count as one."""
_CLUSTERS = 12
_ITERATIONS = 12
_GREY_CHROMA = 0.035
"""A cluster with less chroma looks grey."""
_MIN_SHARE = 0.004
"""Minimum share of the photo of a vivid colour: a square of 6 % of its side."""
_MIN_HUE_DISTANCE = math.radians(35.0)
"""Colours closer in hue than this count as the same."""
_YELLOW = math.radians(100.0)
_DIMMING = 0.5
_GRAPHICS, _TEXT = 3.0, 4.5


@dataclass(frozen=True)
class _Cluster:
    lightness: float
    chroma: float
    hue: float
    share: float
    """Share of the photo's pixels."""


@dataclass(frozen=True)
class _Target:
    """Ranges and weights of one colour of the palette."""

    lightness: float
    """Lightness with the highest score."""
    chroma: float
    """Chroma with the highest score."""
    weights: tuple[float, float, float]
    """Weights of lightness, chroma and population."""

    def score(self, cluster: _Cluster) -> float:
        scores = (
            1.0 - abs(cluster.lightness - self.lightness),
            1.0 - min(abs(cluster.chroma - self.chroma) / 0.25, 1.0),
            math.sqrt(cluster.share),
        )
        return sum(weight * value for weight, value in zip(self.weights, scores, strict=True))


_VIVID = _Target(0.68, 0.25, (0.15, 0.6, 0.25))
_LIGHT = _Target(1.0, 0.03, (0.7, 0.0, 0.3))
_DARK = _Target(0.1, 0.03, (0.7, 0.0, 0.3))
_MUTED = _Target(0.55, 0.03, (0.3, 0.2, 0.5))


def photo_palette(size: tuple[int, int], pixels: bytes | memoryview) -> dict[str, str]:
    """Return the colours of a photo as ``#rrggbb``, by the names of effects/model/palette.py.

    A photo without colours has no ``vivid`` and no ``second``.

    Args:
        size: width and height.
        pixels: its RGBA bytes, opaque.
    """
    small = photo.shrink(size, pixels, _SAMPLE_SIDE).reshape(-1, 3).astype(np.float64) / 255
    colours, counts = _histogram(small)
    clusters = _clusters(oklab.from_srgb(colours), counts)
    mean = (colours * counts[:, np.newaxis]).sum(axis=0) / counts.sum()
    background_luminance = float(oklab.luminance(mean * _DIMMING))
    coloured = [cluster for cluster in clusters if cluster.chroma >= _GREY_CHROMA]
    colours_by_name: dict[str, Float64Array] = {}
    vivid = _best_cluster(_VIVID, [cluster for cluster in coloured if cluster.share >= _MIN_SHARE])
    if vivid is not None:
        colours_by_name["vivid"] = _vivid_colour(vivid, background_luminance)
        others = [
            cluster
            for cluster in coloured
            if cluster.share >= _MIN_SHARE and _hue_distance(cluster, vivid) >= _MIN_HUE_DISTANCE
        ]
        colours_by_name["second"] = _vivid_colour(
            _best_cluster(_VIVID, others) or _shift_hue(vivid), background_luminance
        )
    light, dark, muted = (_best_cluster(target, clusters) for target in (_LIGHT, _DARK, _MUTED))
    assert light is not None
    assert dark is not None
    assert muted is not None
    min_luminance = max(_required_luminance(background_luminance, _TEXT), 0.7)
    colours_by_name["light"] = _colour_with_luminance(
        max(light.lightness, 0.94), min(light.chroma, 0.04), light.hue, min_luminance
    )
    colours_by_name["dark"] = oklab.srgb_from_lch(
        min(dark.lightness, 0.2), min(dark.chroma, 0.04), dark.hue
    )
    lightness = min(max(muted.lightness, 0.45), 0.7)
    colours_by_name["muted"] = oklab.srgb_from_lch(lightness, min(muted.chroma, 0.06), muted.hue)
    return {name: _format_hex(colour) for name, colour in colours_by_name.items()}


def file_palette(path: Path) -> dict[str, str]:
    """Return the palette of a photo written by the prepare task."""
    width, height, pixels = photo.load(path)
    return photo_palette((width, height), pixels)


def _histogram(pixels: Float64Array) -> tuple[Float64Array, Float64Array]:
    """Return the mean colour of each cell of Oklab, and its number of pixels."""
    bins = np.floor(oklab.from_srgb(pixels) / _BIN).astype(np.int64)
    keys = (bins[:, 0] * 1000 + bins[:, 1]) * 1000 + bins[:, 2]
    _, labels = np.unique(keys, return_inverse=True)
    counts = np.bincount(labels).astype(np.float64)
    sums = [np.bincount(labels, weights=pixels[:, channel]) for channel in range(3)]
    return np.stack(sums, axis=1) / counts[:, np.newaxis], counts


def _clusters(labs: Float64Array, counts: Float64Array) -> list[_Cluster]:
    chroma = np.hypot(labs[:, 1], labs[:, 2])
    weights = counts * (0.25 + chroma / 0.1)
    centres = _initial_centres(labs, weights)
    labels = np.zeros(len(labs), np.int64)
    for _ in range(_ITERATIONS):
        labels = _nearest(labs, centres)
        for number in range(len(centres)):
            is_member = labels == number
            if is_member.any():
                shares = weights[is_member] / weights[is_member].sum()
                centres[number] = (labs[is_member] * shares[:, np.newaxis]).sum(axis=0)
    shares = np.bincount(labels, weights=counts, minlength=len(centres)) / counts.sum()
    return [
        _Cluster(float(lightness), math.hypot(a, b), math.atan2(b, a), float(share))
        for (lightness, a, b), share in zip(centres, shares, strict=True)
        if share > 0
    ]


def _initial_centres(labs: Float64Array, weights: Float64Array) -> Float64Array:
    """Return the initial centres of the clustering."""
    indices = [int(np.argmax(weights))]
    distances = _squared_distance(labs, labs[indices[0]])
    while len(indices) < _CLUSTERS and distances.max() > 0:
        indices.append(int(np.argmax(weights * distances)))
        distances = np.minimum(distances, _squared_distance(labs, labs[indices[-1]]))
    return labs[indices].copy()


def _nearest(labs: Float64Array, centres: Float64Array) -> Int64Array:
    distances = np.stack([_squared_distance(labs, centre) for centre in centres])
    return np.asarray(np.argmin(distances, axis=0))


def _squared_distance(labs: Float64Array, centre: Float64Array) -> Float64Array:
    return np.asarray(((labs - centre) ** 2).sum(axis=1))


def _best_cluster(target: _Target, clusters: list[_Cluster]) -> _Cluster | None:
    return max(clusters, key=target.score, default=None)


def _hue_distance(first: _Cluster, second: _Cluster) -> float:
    """Return the angle between two hues, in radians, from 0 to pi."""
    return abs(math.remainder(first.hue - second.hue, math.tau))


def _shift_hue(cluster: _Cluster) -> _Cluster:
    """Return a colour of neighbouring hue, for a photo of a single hue."""
    hue = cluster.hue + _MIN_HUE_DISTANCE
    return _Cluster(cluster.lightness, cluster.chroma, hue, cluster.share)


def _vivid_colour(cluster: _Cluster, background_luminance: float) -> Float64Array:
    # Yellow is most vivid when light; dark yellow is brown.
    yellow = max(math.cos(cluster.hue - _YELLOW), 0.0) ** 2
    lightness = min(max(cluster.lightness, 0.66 + 0.14 * yellow), 0.86)
    chroma = min(max(cluster.chroma * 1.25, 0.14), 0.24)
    return _colour_with_luminance(
        lightness,
        chroma,
        cluster.hue,
        max(_required_luminance(background_luminance, _GRAPHICS), 0.2),
    )


def _required_luminance(background_luminance: float, contrast: float) -> float:
    """Return the minimum luminance with the given contrast to the background."""
    return min(contrast * (background_luminance + 0.05) - 0.05, 1.0)


def _colour_with_luminance(
    lightness: float, chroma: float, hue: float, min_luminance: float
) -> Float64Array:
    """Return the colour, lightened until it has the minimum luminance."""
    low, high = lightness, 1.0
    colour = oklab.srgb_from_lch(lightness, chroma, hue)
    if _quantised_luminance(colour) >= min_luminance:
        return colour
    for _ in range(16):
        middle = (low + high) / 2
        too_dark = _quantised_luminance(oklab.srgb_from_lch(middle, chroma, hue)) < min_luminance
        low, high = (middle, high) if too_dark else (low, middle)
    return oklab.srgb_from_lch(high, chroma, hue)


def _quantised_luminance(colour: Float64Array) -> float:
    """Return the luminance of a colour rounded to 8 bits."""
    return float(oklab.luminance(np.floor(colour * 255 + 0.5) / 255))


def _format_hex(colour: Float64Array) -> str:
    red, green, blue = (int(part) for part in np.floor(np.clip(colour, 0, 1) * 255 + 0.5))
    return f"#{red:02x}{green:02x}{blue:02x}"
