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

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

CellValues = NDArray[np.float32]
"""Frames by cells."""
CellMask = NDArray[np.bool_]
CellChanges = NDArray[np.int8]
"""Frames by cells: 1 where a cell gets brighter, -1 where it gets darker, else 0."""

MAX_CHANGES_PER_S = 6
"""Changes of the frame in a second: three flashes."""
MAX_FLASHING_AREA = 0.25
"""Share of the cells that may flash without limit."""
LUMINANCE_WEIGHTS = (0.2126, 0.7152, 0.0722)
"""Weights of red, green and blue in relative luminance."""
MARGIN = 0.9
"""Share of a change that counts as one where a video is to be limited: cells are measured at some
of their pixels, and dimmed with rounding, and the definition has to hold afterwards."""
_BRIGHT = 0.80
_SATURATED = 0.8
_MERGE_WINDOW_S = 1 / 12
_LUMINANCE_THRESHOLD, _RED_THRESHOLD = 0.1, 20 / 320
"""Least difference that is a change."""


@dataclass(frozen=True)
class Signal:
    """A quantity that flashes: luminance or red.

    Attributes:
        values: its amount in each cell of each frame, 0 to 1.
        saturated: cells that are a saturated red; None for luminance.
        threshold: the least difference that is a change.
    """

    values: CellValues
    saturated: CellMask | None
    threshold: float

    def frame_range(self, first: int, last: int) -> "Signal":
        """Return the frames [first, last)."""
        saturated = None if self.saturated is None else self.saturated[first:last]
        return replace(self, values=self.values[first:last], saturated=saturated)

    def dimmed(self, gains: CellValues) -> "Signal":
        """Return the signal multiplied by `gains`, which have its frames and cells."""
        return replace(self, values=self.values * gains)

    def opposing_changes(self) -> CellChanges:
        """Return the changes of cells; none unless enough cells for a violation change at all."""
        values = self.values
        eligible = values < _BRIGHT if self.saturated is None else self.saturated
        range_is_enough = values.max(axis=0) - values.min(axis=0) >= self.threshold
        changing = range_is_enough & eligible.any(axis=0)
        changes = np.zeros(values.shape, np.int8)
        if changing.mean() > MAX_FLASHING_AREA:
            changes[:, changing] = _opposing_changes(
                values[:, changing], eligible[:, changing], self.threshold
            )
        return changes


def flash_signals(
    cell_colors: NDArray[np.float32], margin: float = MARGIN
) -> tuple[Signal, Signal]:
    """Compute luminance and red of a video.

    Args:
        cell_colors: shape (frames, rows, columns, 3), linear light 0 to 1.
        margin: share of a change, as WCAG defines it, that counts as one.
    """
    flat = cell_colors.reshape(len(cell_colors), -1, 3)
    red, green, blue = (flat[:, :, at] for at in range(3))
    luminance = (
        LUMINANCE_WEIGHTS[0] * red + LUMINANCE_WEIGHTS[1] * green + LUMINANCE_WEIGHTS[2] * blue
    )
    saturated = red > _SATURATED * (red + green + blue)
    reddish = np.maximum(red - green - blue, 0).astype(np.float32)
    return (
        Signal(luminance.astype(np.float32), None, _LUMINANCE_THRESHOLD * margin),
        Signal(reddish, saturated, _RED_THRESHOLD * margin),
    )


def _opposing_changes(values: CellValues, eligible: CellMask, threshold: float) -> CellChanges:
    changes = np.zeros(values.shape, np.int8)
    high, low, was_eligible = values[0].copy(), values[0].copy(), eligible[0].copy()
    direction = np.zeros(values.shape[1], np.int8)
    for frame in range(1, len(values)):
        now = values[frame]
        np.maximum(high, now, out=high)
        np.minimum(low, now, out=low)
        was_eligible |= eligible[frame]
        up = (now - low >= threshold) & (direction <= 0) & was_eligible
        down = (high - now >= threshold) & (direction >= 0) & was_eligible & ~up
        changed = up | down
        if changed.any():
            direction = np.where(changed, up.view(np.int8) - down.view(np.int8), direction)
            changes[frame] = np.where(changed, direction, 0)
            for extreme in (high, low):
                np.copyto(extreme, now, where=changed)
            np.copyto(was_eligible, eligible[frame], where=changed)
    return changes


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
        self._changed = opposing_changes != 0
        window = max(1, round(fps * _MERGE_WINDOW_S))
        up, down = (_extend(opposing_changes == direction, window) for direction in (1, -1))
        self._picture_changes = _picture_changes(_exceeds_area(up), _exceeds_area(down), window)
        self._changing_cells = up | down
        self.rate = _count_in_second(self._picture_changes[:, np.newaxis], fps)[:, 0]
        """Changes in the second that ends with each frame."""

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
        changes = self._picture_changes[first:last, np.newaxis] & self._changing_cells[first:last]
        cells = _count_in_second(changes, self._fps).max(axis=0) > MAX_CHANGES_PER_S
        if cells.mean() <= MAX_FLASHING_AREA:  # it moves around
            cells = changes.any(axis=0)
        # Changes within a twelfth of a second were counted as one; cells have the exact number.
        counts = np.sort(_count_in_second(self._changed[first:last], self._fps).max(axis=0))
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


def count_flashes(cell_colors: NDArray[np.float32], fps: int, margin: float = MARGIN) -> FlashCount:
    """Count the flashes of a video; for the arguments see `flash_signals`."""
    counters = [
        FlashCounter(signal.opposing_changes(), fps)
        for signal in flash_signals(cell_colors, margin)
    ]
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
