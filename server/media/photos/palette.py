"""The palette of a photo: a few colours that suit it and can be read on it.

The photo's colours are clustered in Oklab by weighted k-means (M. E. Celebi, "Improving the
performance of k-means for color quantization", 2011): a colour weighs more the more pixels and the
more chroma it has, so that small vivid things keep clusters of their own. It begins at colours far
from each other (k-means++, Arthur and Vassilvitskii 2007, with the largest weighted distance in the
place of chance). Each colour of the palette is the cluster with the best weighted sum of chroma,
lightness and population, as the targets of Android's Palette library choose theirs, and is then
moved in lightness and chroma alone, so that its hue stays the photo's.

Readable means the contrast of WCAG 2.2, against the mean of the photo dimmed to half: 3 for what is
drawn (success criterion 1.4.11), 4.5 for text (1.4.3), or white where that is not to be had.
"""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from server.media import oklab
from server.media.oklab import Floats
from server.media.photos import photo

_LONG_SIDE = 160
"""Pixels of the copy that is looked at."""
_BIN = 0.02
"""Edge of the cells of Oklab that count as one colour."""
_CLUSTERS = 12
_ROUNDS = 12
_GREY = 0.035
"""A cluster with less chroma is grey to the eye."""
_COLOURED = 0.004
"""Share of the photo that a vivid colour must have: a square of 6 % of its side."""
_OTHER_HUE = math.radians(35.0)
"""Two colours nearer than this in hue are one colour."""
_YELLOW = math.radians(100.0)
_DIMMED = 0.5
_GRAPHICS, _TEXT = 3.0, 4.5


@dataclass(frozen=True)
class _Cluster:
    lightness: float
    chroma: float
    hue: float
    share: float
    """Of the photo's pixels."""


@dataclass(frozen=True)
class _Target:
    """Ranges and weights of one colour of the palette."""

    lightness: float
    """Lightness that scores highest."""
    chroma: float
    """The same of chroma."""
    weights: tuple[float, float, float]
    """Of lightness, chroma and population."""

    def score(self, cluster: _Cluster) -> float:
        near = (
            1.0 - abs(cluster.lightness - self.lightness),
            1.0 - min(abs(cluster.chroma - self.chroma) / 0.25, 1.0),
            math.sqrt(cluster.share),
        )
        return sum(weight * value for weight, value in zip(self.weights, near, strict=True))


_VIVID = _Target(0.68, 0.25, (0.15, 0.6, 0.25))
_LIGHT = _Target(1.0, 0.03, (0.7, 0.0, 0.3))
_DARK = _Target(0.1, 0.03, (0.7, 0.0, 0.3))
_MUTED = _Target(0.55, 0.03, (0.3, 0.2, 0.5))


def photo_palette(size: tuple[int, int], pixels: bytes | memoryview) -> dict[str, str]:
    """The colours of a photo as ``#rrggbb``, by the names of effects/model/palette.py.

    A photo without colours has no ``vivid`` and no ``second``.

    Args:
        size: width and height.
        pixels: its RGBA bytes, opaque.
    """
    small = photo.shrink(size, pixels, _LONG_SIDE).reshape(-1, 3).astype(np.float64) / 255
    colours, counts = _colours(small)
    clusters = _clusters(oklab.from_rgb(colours), counts)
    mean = (colours * counts[:, np.newaxis]).sum(axis=0) / counts.sum()
    behind = float(oklab.luminance(mean * _DIMMED))
    hued = [cluster for cluster in clusters if cluster.chroma >= _GREY]
    found: dict[str, Floats] = {}
    vivid = _best(_VIVID, [cluster for cluster in hued if cluster.share >= _COLOURED])
    if vivid is not None:
        found["vivid"] = _vivid(vivid, behind)
        others = [c for c in hued if c.share >= _COLOURED and _apart(c, vivid) >= _OTHER_HUE]
        found["second"] = _vivid(_best(_VIVID, others) or _turned(vivid), behind)
    light, dark, muted = (_best(target, clusters) for target in (_LIGHT, _DARK, _MUTED))
    assert light is not None
    assert dark is not None
    assert muted is not None
    needed = max(_needed(behind, _TEXT), 0.7)
    found["light"] = _bright(max(light.lightness, 0.94), min(light.chroma, 0.04), light.hue, needed)
    found["dark"] = oklab.rgb(min(dark.lightness, 0.2), min(dark.chroma, 0.04), dark.hue)
    lightness = min(max(muted.lightness, 0.45), 0.7)
    found["muted"] = oklab.rgb(lightness, min(muted.chroma, 0.06), muted.hue)
    return {name: _hex(colour) for name, colour in found.items()}


def file_palette(path: Path) -> dict[str, str]:
    """The same of a photo that the prepare task wrote."""
    width, height, pixels = photo.load(path)
    return photo_palette((width, height), pixels)


def _colours(pixels: Floats) -> tuple[Floats, Floats]:
    """Colours and how many pixels are of each: those of one cell of Oklab are one, their mean."""
    cells = np.floor(oklab.from_rgb(pixels) / _BIN).astype(np.int64)
    keys = (cells[:, 0] * 1000 + cells[:, 1]) * 1000 + cells[:, 2]
    _, places = np.unique(keys, return_inverse=True)
    counts = np.bincount(places).astype(np.float64)
    sums = [np.bincount(places, weights=pixels[:, part]) for part in range(3)]
    return np.stack(sums, axis=1) / counts[:, np.newaxis], counts


def _clusters(labs: Floats, counts: Floats) -> list[_Cluster]:
    chroma = np.hypot(labs[:, 1], labs[:, 2])
    weights = counts * (0.25 + chroma / 0.1)
    centres = _begun(labs, weights)
    places = np.zeros(len(labs), np.int64)
    for _ in range(_ROUNDS):
        places = _nearest(labs, centres)
        for number in range(len(centres)):
            mine = places == number
            if mine.any():
                shares = weights[mine] / weights[mine].sum()
                centres[number] = (labs[mine] * shares[:, np.newaxis]).sum(axis=0)
    shares = np.bincount(places, weights=counts, minlength=len(centres)) / counts.sum()
    return [
        _Cluster(float(lightness), math.hypot(a, b), math.atan2(b, a), float(share))
        for (lightness, a, b), share in zip(centres, shares, strict=True)
        if share > 0
    ]


def _begun(labs: Floats, weights: Floats) -> Floats:
    """The centres that the clustering begins with."""
    chosen = [int(np.argmax(weights))]
    distances = _squared(labs, labs[chosen[0]])
    while len(chosen) < _CLUSTERS and distances.max() > 0:
        chosen.append(int(np.argmax(weights * distances)))
        distances = np.minimum(distances, _squared(labs, labs[chosen[-1]]))
    return labs[chosen].copy()


def _nearest(labs: Floats, centres: Floats) -> NDArray[np.int64]:
    distances = np.stack([_squared(labs, centre) for centre in centres])
    return np.asarray(np.argmin(distances, axis=0))


def _squared(labs: Floats, centre: Floats) -> Floats:
    return np.asarray(((labs - centre) ** 2).sum(axis=1))


def _best(target: _Target, clusters: list[_Cluster]) -> _Cluster | None:
    return max(clusters, key=target.score, default=None)


def _apart(one: _Cluster, other: _Cluster) -> float:
    """The angle between two hues, in radians, from 0 to pi."""
    return abs(math.remainder(one.hue - other.hue, math.tau))


def _turned(cluster: _Cluster) -> _Cluster:
    """A neighbour of its hue, for a photo of one hue alone."""
    hue = cluster.hue + _OTHER_HUE
    return _Cluster(cluster.lightness, cluster.chroma, hue, cluster.share)


def _vivid(cluster: _Cluster, behind: float) -> Floats:
    # Yellow is at its most vivid when it is light; darker it is brown.
    yellow = max(math.cos(cluster.hue - _YELLOW), 0.0) ** 2
    lightness = min(max(cluster.lightness, 0.66 + 0.14 * yellow), 0.86)
    chroma = min(max(cluster.chroma * 1.25, 0.14), 0.24)
    return _bright(lightness, chroma, cluster.hue, max(_needed(behind, _GRAPHICS), 0.2))


def _needed(behind: float, contrast: float) -> float:
    """The least luminance that has the contrast to the luminance `behind`."""
    return min(contrast * (behind + 0.05) - 0.05, 1.0)


def _bright(lightness: float, chroma: float, hue: float, needed: float) -> Floats:
    """The colour, lighter where it has not the luminance that is `needed`."""
    low, high = lightness, 1.0
    colour = oklab.rgb(lightness, chroma, hue)
    if _seen(colour) >= needed:
        return colour
    for _ in range(16):
        middle = (low + high) / 2
        dim = _seen(oklab.rgb(middle, chroma, hue)) < needed
        low, high = (middle, high) if dim else (low, middle)
    return oklab.rgb(high, chroma, hue)


def _seen(colour: Floats) -> float:
    """The luminance of a colour in 8 bits, which must do."""
    return float(oklab.luminance(np.floor(colour * 255 + 0.5) / 255))


def _hex(colour: Floats) -> str:
    red, green, blue = (int(part) for part in np.floor(np.clip(colour, 0, 1) * 255 + 0.5))
    return f"#{red:02x}{green:02x}{blue:02x}"
