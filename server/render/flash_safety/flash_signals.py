"""The quantities of a video that flash, luminance and red, and the changes of cells in them.

They are read some frames at a time, since videos may be long; what a change is, detector.py says.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

CellValues = NDArray[np.float32]
"""Frames by cells."""
CellMask = NDArray[np.bool_]
CellChanges = NDArray[np.int8]
"""Frames by cells: 1 where a cell gets brighter, -1 where it gets darker, else 0."""

MAX_FLASHING_AREA = 0.25
"""Share of the cells that may flash without limit."""
LUMINANCE_WEIGHTS = (0.2126, 0.7152, 0.0722)
"""Weights of red, green and blue in relative luminance."""
MARGIN = 0.9
"""Share of a change that counts as one where a video is to be limited: cells are measured at some
of their pixels, and dimmed with rounding, and the definition has to hold afterwards."""
BLOCK = 512
"""Frames whose cells are in memory at one time."""
_BRIGHT = 0.80
_SATURATED = 0.8
_LUMINANCE_THRESHOLD, _RED_THRESHOLD = 0.1, 20 / 320
"""Least difference that is a change."""


class CellColors(Protocol):
    """The cells of a video, read some frames at a time; an array is one too."""

    def __len__(self) -> int:
        """Return the number of frames."""

    def __getitem__(self, frames: slice, /) -> NDArray[np.float32]:
        """Return consecutive frames: (frames, rows, columns, 3), linear light 0 to 1."""


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

    @property
    def eligible(self) -> CellMask:
        """Cells that may be one state of a change."""
        return self.values < _BRIGHT if self.saturated is None else self.saturated

    def opposing_changes(self) -> CellChanges:
        """Return the changes of cells; none unless enough cells for a violation change at all."""
        return opposing_changes([self], len(self.values))


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


class SignalBlocks:
    """A signal of a video, a block of frames at a time; each iteration reads the cells again.

    Args:
        cell_colors: the cells.
        margin: see flash_signals.
        at: 0 for luminance, 1 for red.
    """

    def __init__(self, cell_colors: CellColors, margin: float, at: int) -> None:
        self._cell_colors, self._margin, self._at = cell_colors, margin, at

    def __iter__(self) -> Iterator[Signal]:
        """Yield consecutive blocks."""
        for first in range(0, len(self._cell_colors), BLOCK):
            block = self._cell_colors[first : first + BLOCK]
            yield flash_signals(block, self._margin)[self._at]


def opposing_changes(blocks: Iterable[Signal], frames: int) -> CellChanges:
    """Return the changes of cells, none unless enough cells for a violation change at all.

    Args:
        blocks: consecutive blocks of one signal, iterated twice.
        frames: of all of them.
    """
    changing = _changing_cells(blocks)
    changes = np.zeros((frames, len(changing)), np.int8)
    if changing.mean() > MAX_FLASHING_AREA:
        tracker, first = _ChangeTracker(), 0
        for block in blocks:
            last = first + len(block.values)
            changes[first:last, changing] = tracker.changes(block, changing)
            first = last
    return changes


def _changing_cells(blocks: Iterable[Signal]) -> CellMask:
    """Return the cells whose values differ by enough for a change."""
    highs, lows, eligible, threshold = [], [], [], 0.0
    for block in blocks:
        highs.append(block.values.max(axis=0))
        lows.append(block.values.min(axis=0))
        eligible.append(block.eligible.any(axis=0))
        threshold = block.threshold
    range_is_enough = np.max(highs, axis=0) - np.min(lows, axis=0) >= threshold
    changing: CellMask = range_is_enough & np.any(eligible, axis=0)
    return changing


class _ChangeTracker:
    """Finds the changes of cells from frame to frame; it goes on with each block."""

    def __init__(self) -> None:
        self._state: tuple[CellValues, CellValues, CellMask, NDArray[np.int8]] | None = None
        """Highest and lowest value, and eligibility, since the last change; its direction."""

    def changes(self, block: Signal, cells: CellMask) -> CellChanges:
        """Return the changes of some cells in the next frames."""
        values, eligible, threshold = (
            block.values[:, cells],
            block.eligible[:, cells],
            block.threshold,
        )
        changes = np.zeros(values.shape, np.int8)
        if self._state is None:
            standing = np.zeros(values.shape[1], np.int8)
            self._state = values[0].copy(), values[0].copy(), eligible[0].copy(), standing
        high, low, was_eligible, direction = self._state
        for frame, now in enumerate(values):
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
        self._state = high, low, was_eligible, direction
        return changes
