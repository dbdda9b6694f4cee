"""The mean colour of each cell of a frame, in linear light, from some of its pixels.

A frame is divided into some hundred square cells. In each, about `_LUMA_SAMPLES` pixels of luma are
converted to linear light (BT.709, limited range, shown as sRGB), in short runs along the rows, at
the points of a Fibonacci lattice: detail of one pixel, rows and columns average out in it, so that
fine noise does not flicker. Colours are computed at `_COLOR_SAMPLES` of these pixels alone, and
scaled so that they agree with the mean of all samples (a ratio estimator; Cochran, Sampling
Techniques, 1977, chapter 6).
"""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from server.arrays import Float32Array, Int64Array

FrameSize = tuple[int, int]
"""Width and height, both even."""
GridShape = tuple[int, int]
"""Rows and columns of cells."""

_CELL_COUNTS = range(400, 641)
_SHAPE_TOLERANCE = 0.002
"""Relative deviation of a cell from a square that is accepted."""
_LUMA_SAMPLES = 320
_COLOR_SAMPLES = 16
_RUN_LENGTHS = (8, 4, 2)
"""Pixels that are copied as one number."""
_MIN_RUNS = 5
"""Least runs across a cell, whose sides are those of runs: a fifth of a cell off at most."""
_MAX_RATIO = 4.0
"""Greatest factor of a colour; what is missing is added as grey."""
_GOLDEN_RATIO = (5**0.5 - 1) / 2


@lru_cache
def grid_shape(size: FrameSize) -> GridShape:
    """Choose rows and columns of cells for frames of `size`: as square and as many as possible."""
    shape = size[0] / size[1]
    grids = [(rows, max(1, round(rows * shape))) for rows in range(1, _CELL_COUNTS.stop)]

    def deviation(grid: GridShape) -> tuple[float, int]:
        rows, columns = grid
        error = abs(columns / rows / shape - 1)
        return (max(error, _SHAPE_TOLERANCE), -rows * columns)

    return min((grid for grid in grids if grid[0] * grid[1] in _CELL_COUNTS), key=deviation)


class CellSampler:
    """Measures the cells of NV12 frames of one size.

    Args:
        size: of the frames.
    """

    def __init__(self, size: FrameSize) -> None:
        self.grid = grid_shape(size)
        self._luma_bytes = size[0] * size[1]
        run_length = _run_length(size, self.grid)
        self._run_at = _run_positions(size, self.grid, run_length)
        self._color_at = _color_positions(size, self._run_at, run_length)
        self._runs = np.empty(self._run_at.shape, np.dtype(f"u{run_length}"))
        self._pairs = self._runs.view(np.uint16).reshape(*self._runs.shape, run_length // 2)
        self._light = np.empty(self._pairs.shape, np.float32)
        self._colors = np.empty(self._color_at.shape, np.uint8)
        self._curve_at = np.empty(self._color_at.shape, np.float32)
        self._color_light = np.empty(self._color_at.shape, np.float32)

    def measure(self, frame: memoryview) -> Float32Array:
        """Return rows from the bottom up, columns, and RGB from 0 to 1 in linear light.

        Args:
            frame: luma, then pairs of Cb and Cr, rows from the top.
        """
        samples = np.frombuffer(frame, np.uint8)
        # Positions are valid: mode "clip" and arrays that are kept only spare numpy copies.
        runs = samples[: self._luma_bytes].view(self._runs.dtype)
        runs.take(self._run_at, out=self._runs, mode="clip")
        _PAIR_LIGHT.take(self._pairs, out=self._light, mode="clip")
        light = self._light.sum(axis=0).mean(axis=1) / len(self._light)
        samples.take(self._color_at, out=self._colors, mode="clip")
        colors, their_light = self._mean_colors()
        ratio = np.minimum(light / np.maximum(their_light, 1e-6), _MAX_RATIO)
        colors = colors * ratio + (light - their_light * ratio)
        cells: Float32Array = np.clip(colors.T, 0, 1).reshape(*self.grid, 3)
        return cells[::-1]

    def _mean_colors(self) -> tuple[Float32Array, Float32Array]:
        """Return the mean colours, (3, cells), and the mean light of their luma alone, (cells).

        The samples are Y, Cb and Cr (ITU-R BT.709-6, items 3.2 to 3.5).
        """
        luma, blue, red = self._colors
        codes = self._curve_at
        np.multiply(red, _RED_CR, out=codes[0])
        np.multiply(red, _GREEN_CR, out=codes[1])
        np.multiply(blue, _BLUE_CB, out=codes[2])
        codes[1] += blue * _GREEN_CB
        codes += luma * _GREY_Y
        codes += _OFFSETS
        _CURVE.take(codes.astype(np.intp), out=self._color_light, mode="clip")
        light: Float32Array = _LUMA_LIGHT.take(luma).mean(axis=0)
        return self._color_light.mean(axis=1), light


def _run_length(size: FrameSize, grid: GridShape) -> int:
    """Choose the longest runs that divide a row and of which enough span a cell."""
    return next(
        (
            length
            for length in _RUN_LENGTHS
            if size[0] % length == 0 and size[0] // length >= _MIN_RUNS * grid[1]
        ),
        _RUN_LENGTHS[-1],
    )


def _run_positions(size: FrameSize, grid: GridShape, run_length: int) -> Int64Array:
    """Return the indices of runs in the luma plane, shape (runs of a cell, cells)."""
    columns = size[0] // run_length
    down, across = -(-size[1] // grid[0]), -(-columns // grid[1])
    count = -(-_LUMA_SAMPLES // run_length)
    is_small = down * across <= count  # all its runs are taken
    at = np.arange(down * across if is_small else count)
    y = (at // across + 0.5) / down if is_small else (at + 0.5) / count
    x = (at % across + 0.5) / across if is_small else at * _GOLDEN_RATIO % 1
    run_rows = _spread(y, grid[0], size[1])[:, :, np.newaxis]
    run_columns = _spread(x, grid[1], columns)[:, np.newaxis, :]
    return (run_rows * columns + run_columns).reshape(len(at), -1)


def _spread(places: NDArray[np.floating[Any]], cells: int, length: int) -> Int64Array:
    """Return the coordinate of each place (0 to 1) in each of `cells` that divide `length`."""
    return ((np.arange(cells) + places[:, np.newaxis]) * length / cells).astype(np.int64)


def _color_positions(size: FrameSize, run_at: Int64Array, run_length: int) -> Int64Array:
    """Return the indices of Y, Cb and Cr in a frame, shape (3, samples, cells)."""
    at = np.arange(_COLOR_SAMPLES)
    pixels = run_at[at * len(run_at) // _COLOR_SAMPLES] * run_length
    pixels += (at * 3 % run_length)[:, np.newaxis]
    rows, columns = np.divmod(pixels, size[0])
    chroma = size[0] * size[1] + rows // 2 * size[0] + columns // 2 * 2
    return np.stack([pixels, chroma, chroma + 1])


def _linear(values: NDArray[np.floating[Any]]) -> Float32Array:
    """Convert sRGB (IEC 61966-2-1) to linear light."""
    clipped = np.clip(values, 0, 1)
    linear = np.where(clipped <= 0.04045, clipped / 12.92, ((clipped + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear, np.float32)


_CURVE_STEPS = 1020
_GREY_Y = np.float32(_CURVE_STEPS / 219)
_RED_CR, _GREEN_CB, _GREEN_CR, _BLUE_CB = (
    np.float32(factor / 224 * _CURVE_STEPS) for factor in (1.5748, -0.1873, -0.4681, 1.8556)
)
_CHROMA_FACTORS = np.stack([_RED_CR, _GREEN_CB + _GREEN_CR, _BLUE_CB])
_OFFSETS = (0.5 - 16 * _GREY_Y - 128 * _CHROMA_FACTORS)[:, np.newaxis, np.newaxis]
_CURVE = _linear(np.arange(_CURVE_STEPS + 1, dtype=np.float32) / _CURVE_STEPS)
_LUMA_LIGHT = _linear((np.arange(256, dtype=np.float32) - 16) / 219)
_PAIR_LIGHT = np.add.outer(_LUMA_LIGHT, _LUMA_LIGHT).ravel() / 2
"""Mean light of two pixels, by their bytes as one number."""
