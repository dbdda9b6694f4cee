"""A colour chart that fills a frame, stored in the colour spaces that photos come in."""

import io
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tests.harness import icc

Pixels = NDArray[np.uint8]
"""(height, width, 3), sRGB unless it is said otherwise."""

_PATCHES = (
    *("735244", "c29682", "627a9d", "576c43", "8580b1", "67bdaa"),
    *("d67e2c", "505ba6", "c15a63", "5e3c6c", "9dbc40", "e0a32e"),
    *("383d96", "469449", "af363c", "e7c71f", "bb5695", "0885a1"),
    *("f3f3f2", "c8c8c8", "a0a0a0", "7a7a79", "555555", "343434"),
)
"""The 24 patches of a ColorChecker chart in sRGB, as its maker published them in 2005."""
_PRIMARIES = ("ff0000", "00ff00", "0000ff", "00ffff", "ff00ff", "ffff00")
_GREYS = tuple(f"{level:02x}" * 3 for level in (0, 16, 32, 64, 96, 128, 160, 192, 224, 255))
_COLUMNS = 8
_ROWS = 6
"""Five rows of patches, and one of two gradients: grey, and blue to orange."""
_ENDS = (("000000", "ffffff"), ("1030a0", "f0a040"))


@dataclass(frozen=True)
class Chart:
    """The chart in a frame of this size.

    Its patches have the order of the published ones, then red, green, blue, cyan, magenta and
    yellow, then greys from black to white.
    """

    width: int
    height: int

    @property
    def pixels(self) -> Pixels:
        colours = np.array([_colour(text) for text in (*_PATCHES, *_PRIMARIES, *_GREYS)])
        cells = self._cells()
        whole = colours.reshape(_ROWS - 1, _COLUMNS, 3)[np.minimum(cells[0], 4), cells[1]]
        place = (np.arange(self.width) + 0.5)[:, np.newaxis] / self.width
        upper = cells[0][:, 0] == _ROWS - 1
        lower = np.arange(self.height) >= self.height - self._gradient_height
        for rows, (left, right) in zip((upper, upper & lower), _ENDS, strict=True):
            whole[rows] = np.rint(_colour(left) * (1 - place) + _colour(right) * place)
        return whole.astype(np.uint8)

    def away_from_edges(self, margin: int) -> NDArray[np.bool_]:
        """Return True for the pixels (height, width) with no other patch within `margin`."""
        rows, columns = self._cells()
        lower = np.arange(self.height) >= self.height - self._gradient_height
        flat = np.where(rows < _ROWS - 1, columns, lower[:, np.newaxis])
        labels = np.pad(rows * _COLUMNS + flat, margin, mode="edge")
        views = np.lib.stride_tricks.sliding_window_view
        across = views(labels, 2 * margin + 1, axis=1)
        same = views(np.ptp(across, axis=2) == 0, 2 * margin + 1, axis=0).all(axis=2)
        middle = views(labels[:, margin : margin + self.width], 2 * margin + 1, axis=0)
        return np.asarray(same & (np.ptp(middle, axis=2) == 0))

    def patch_means(self, shown: Pixels, margin: int) -> NDArray[np.float64]:
        """Return the mean colour of each patch in a frame, (40, 3), without `margin` pixels."""
        rows, columns = self._cells()
        inside = self.away_from_edges(margin) & (rows < _ROWS - 1)
        cells = (rows * _COLUMNS + columns)[inside]
        sums = [np.bincount(cells, shown[inside][:, channel]) for channel in range(3)]
        return np.stack(sums, axis=1) / np.bincount(cells)[:, np.newaxis]

    @property
    def _gradient_height(self) -> int:
        return self.height // _ROWS // 2

    def _cells(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the row and the column of the cell of each pixel."""
        y, x = np.mgrid[: self.height, : self.width]
        return y * _ROWS // self.height, x * _COLUMNS // self.width


def srgb_png(pixels: Pixels) -> bytes:
    """Store it as it is, without a profile."""
    return _saved(pixels, "PNG", None)


def adobe_rgb_jpeg(pixels: Pixels) -> bytes:
    """Store it as a camera set to Adobe RGB does."""
    encoded = _converted(pixels, icc.ADOBE_RGB, lambda light: light ** (1 / icc.ADOBE_GAMMA))
    return _saved(encoded, "JPEG", icc.adobe_rgb())


def display_p3_jpeg(pixels: Pixels) -> bytes:
    """Store it as a phone does that shoots in Display P3."""
    return _saved(_converted(pixels, icc.DISPLAY_P3, _encoded), "JPEG", icc.display_p3())


STORED: dict[str, Callable[[Pixels], bytes]] = {
    "sRGB": srgb_png,
    "Adobe RGB": adobe_rgb_jpeg,
    "Display P3": display_p3_jpeg,
}
"""Files that all show the same colours, by the colour space of their numbers."""


def _colour(text: str) -> NDArray[np.int64]:
    return np.array([int(text[at : at + 2], 16) for at in (0, 2, 4)])


def _converted(
    pixels: Pixels,
    primaries: icc.Primaries,
    encode: Callable[[NDArray[np.float64]], NDArray[np.float64]],
) -> Pixels:
    """Return the numbers of the same colours with other primaries and another curve."""
    values = pixels / 255
    light = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    matrix = np.linalg.solve(icc.to_d50(primaries), icc.to_d50(icc.SRGB))
    encoded = encode((light @ matrix.T).clip(0, 1))
    return np.rint(encoded * 255).astype(np.uint8)


def _encoded(light: NDArray[np.float64]) -> NDArray[np.float64]:
    """Apply the curve of sRGB."""
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


def _saved(pixels: Pixels, kind: str, profile: bytes | None) -> bytes:
    file = io.BytesIO()
    options = {"quality": 97, "subsampling": 0} if kind == "JPEG" else {}
    Image.fromarray(pixels).save(file, kind, icc_profile=profile, **options)
    return file.getvalue()
