"""Measures of what an encoder does to smooth dark areas: lost levels and visible blocks."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Luma = NDArray[Any]
"""(frames, height, width), in levels of 8 bits."""

_CELL = 8
"""Edge of the cells whose means are compared: dither and grain average out in them."""
_MIN_SHARE = 0.01
"""Share of the cells that a level must have to count."""
_BLOCK = 16
"""Edge of a macroblock."""
_SIDE = 4
"""Pixels on each side of an edge that a step is measured over."""
_SMALLEST, _LARGER = 0.75, 1.25
"""Levels of a step of one level, and of more."""


class Levels(NamedTuple):
    """The levels of a gradient after encoding, by cells of 8 x 8 pixels."""

    kept: float
    """Share of the levels whose cells still have, in the mean, that level within a half."""
    error: float
    """The difference that only a hundredth of the cells exceeds; rounding alone makes a half."""


class BlockEdges(NamedTuple):
    """Steps along the edges of blocks, beyond those along all other lines of the picture.

    Both are shares of the edges, each 16 pixels long.
    """

    smallest: float
    """Steps of about one level, the smallest that 8 bits can show: contours that follow blocks."""
    larger: float
    """Steps of more than a level: visible blocks."""


def compare_levels(shown: Luma, drawn: Luma) -> Levels:
    """Compare decoded frames of a gradient with those that were encoded."""
    after, before = _cell_means(shown), _cell_means(drawn)
    levels = np.rint(before)
    values, counts = np.unique(levels, return_counts=True)
    means = [
        abs(after[levels == level].mean() - before[levels == level].mean())
        for level in values[counts >= _MIN_SHARE * levels.size]
    ]
    kept = float(np.mean(np.array(means) <= 0.5))
    return Levels(kept, float(np.percentile(np.abs(after - before), 99)))


def measure_block_edges(luma: Luma) -> BlockEdges:
    """Measure the steps between blocks of 16 x 16 pixels, in both directions."""
    both = [_steps(luma), _steps(luma.swapaxes(1, 2))]
    on_grid = np.concatenate([steps[:, :, at == 0].ravel() for steps, at in both])
    elsewhere = np.concatenate([steps[:, :, at != 0].ravel() for steps, at in both])
    shares = [
        ((low < steps) & (steps <= high)).mean()
        for low, high in ((_SMALLEST, _LARGER), (_LARGER, np.inf))
        for steps in (on_grid, elsewhere)
    ]
    return BlockEdges(float(shares[0] - shares[1]), float(shares[2] - shares[3]))


def _cell_means(luma: Luma) -> NDArray[np.float64]:
    count, height, width = luma.shape
    height, width = height // _CELL * _CELL, width // _CELL * _CELL
    cells = luma[:, :height, :width].reshape(count, height // _CELL, _CELL, -1, _CELL)
    means: NDArray[np.float64] = cells.mean(axis=(2, 4), dtype=np.float64)
    return means


def _steps(luma: Luma) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the steps across vertical lines, and the position of each line in its block.

    Steps have the shape (frames, rows of blocks, lines).
    """
    count, height, width = luma.shape
    rows = luma[:, : height // _BLOCK * _BLOCK].reshape(count, -1, _BLOCK, width)
    sums = np.cumsum(rows.mean(axis=2, dtype=np.float64), axis=2)
    sums = np.concatenate([np.zeros_like(sums[:, :, :1]), sums], axis=2)
    lines = np.arange(_SIDE, width - _SIDE + 1)
    before = sums[:, :, lines] - sums[:, :, lines - _SIDE]
    after = sums[:, :, lines + _SIDE] - sums[:, :, lines]
    return np.abs(after - before) / _SIDE, lines % _BLOCK


def dark_gradient(width: int, height: int, frames: int) -> Luma:
    """Return a slow dark gradient of 22 levels that moves a little, dithered as frames are."""
    y, x = np.mgrid[:height, :width]
    bits = ((x ^ y) & 7, y & 7)
    order = sum(
        (bit >> at & 1) << (5 - 2 * at - second)
        for second, bit in enumerate(bits)
        for at in range(3)
    )
    dither = (order + 0.5) / 64 - 0.5
    levels = 18 + 16 * x / width + 6 * y / height + dither
    shades = 1.5 * np.sin(np.arange(frames) / 30)
    gradient: Luma = np.rint(levels + shades[:, np.newaxis, np.newaxis]).astype(np.uint8)
    return gradient
