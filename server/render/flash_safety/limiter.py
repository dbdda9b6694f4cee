"""Attenuation of each cell of each frame so that a video does not flash too much.

Where it does, the flashing cells are attenuated towards a lower envelope: the moving minimum, then
the moving mean over as many frames, which is nowhere above the signal. The strength is the least
of 64 steps at which a new count finds no violation; it is one number for an interval, so that the
image keeps its shape, with fades of half a second at both ends. Nothing ever gets brighter.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from server.render.flash_safety.cell_sampler import GridShape
from server.render.flash_safety.detector import FlashCounter, Interval
from server.render.flash_safety.flash_signals import CellValues, Signal, flash_signals

OnProgress = Callable[[], None]
"""Called from time to time."""

_MAX_ROUNDS = 6
_ENVELOPE_ROUNDS = 3
"""Rounds after which intervals that still flash are attenuated fully."""
_ENVELOPE_WINDOWS = (6, 3, 2)
"""Fractions of a second, to either side, that an envelope spans: the shortest that suffices."""
_BISECTION_STEPS = 6
"""Halvings of the interval that contains the least strength."""


def limit_flashes(
    cell_colors: NDArray[np.float32], fps: int, on_progress: OnProgress = lambda: None
) -> CellValues | None:
    """Find the least attenuation that stops all excessive flashes.

    Args:
        cell_colors: every frame, shape (frames, rows, columns, 3), linear light 0 to 1.
        fps: frames a second.
        on_progress: called from time to time.

    Returns:
        Gains of shape (frames, rows, columns), at most 1; None if nothing has to be done.
    """
    frames, rows, columns = cell_colors.shape[:3]
    # Smaller changes can hide larger ones, since those within a twelfth of a second are merged: the
    # video has to be within the limit with the margin and without it.
    signals = (*flash_signals(cell_colors), *flash_signals(cell_colors, 1.0))
    gains = np.ones((frames, rows * columns), np.float32)
    for round_number in range(_MAX_ROUNDS):
        within_limit = True
        for signal in signals:
            on_progress()
            limited = signal.dimmed(resample_gains(gains, (rows, columns)))
            for interval in FlashCounter(limited.opposing_changes(), fps).intervals():
                within_limit = False
                limiter = _IntervalLimiter(signal, gains, (rows, columns), fps, interval)
                if round_number < _ENVELOPE_ROUNDS:
                    limiter.attenuate_to_envelope(on_progress)
                else:
                    limiter.attenuate_fully()
        if within_limit and round_number == 0:
            return None
        if within_limit:
            break
    return gains.reshape(frames, rows, columns)


def resample_gains(gains: CellValues, grid: GridShape) -> CellValues:
    """Return the mean gain of each cell after bilinear sampling, as in the full-size frame."""
    padded = np.pad(gains.reshape(-1, *grid), ((0, 0), (1, 1), (1, 1)), "edge")
    rows = padded[:, :-2] * 0.125 + padded[:, 1:-1] * 0.75 + padded[:, 2:] * 0.125
    both = rows[:, :, :-2] * 0.125 + rows[:, :, 1:-1] * 0.75 + rows[:, :, 2:] * 0.125
    resampled: CellValues = both.reshape(gains.shape)
    return resampled


class _IntervalLimiter:
    """Limits one interval of one signal, with a second to either side; changes `gains` in place."""

    def __init__(
        self, signal: Signal, gains: CellValues, grid: GridShape, fps: int, interval: Interval
    ) -> None:
        first = max(0, interval.first - 2 * fps)
        last = min(len(gains), interval.last + 2 * fps)
        self._signal = signal.frame_range(first, last)
        self._gains = gains[first:last]
        self._grid, self._fps = grid, fps
        self._weight = _fade_window(
            last - first, interval.first - first, interval.last - first, fps // 2
        )
        self._weight = self._weight[:, np.newaxis] * _feathered_mask(interval.cells, grid)

    def attenuate_to_envelope(self, on_progress: OnProgress) -> None:
        """Attenuate towards the envelope, by the least strength that suffices."""
        values = self._signal.values * self._gains
        for part in _ENVELOPE_WINDOWS:
            depth = self._weight * _envelope_depth(values, -(-self._fps // part))
            if self._is_within_limit(depth):
                break
            on_progress()
        sufficient, insufficient = 1.0, 0.0
        for _ in range(_BISECTION_STEPS):
            on_progress()
            strength = (sufficient + insufficient) / 2
            within_limit = self._is_within_limit(strength * depth)
            sufficient, insufficient = (
                (strength, insufficient) if within_limit else (sufficient, strength)
            )
        self._gains *= 1 - sufficient * depth

    def attenuate_fully(self) -> None:
        """Attenuate to a level at which nothing can flash."""
        brightest = float((self._signal.values * self._gains).max())
        ceiling = self._signal.threshold * 0.9
        if brightest > ceiling:
            self._gains *= 1 - self._weight * np.float32(1 - ceiling / brightest)

    def _is_within_limit(self, depth: CellValues) -> bool:
        gains = resample_gains(self._gains * (1 - depth), self._grid)
        return not FlashCounter(self._signal.dimmed(gains).opposing_changes(), self._fps).excessive


def _envelope_depth(values: CellValues, reach: int) -> CellValues:
    """Return the distance of the envelope below each value, as a share of the value."""
    padded = np.pad(values, ((2 * reach, 2 * reach), (0, 0)), "edge")
    span = 2 * reach + 1
    lowest = np.lib.stride_tricks.sliding_window_view(padded, span, axis=0).min(axis=-1)
    total = np.cumsum(np.pad(lowest, ((1, 0), (0, 0))), axis=0, dtype=np.float64)
    mean = (total[span:] - total[:-span]) / span
    depth: CellValues = (1 - np.minimum(mean / np.maximum(values, 1e-6), 1)).astype(np.float32)
    return depth


def _fade_window(frames: int, first: int, last: int, length: int) -> CellValues:
    """Return 1 in [first, last), a raised cosine over `length` frames before and after, else 0."""
    at = np.arange(frames)
    away = np.maximum(np.maximum(first - at, at - last + 1), 0)
    return (0.5 + 0.5 * np.cos(np.pi * np.minimum(away / (length + 1), 1))).astype(np.float32)


def _feathered_mask(cells: NDArray[np.bool_], grid: GridShape) -> CellValues:
    """Return 1 in `cells`, falling to 0 over two cells around them."""
    padded = np.pad(cells.reshape(grid), 2).astype(np.float32)
    near = np.lib.stride_tricks.sliding_window_view(padded, (3, 3)).max(axis=(2, 3))
    mean: CellValues = np.lib.stride_tricks.sliding_window_view(near, (3, 3)).mean(axis=(2, 3))
    return mean.ravel().astype(np.float32)
