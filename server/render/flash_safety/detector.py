"""Flashes in the cells of a whole video, counted as WCAG 2.1, criterion 2.3.1, defines them.

A frame is divided into cells with the mean colour of their area, in linear light. A cell changes
when its relative luminance has risen or fallen by 10 % of the maximum since its last change, one
of both states being darker than 0.80. A cell changes in red when (R - G - B) x 320 changes by more
than 20 and R / (R + G + B) of one of both states is at least 0.8. Changes of cells in the same
direction within a twelfth of a second are one; if they cover more than a quarter of all cells, in
the opposite direction to the last time, the frame changes. Two opposing changes are a flash, and
more than three flashes in any second are too many. So a bright object that moves is not a flash,
but one that jumps around is.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.render.flash_safety.flash_signals import (
    BLOCK,
    MARGIN,
    MAX_FLASHING_AREA,
    CellChanges,
    CellColors,
    CellMask,
    SignalBlocks,
    opposing_changes,
)

MAX_CHANGES_PER_S = 6
"""Changes of the frame in a second: three flashes."""
_MERGE_WINDOW_S = 1 / 12


@dataclass(frozen=True)
class Interval:
    """Frames [first, last) that flash too much.

    Attributes:
        cells: the cells that flash.
        rate: flashes a second over more than a quarter of the frame, at the worst moment.
    """

    first: int
    last: int
    cells: CellMask
    rate: float


class FlashCounter:
    """Counts the changes of the frame, and finds where there are too many.

    Args:
        opposing_changes: changes of every cell.
        fps: frames a second.
    """

    def __init__(self, opposing_changes: CellChanges, fps: int) -> None:
        self._fps = fps
        self._changes = opposing_changes
        self._window = window = max(1, round(fps * _MERGE_WINDOW_S))
        up, down = (self._frames_that_change(direction) for direction in (1, -1))
        self._picture_changes = _picture_changes(up, down, window)
        self.rate = _count_in_second(self._picture_changes[:, np.newaxis], fps)[:, 0]
        """Changes in the second that ends with each frame."""

    def _frames_that_change(self, direction: int) -> CellMask:
        """Return the frames in which more than a quarter of the cells change in a direction."""
        firsts = range(0, len(self._changes), BLOCK)
        parts = (self._cells_that_change(direction, at, at + BLOCK) for at in firsts)
        return np.concatenate([_exceeds_area(part) for part in parts])

    def _cells_that_change(self, direction: int, first: int, last: int) -> CellMask:
        """Return the cells that change in a direction, within the window, in [first, last)."""
        begin = max(0, first - self._window + 1)
        return _extend(self._changes[begin:last] == direction, self._window)[first - begin :]

    @property
    def excessive(self) -> bool:
        """True if any second has too many."""
        return bool((self.rate > MAX_CHANGES_PER_S).any())

    def intervals(self) -> list[Interval]:
        """Return the violations, each with the second before it; merge those within a second."""
        ends = np.flatnonzero(self.rate > MAX_CHANGES_PER_S)
        parts = np.split(ends, np.flatnonzero(np.diff(ends) > 2 * self._fps) + 1)
        return [self._interval(part) for part in parts if len(part)]

    def _interval(self, ends: NDArray[np.intp]) -> Interval:
        first, last = max(0, int(ends[0]) - self._fps + 1), int(ends[-1]) + 1
        up, down = (self._cells_that_change(direction, first, last) for direction in (1, -1))
        changes = self._picture_changes[first:last, np.newaxis] & (up | down)
        cells = _count_in_second(changes, self._fps).max(axis=0) > MAX_CHANGES_PER_S
        if cells.mean() <= MAX_FLASHING_AREA:  # it moves around
            cells = changes.any(axis=0)
        # Changes within a twelfth of a second were counted as one; cells have the exact number.
        counts = np.sort(_count_in_second(self._changes[first:last] != 0, self._fps).max(axis=0))
        peak = max(self.rate[ends].max(), counts[-1 - int(MAX_FLASHING_AREA * len(counts))])
        return Interval(first, last, cells, float(peak) / 2)


@dataclass(frozen=True)
class FlashCount:
    """Flashes of a video.

    Attributes:
        rate: the most in a second over more than a quarter of the frame.
        intervals: where luminance or red flashes too much; may overlap.
    """

    rate: float
    intervals: list[Interval]

    def merged_intervals(self) -> list[tuple[int, int, float]]:
        """Return first frame, last frame and rate of intervals in order, without overlap."""
        merged: list[tuple[int, int, float]] = []
        for first, last, rate in sorted((s.first, s.last, s.rate) for s in self.intervals):
            if merged and first <= merged[-1][1]:
                begin, end, worst = merged.pop()
                merged.append((begin, max(end, last), max(worst, rate)))
            else:
                merged.append((first, last, rate))
        return merged


def count_flashes(cell_colors: CellColors, fps: int, margin: float = MARGIN) -> FlashCount:
    """Count the flashes of a video; for the arguments see `flash_signals`."""
    signals = [SignalBlocks(cell_colors, margin, at) for at in (0, 1)]
    counters = [FlashCounter(opposing_changes(signal, len(cell_colors)), fps) for signal in signals]
    rate = max(float(counter.rate.max()) for counter in counters) / 2
    return FlashCount(rate, [interval for each in counters for interval in each.intervals()])


def _extend(marks: CellMask, window: int) -> CellMask:
    """Extend each mark to `window` frames."""
    extended = marks.copy()
    for later in range(1, window):
        extended[later:] |= marks[:-later]
    return extended


def _exceeds_area(marks: CellMask) -> CellMask:
    """Return the frames in which more than a quarter of the cells are marked."""
    exceeds: CellMask = np.mean(marks, axis=1) > MAX_FLASHING_AREA
    return exceeds


def _picture_changes(up: CellMask, down: CellMask, window: int) -> CellMask:
    """Return the frames in which the frame changes in the opposite direction to its last change."""
    changes = np.zeros(len(up), np.bool_)
    previous, window_end = 0, 0
    for frame in np.flatnonzero(up | down).tolist():
        direction = int(up[frame]) - int(down[frame])
        if frame >= window_end and (direction == 0 or direction != previous):
            changes[frame] = True
            previous, window_end = direction, frame + window
    return changes


def _count_in_second(changes: CellMask, fps: int) -> NDArray[np.int16]:
    """Count the changes in the second that ends with each frame."""
    total = np.cumsum(changes, axis=0, dtype=np.int16)
    total[fps:] -= total[:-fps].copy()
    return total
