"""Flashes in small pictures of a whole film, counted as WCAG 2.1, criterion 2.3.1, defines them.

A picture is cut into cells, each as bright as its mean, in linear light. A cell turns when its
relative luminance has risen or fallen by 10 % of the maximum since it turned last, one of both
states being darker than 0.80. It turns red when (R - G - B) x 320 changes by more than 20,
R / (R + G + B) of one of both states being at least 0.8. Cells that turn the same way within a
twelfth of a second turn together; where they are more than a quarter of all, and turn another way
than was done last, the picture changes. Two changes are a flash: more than three in any period of a
second are too many. So a bright thing that moves is no flash, and one that wanders is.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Cells = NDArray[np.float32]
"""Frames by cells."""
Marks = NDArray[np.bool_]
Turns = NDArray[np.int8]
"""Frames by cells: 1 where a cell turns up, -1 where it turns down, else 0."""

MOST_CHANGES = 6
"""Of the picture in a second: three flashes."""
AREA = 0.25
"""Part of the cells that may flash as they like."""
WEIGHTS = (0.2126, 0.7152, 0.0722)
"""Of red, green and blue in relative luminance."""
_MARGIN = 0.9
"""Less than the definition is taken for a change: a small picture is near to the large one only."""
_BRIGHT = 0.80
_SATURATED = 0.8
_TOGETHER_S = 1 / 12
LUMINANCE, RED = 0.1 * _MARGIN, 20 / 320 * _MARGIN
"""What is a change."""


@dataclass(frozen=True)
class Signal:
    """What flashes: luminance, or red.

    Attributes:
        values: how much of it each cell has in each frame, 0 to 1.
        saturated: where a cell is a saturated red; None for luminance.
    """

    values: Cells
    saturated: Marks | None

    @property
    def least(self) -> float:
        """What is a change of it."""
        return LUMINANCE if self.saturated is None else RED

    def part(self, first: int, last: int) -> "Signal":
        """The frames [first, last)."""
        saturated = None if self.saturated is None else self.saturated[first:last]
        return Signal(self.values[first:last], saturated)

    def dimmed(self, gains: Cells) -> "Signal":
        """The same under `gains`, which are for its frames and cells."""
        return Signal(self.values * gains, self.saturated)

    def turns(self) -> Turns:
        """Where cells turn; none unless cells enough for a violation change at all."""
        values = self.values
        counts = values < _BRIGHT if self.saturated is None else self.saturated
        moving = (values.max(axis=0) - values.min(axis=0) >= self.least) & counts.any(axis=0)
        found = np.zeros(values.shape, np.int8)
        if moving.mean() > AREA:
            found[:, moving] = _turns(values[:, moving], counts[:, moving], self.least)
        return found


def signals(pictures: NDArray[np.float32]) -> tuple[Signal, Signal]:
    """Luminance and red of pictures of shape (frames, cells, 3), linear light."""
    red, green, blue = (pictures[:, :, at] for at in range(3))
    luminance = WEIGHTS[0] * red + WEIGHTS[1] * green + WEIGHTS[2] * blue
    saturated = red > _SATURATED * (red + green + blue)
    reddish = np.maximum(red - green - blue, 0).astype(np.float32)
    return Signal(luminance.astype(np.float32), None), Signal(reddish, saturated)


def _turns(values: Cells, counts: Marks, least: float) -> Turns:
    found = np.zeros(values.shape, np.int8)
    high, low, seen = values[0].copy(), values[0].copy(), counts[0].copy()
    way = np.zeros(values.shape[1], np.int8)
    for frame in range(1, len(values)):
        now = values[frame]
        np.maximum(high, now, out=high)
        np.minimum(low, now, out=low)
        seen |= counts[frame]
        up = (now - low >= least) & (way <= 0) & seen
        down = (high - now >= least) & (way >= 0) & seen & ~up
        turned = up | down
        if turned.any():
            way = np.where(turned, up.view(np.int8) - down.view(np.int8), way)
            found[frame] = np.where(turned, way, 0)
            for kept in (high, low):
                np.copyto(kept, now, where=turned)
            np.copyto(seen, counts[frame], where=turned)
    return found


@dataclass(frozen=True)
class Stretch:
    """Frames [first, last) that flash too much.

    Attributes:
        cells: those that take part.
        rate: flashes a second over more than a quarter of the picture, where it is worst.
    """

    first: int
    last: int
    cells: Marks
    rate: float


class Count:
    """The changes of the picture, and where there are too many of them.

    Args:
        turns: of every cell.
        fps: frames a second.
    """

    def __init__(self, turns: Turns, fps: int) -> None:
        self._fps = fps
        self._turned = turns != 0
        spell = max(1, round(fps * _TOGETHER_S))
        up, down = (_lasting(turns == way, spell) for way in (1, -1))
        self._changes = _changes(_many(up), _many(down), spell)
        self._taking_part = up | down
        self.rate = _in_a_second(self._changes[:, np.newaxis], fps)[:, 0]
        """Changes in the second that ends with each frame."""

    @property
    def excessive(self) -> bool:
        """Whether there are too many anywhere."""
        return bool((self.rate > MOST_CHANGES).any())

    def stretches(self) -> list[Stretch]:
        """Where they are, with the second that leads up to each; those within a second are one."""
        ends = np.flatnonzero(self.rate > MOST_CHANGES)
        parts = np.split(ends, np.flatnonzero(np.diff(ends) > 2 * self._fps) + 1)
        return [self._stretch(part) for part in parts if len(part)]

    def _stretch(self, ends: NDArray[np.intp]) -> Stretch:
        first, last = max(0, int(ends[0]) - self._fps + 1), int(ends[-1]) + 1
        changes = self._changes[first:last, np.newaxis] & self._taking_part[first:last]
        cells = _in_a_second(changes, self._fps).max(axis=0) > MOST_CHANGES
        if cells.mean() <= AREA:  # it wanders
            cells = changes.any(axis=0)
        # Changes that are a twelfth of a second apart or less were counted as one: the cells know.
        counts = np.sort(_in_a_second(self._turned[first:last], self._fps).max(axis=0))
        most = max(self.rate[ends].max(), counts[-1 - int(AREA * len(counts))])
        return Stretch(first, last, cells, float(most) / 2)


def excess(pictures: NDArray[np.float32], fps: int) -> list[Stretch]:
    """Where a film, shape (frames, rows, columns, 3) in linear light, flashes too much."""
    flat = pictures.reshape(len(pictures), -1, 3)
    return [s for signal in signals(flat) for s in Count(signal.turns(), fps).stretches()]


def _lasting(marks: Marks, spell: int) -> Marks:
    """The same marks, each for `spell` frames."""
    found = marks.copy()
    for later in range(1, spell):
        found[later:] |= marks[:-later]
    return found


def _many(marks: Marks) -> Marks:
    """The frames in which more than a quarter of the cells are marked."""
    found: Marks = np.mean(marks, axis=1) > AREA
    return found


def _changes(up: Marks, down: Marks, spell: int) -> Marks:
    """The frames in which the picture changes another way than at the last."""
    found = np.zeros(len(up), np.bool_)
    before, free = 0, 0
    for frame in np.flatnonzero(up | down).tolist():
        way = int(up[frame]) - int(down[frame])
        if frame >= free and (way == 0 or way != before):
            found[frame] = True
            before, free = way, frame + spell
    return found


def _in_a_second(turned: Marks, fps: int) -> NDArray[np.int16]:
    """How many there are in the second that ends with each frame."""
    total = np.cumsum(turned, axis=0, dtype=np.int16)
    total[fps:] -= total[:-fps].copy()
    return total
