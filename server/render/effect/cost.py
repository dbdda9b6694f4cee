"""Time that the passes of a frame take, for the cost estimate of an effect."""

import time
from collections.abc import Callable, Mapping
from functools import partial

from server.protocol.results.drawing import FrameCost
from server.render.effect.renderer import CompiledPass
from server.render.gl.context import Context, Size

_Key = tuple[int, str]
"""Index in the chain and name of a pass."""
_MIN_MEASURABLE_S = 0.002
"""Less time than this per frame is not reported: threads and calls take as much."""


class PassCosts:
    """Measures the passes of a scene; the fastest draw of each counts.

    The first draw also compiles, and is left out.

    Args:
        context: the context to draw in.
        size: size of the frame.
    """

    def __init__(self, context: Context, size: Size) -> None:
        self._context = context
        self._size = size
        self._clock = time.process_time if context.software else time.perf_counter
        self._full_size: set[_Key] = set()
        self._first: dict[_Key, float] = {}
        self._fastest: dict[_Key, float] = {}
        self._passes: dict[_Key, CompiledPass] = {}
        self._current: _Key = (0, "")

    def before_pass(self, index: int, compiled_pass: CompiledPass) -> None:
        """Record the pass that is drawn next, of the effect at `index` of the chain."""
        self._current = (index, compiled_pass.name)
        self._passes[self._current] = compiled_pass
        if (
            compiled_pass.render_target.faces == 1
            and compiled_pass.render_target.size == self._size
        ):
            self._full_size.add(self._current)

    def time_pass(self, _name: str, draw: Callable[[], bool]) -> bool:
        """Draw the pass, wait for it, and return the result of `draw`."""
        drawn, seconds = self._measure(draw)
        if self._current not in self._first:
            self._first[self._current] = seconds
        elif drawn:
            self._fastest[self._current] = min(seconds, self._fastest.get(self._current, seconds))
        return drawn

    def frame_cost(self) -> FrameCost:
        """Return the cost of a frame; draw passes that were drawn once again to measure them."""
        still = {key: seconds for key, seconds in self._first.items() if key not in self._fastest}
        for key, seconds in still.items():
            if seconds >= _MIN_MEASURABLE_S:
                compiled_pass = self._passes[key]
                compiled_pass.draw_call.invalidate()
                still[key] = self._measure(
                    partial(compiled_pass.draw_call.render_to, compiled_pass.render_target)
                )[1]
        pixel_s, fixed_s = self._sum(self._fastest)
        still_pixel_s, still_fixed_s = self._sum(still)
        return FrameCost(
            pixel_s=pixel_s,
            fixed_s=fixed_s,
            still_pixel_s=still_pixel_s,
            still_fixed_s=still_fixed_s,
        )

    def _sum(self, seconds_by_pass: Mapping[_Key, float]) -> tuple[float, float]:
        """Return the seconds per pixel of the frame, and the seconds independent of its size."""
        total = sum(seconds_by_pass.values())
        if total < _MIN_MEASURABLE_S:
            return 0.0, 0.0
        if not self._context.software:  # few pixels do not fill a GPU: more may cost the same
            return 0.0, total
        full_size = sum(
            seconds for key, seconds in seconds_by_pass.items() if key in self._full_size
        )
        return full_size / (self._size[0] * self._size[1]), total - full_size

    def _measure(self, draw: Callable[[], bool]) -> tuple[bool, float]:
        start = self._clock()
        drawn = draw()
        self._context.finish()
        return drawn, self._clock() - start
