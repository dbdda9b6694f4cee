"""Seconds that the passes of a frame take: what a judgement learns of an effect's cost."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from server.render.effect.renderer import Step
from server.render.gl.context import Context, Size

_Key = tuple[int, str]
"""A place in the chain and the name of a pass."""
_LEAST_S = 0.002
"""Time for a frame under which nothing is said: threads and calls take as much."""


@dataclass(frozen=True)
class FrameCost:
    """What a frame takes: processor seconds on a software renderer, seconds on a GPU."""

    pixel_s: float = 0.0
    """For each pixel of the picture, on a software renderer: the passes of the picture's size."""
    fixed_s: float = 0.0
    """Whatever its size is: the least that it can take."""
    still_pixel_s: float = 0.0
    """As `pixel_s`, of the passes that are drawn in the first frame alone."""
    still_fixed_s: float = 0.0
    """As `fixed_s`, of those passes."""


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
        self._whole: set[_Key] = set()
        self._first: dict[_Key, float] = {}
        self._least: dict[_Key, float] = {}
        self._steps: dict[_Key, Step] = {}
        self._next: _Key = (0, "")

    def before(self, index: int, step: Step) -> None:
        """Take note of the pass that is drawn next, of the effect at `index` of the chain."""
        self._next = (index, step.name)
        self._steps[self._next] = step
        if step.surface.faces == 1 and step.surface.size == self._size:
            self._whole.add(self._next)

    def timed(self, _name: str, draw: Callable[[], bool]) -> bool:
        """Draw the pass, wait for it, and return what `draw` returned."""
        drawn, spent = self._timed(draw)
        if self._next not in self._first:
            self._first[self._next] = spent
        elif drawn:
            self._least[self._next] = min(spent, self._least.get(self._next, spent))
        return drawn

    def frame(self) -> FrameCost:
        """What a frame takes. Passes that were drawn once are drawn again to be measured."""
        still = {key: spent for key, spent in self._first.items() if key not in self._least}
        for key, spent in still.items():
            if spent >= _LEAST_S:
                step = self._steps[key]
                step.draw.invalidate()
                still[key] = self._timed(partial(step.draw.onto, step.surface))[1]
        pixel_s, fixed_s = self._sum(self._least)
        return FrameCost(pixel_s, fixed_s, *self._sum(still))

    def _sum(self, spent: Mapping[_Key, float]) -> tuple[float, float]:
        """Seconds for each pixel of the picture, and seconds whatever its size is."""
        total = sum(spent.values())
        if total < _LEAST_S:
            return 0.0, 0.0
        if not self._context.software:  # few pixels do not fill a GPU: more may take no longer
            return 0.0, total
        whole = sum(one for key, one in spent.items() if key in self._whole)
        return whole / (self._size[0] * self._size[1]), total - whole

    def _timed(self, draw: Callable[[], bool]) -> tuple[bool, float]:
        began = self._clock()
        drawn = draw()
        self._context.finish()
        return drawn, self._clock() - began
