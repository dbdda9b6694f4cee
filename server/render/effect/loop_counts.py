"""Endless loops: each pass is drawn with the counters of effects/loops/loop_guards.py."""

import math
import time

import numpy as np

from server.effects.diagnostics.compiler_log import compiler_diagnostics
from server.effects.effect import Effect
from server.effects.loops.loop_guards import LoopCountShader, build_loop_counter
from server.effects.loops.termination import MAX_ITERATIONS, UNREADABLE, Loop
from server.errors import ToqiboxError
from server.render.effect.renderer import CompiledPass
from server.render.gl.context import CompileError, Context, Size
from server.render.gl.draw_call import DrawCall
from server.render.gl.pixels import read_rgba
from server.render.gl.render_target import RenderTarget

_COARSE_GRID = (8, 5)
"""Grid in pixels that is counted first."""
_MAX_SIDE = 1024
"""Largest side in pixels that is counted."""
_UNCOUNTED = "this loop cannot be checked: its iterations cannot be counted"


class LoopCounter:
    """Counts the iterations of an effect's loops.

    Args:
        context: the context to draw in.
        effect: the effect with the loops.
    """

    def __init__(self, context: Context, effect: Effect) -> None:
        self._context = context
        self._effect = effect
        self._clock = time.process_time if context.software else time.perf_counter
        self._counters: dict[str, tuple[LoopCountShader, DrawCall] | None] = {}

    def count(self, compiled_pass: CompiledPass, budget_s: float = 0.0) -> None:
        """Draw a pass with its current inputs to count the iterations of its loops.

        Args:
            compiled_pass: the pass. It is drawn on a coarse grid over its target.
            budget_s: seconds that a finer grid may take, up to every pixel of the target. After
                that the pass is done: later calls count nothing.

        Raises:
            ToqiboxError: ``shader_rejected`` at a loop that exceeds MAX_ITERATIONS in a pixel,
                or whose iterations cannot be counted.
        """
        if compiled_pass.name not in self._counters:
            self._counters[compiled_pass.name] = self._instrument(compiled_pass)
            self._draw(compiled_pass, _COARSE_GRID)  # compiles; not timed
        counter = self._counters[compiled_pass.name]
        if budget_s <= 0 or counter is None:
            return
        start = self._clock()
        self._draw(compiled_pass, _COARSE_GRID)
        pixel_s = max(self._clock() - start, 1e-6) / math.prod(_COARSE_GRID)
        width, height = (min(side, _MAX_SIDE) for side in compiled_pass.render_target.size)
        share = math.sqrt(min(1.0, budget_s / (pixel_s * width * height)))
        self._draw(compiled_pass, (math.ceil(width * share), math.ceil(height * share)))
        self._counters[compiled_pass.name] = None
        counter[1].release()

    def _instrument(self, compiled_pass: CompiledPass) -> tuple[LoopCountShader, DrawCall] | None:
        """Compile the counting variant of a pass; None if it needs no counting."""
        counted = build_loop_counter(compiled_pass.fragment)
        if not counted.loops:
            return None
        try:
            program = (
                self._context.program(compiled_pass.vertex, counted.text) if counted.text else None
            )
        except CompileError:
            program = None
        if program is None:
            unreadable = [loop for loop in counted.loops if loop.body is None]
            if unreadable:
                raise _loop_error(self._effect, unreadable[0], UNREADABLE)
            raise _loop_error(self._effect, counted.loops[0], _UNCOUNTED)
        return counted, DrawCall(self._context, program, compiled_pass.sources)

    def _draw(self, compiled_pass: CompiledPass, size: Size) -> None:
        """Draw the counting variant of a pass at a size and check the result."""
        counter = self._counters[compiled_pass.name]
        if counter is None:
            return
        counted, draw = counter
        for name, value in compiled_pass.draw_call.values.items():
            draw.set(name, value)
        full_size = compiled_pass.render_target.size
        draw.set_floats(**{counted.scale: (full_size[0] / size[0], full_size[1] / size[1])})
        draw.invalidate()
        render_target = RenderTarget(self._context, size)
        draw.render_to(render_target)
        pixels = read_rgba(render_target).astype(np.uint32)
        loop_number = int((pixels[..., 0] + 256 * pixels[..., 1]).max())
        if loop_number:
            message = (
                f"this loop does not end: it makes more than {MAX_ITERATIONS:,} iterations"
                " in one pixel"
            )
            raise _loop_error(self._effect, counted.loops[loop_number - 1], message)


def _loop_error(effect: Effect, loop: Loop, message: str) -> ToqiboxError:
    log = f"0:{loop.line}({loop.column}): error: {message}"
    return ToqiboxError(
        "shader_rejected",
        name=effect.id,
        detail=message,
        diagnostics=compiler_diagnostics(log, effect.listings),
    )
