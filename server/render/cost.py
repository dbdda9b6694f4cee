"""Seconds that the passes of a frame take: what a judgement learns of an effect's cost."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from server.render.context import Context, Size
from server.render.passes import Step

_LEAST_S = 0.002
"""Time for a frame under which nothing is said: threads and calls take as much."""


@dataclass(frozen=True)
class FrameCost:
    """What a frame takes: processor seconds on a software renderer, seconds on a GPU."""

    pixel_s: float = 0.0
    """For each pixel of the picture, on a software renderer: the passes of the picture's size."""
    fixed_s: float = 0.0
    """Whatever its size is: the least that it can take."""


class Costs:
    """Times the passes of a scene; of each the quickest draw counts.

    The first one compiles what is drawn, and is left out.

    Args:
        context: where they are drawn.
        size: of the picture.
    """

    def __init__(self, context: Context, size: Size) -> None:
        self._context = context
        self._size = size
        self._clock = time.process_time if context.software else time.perf_counter
        self._whole: set[tuple[int, str]] = set()
        self._seen: set[tuple[int, str]] = set()
        self._least: dict[tuple[int, str], float] = {}
        self._next = (0, "")

    def before(self, index: int, step: Step) -> None:
        """Take note of the pass that is drawn next, of the effect at `index` of the chain."""
        self._next = (index, step.name)
        if step.surface.faces == 1 and step.surface.size == self._size:
            self._whole.add(self._next)

    def timed(self, _name: str, draw: Callable[[], bool]) -> bool:
        """Draw the pass, wait for it, and return what `draw` returned."""
        began = self._clock()
        drawn = draw()
        self._context.finish()
        spent = self._clock() - began
        if drawn and self._next in self._seen:
            self._least[self._next] = min(spent, self._least.get(self._next, spent))
        self._seen.add(self._next)
        return drawn

    def frame(self) -> FrameCost:
        """What a frame takes in which every pass is drawn that was drawn twice."""
        whole = sum(spent for key, spent in self._least.items() if key in self._whole)
        fixed = sum(self._least.values()) - whole
        if whole + fixed < _LEAST_S:
            return FrameCost()
        if not self._context.software:  # few pixels do not fill a GPU: more may take no longer
            return FrameCost(fixed_s=whole + fixed)
        return FrameCost(whole / (self._size[0] * self._size[1]), fixed)
