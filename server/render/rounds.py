"""Loops that do not end: each pass is drawn once with its loops counted (effects/guards.py)."""

import numpy as np

from server.effects.effect import Effect
from server.effects.guards import counting
from server.effects.loops import MOST_ROUNDS, Loop
from server.effects.messages import compiler_diagnostics
from server.errors import ToqiboxError
from server.render.context import CompileError, Context, Size
from server.render.draw import Draw
from server.render.passes import Step
from server.render.pixels import rgba
from server.render.surface import Surface

_LONGEST_SIDE = 1024
"""Pixels of a target's side that are counted."""


class Rounds:
    """Counts the rounds of an effect's loops.

    Args:
        context: where it is drawn.
        effect: whose loops they are.
    """

    def __init__(self, context: Context, effect: Effect) -> None:
        self._context = context
        self._effect = effect

    def count(self, step: Step) -> None:
        """Draw a pass, as it is about to be drawn, for the rounds of its loops alone.

        Raises:
            ToqiboxError: ``shader_rejected`` at a loop that passes MOST_ROUNDS in some pixel.
        """
        text, loops = counting(step.fragment)
        if not loops:
            return
        try:
            program = self._context.program(step.vertex, text)
        except CompileError:  # a loop that no text can be put into: time alone limits it
            return
        draw = Draw(self._context, program, step.pictures)
        try:
            for name, value in step.draw.values.items():
                draw.set(name, value)
            found = self._draw(draw, step.surface.size)
        finally:
            draw.release()
        if found:
            raise _endless(self._effect, loops[found - 1])

    def _draw(self, draw: Draw, size: Size) -> int:
        """The number of a loop that passes the limit; 0 where none does."""
        width, height = size
        surface = Surface(self._context, (min(width, _LONGEST_SIDE), min(height, _LONGEST_SIDE)))
        draw.onto(surface)
        pixels = rgba(surface).astype(np.uint32)
        return int((pixels[..., 0] + 256 * pixels[..., 1]).max())


def _endless(effect: Effect, loop: Loop) -> ToqiboxError:
    words = f"this loop does not end: it makes more than {MOST_ROUNDS:,} rounds in one pixel"
    log = f"0:{loop.line}({loop.column}): error: {words}"
    return ToqiboxError(
        "shader_rejected",
        name=effect.id,
        detail=words,
        diagnostics=compiler_diagnostics(log, effect.listings),
    )
