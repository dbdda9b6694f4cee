"""How dark each cell of each frame must be made so that a film does not flash too much.

Where it does, the cells that take part are drawn towards a calm lower envelope: the moving minimum,
then the moving mean over as many frames, which is nowhere above the signal. How far is the least
of 64 steps under which a new count finds nothing; it is one number for a stretch, so that the
picture keeps its shape, and sets in and ends over half a second. Nothing is ever made brighter.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.render.flash_safety.detector import Cells, Count, Signal, Stretch, signals

Grid = tuple[int, int]
"""Rows and columns of cells."""
Told = Callable[[], None]
"""Called now and then."""

_ROUNDS = 6
_GENTLE = 3
"""Rounds after which what still flashes is made dark instead."""
_WINDOWS = (6, 3, 2)
"""Parts of a second, to either side, over which an envelope is taken: the shortest that will do."""
_STEPS = 6
"""Halvings of the interval in which the least strength lies."""


@dataclass(frozen=True)
class Limited:
    """What keeps a film within the limit.

    Attributes:
        gains: shape (frames, rows, columns), at most 1; None where nothing has to be done.
        stretches: what flashed too much before: first frame, last and flashes a second.
    """

    gains: Cells | None
    stretches: list[tuple[int, int, float]]


def limit(pictures: NDArray[np.float32], fps: int, told: Told = lambda: None) -> Limited:
    """Find what flashes too much, and the least that stops it.

    Args:
        pictures: every frame, shape (frames, rows, columns, 3), linear light 0 to 1.
        fps: frames a second.
        told: called while it works.
    """
    frames, rows, columns = pictures.shape[:3]
    both = signals(pictures.reshape(frames, rows * columns, 3))
    before = [s for signal in both for s in Count(signal.turns(), fps).stretches()]
    if not before:
        return Limited(None, [])
    gains = np.ones((frames, rows * columns), np.float32)
    for turn in range(_ROUNDS):
        calm = True
        for signal in both:
            told()
            seen = signal.dimmed(spread(gains, (rows, columns)))
            for stretch in Count(seen.turns(), fps).stretches():
                calm = False
                work = _Work(signal, gains, (rows, columns), fps, stretch)
                work.soften(told) if turn < _GENTLE else work.darken()
        if calm:
            break
    return Limited(gains.reshape(frames, rows, columns), _merged(before))


def _merged(stretches: list[Stretch]) -> list[tuple[int, int, float]]:
    """In order, those that overlap as one."""
    found: list[tuple[int, int, float]] = []
    for first, last, rate in sorted((s.first, s.last, s.rate) for s in stretches):
        if found and first <= found[-1][1]:
            begin, end, most = found.pop()
            found.append((begin, max(end, last), max(most, rate)))
        else:
            found.append((first, last, rate))
    return found


def spread(gains: Cells, grid: Grid) -> Cells:
    """The mean of each cell when `gains` are sampled bilinearly, as the picture samples them."""
    padded = np.pad(gains.reshape(-1, *grid), ((0, 0), (1, 1), (1, 1)), "edge")
    rows = padded[:, :-2] * 0.125 + padded[:, 1:-1] * 0.75 + padded[:, 2:] * 0.125
    both = rows[:, :, :-2] * 0.125 + rows[:, :, 1:-1] * 0.75 + rows[:, :, 2:] * 0.125
    found: Cells = both.reshape(gains.shape)
    return found


class _Work:
    """One stretch of one signal, with a second to either side; it changes `gains` in place."""

    def __init__(
        self, signal: Signal, gains: Cells, grid: Grid, fps: int, stretch: Stretch
    ) -> None:
        first = max(0, stretch.first - 2 * fps)
        last = min(len(gains), stretch.last + 2 * fps)
        self._signal = signal.part(first, last)
        self._gains = gains[first:last]
        self._grid, self._fps = grid, fps
        self._weight = _ramp(last - first, stretch.first - first, stretch.last - first, fps // 2)
        self._weight = self._weight[:, np.newaxis] * _soft(stretch.cells, grid)

    def soften(self, told: Told) -> None:
        """Towards the envelope, as little as will do."""
        values = self._signal.values * self._gains
        for part in _WINDOWS:
            depth = self._weight * _depth(values, -(-self._fps // part))
            if self._is_calm(depth):
                break
            told()
        above, below = 1.0, 0.0
        for _ in range(_STEPS):
            told()
            middle = (above + below) / 2
            calm = self._is_calm(middle * depth)
            above, below = (middle, below) if calm else (above, middle)
        self._gains *= 1 - above * depth

    def darken(self) -> None:
        """To where nothing can flash any more."""
        most = float((self._signal.values * self._gains).max())
        least = self._signal.least * 0.9
        if most > least:
            self._gains *= 1 - self._weight * np.float32(1 - least / most)

    def _is_calm(self, depth: Cells) -> bool:
        gains = spread(self._gains * (1 - depth), self._grid)
        return not Count(self._signal.dimmed(gains).turns(), self._fps).excessive


def _depth(values: Cells, reach: int) -> Cells:
    """How far below each value its envelope lies, as a part of the value."""
    padded = np.pad(values, ((2 * reach, 2 * reach), (0, 0)), "edge")
    span = 2 * reach + 1
    lowest = np.lib.stride_tricks.sliding_window_view(padded, span, axis=0).min(axis=-1)
    total = np.cumsum(np.pad(lowest, ((1, 0), (0, 0))), axis=0, dtype=np.float64)
    mean = (total[span:] - total[:-span]) / span
    depth: Cells = (1 - np.minimum(mean / np.maximum(values, 1e-6), 1)).astype(np.float32)
    return depth


def _ramp(frames: int, first: int, last: int, length: int) -> Cells:
    """1 in [first, last), a raised cosine over `length` frames before and after, else 0."""
    at = np.arange(frames)
    away = np.maximum(np.maximum(first - at, at - last + 1), 0)
    return (0.5 + 0.5 * np.cos(np.pi * np.minimum(away / (length + 1), 1))).astype(np.float32)


def _soft(cells: NDArray[np.bool_], grid: Grid) -> Cells:
    """1 in `cells`, falling to 0 over two cells around them."""
    padded = np.pad(cells.reshape(grid), 2).astype(np.float32)
    near = np.lib.stride_tricks.sliding_window_view(padded, (3, 3)).max(axis=(2, 3))
    mean: Cells = np.lib.stride_tricks.sliding_window_view(near, (3, 3)).mean(axis=(2, 3))
    return mean.ravel().astype(np.float32)
