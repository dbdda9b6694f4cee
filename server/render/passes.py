"""Draws one effect, frame by frame: its passes in order, each over its target.

What the last pass draws is the effect's picture.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass

from server.effects.diagnostics import compiler_diagnostics, diagnostic
from server.effects.effect import Builtin, Effect, Pass
from server.errors import ToqiboxError
from server.render.context import CompileError, Context, GlError, Program, Size
from server.render.draw import Draw
from server.render.surface import Picture, Surface
from server.render.targets import Area, Targets, Use
from server.render.timeline import Column, Timeline


@dataclass
class _Step:
    """One pass: a draw onto a surface, and the columns that change from frame to frame."""

    draw: Draw
    surface: Surface
    area: Area | None
    moving: list[tuple[str, Column]]


class Passes:
    """An effect ready to be drawn.

    Args:
        context: where it is drawn.
        effect: what to draw.
        timeline: its inputs, one row a frame.
        size: the render size.
        pictures: what its image and audio inputs show, by GLSL name.

    Raises:
        ToqiboxError: ``shader_compile_failed`` with diagnostics in the author's lines;
            ``render_failed`` when its targets take too much memory.
    """

    def __init__(
        self,
        context: Context,
        effect: Effect,
        timeline: Timeline,
        size: Size,
        pictures: Mapping[str, Picture],
    ) -> None:
        self._context = context
        self._effect = effect
        self._timeline = timeline
        self._size = (float(size[0]), float(size[1]))
        self._render_size = [n for n, b in effect.uniforms.items() if b is Builtin.RENDER_SIZE]
        programs = [_compile(context, effect, one) for one in effect.passes]
        names = {target.name for target in effect.targets}
        uses = [
            Use(one.target, frozenset(names.intersection(program)))
            for one, program in zip(effect.passes, programs, strict=True)
        ]
        self._targets = Targets(context, effect, timeline, size, uses)
        self._steps: list[_Step] = []
        for at, (one, program) in enumerate(zip(effect.passes, programs, strict=True)):
            draw = self._draw(program, {**pictures, **self._targets.seen_by(at)})
            area = self._targets.areas[one.target] if one.target else None
            surface = area.surface if area else Surface(context, size)
            self._steps.append(_Step(draw, surface, area, self._columns(draw)))
        self._set_render_sizes()
        self.output: Picture = self._steps[-1].surface
        """What the effect shows, once `draw` was called."""
        context.check(f"building the effect {effect.id}")

    @property
    def kept(self) -> dict[str, Surface]:
        """The persistent targets by name."""
        areas = self._targets.areas
        return {name: area.surface for name, area in areas.items() if area.target.persistent}

    def draw(self, frame: int) -> None:
        """Draw those passes of `frame` whose inputs are others than when they were drawn last."""
        self._resize(frame)
        for step in self._steps:
            for name, column in step.moving:
                step.draw.set(name, column.at(frame))
            step.draw.onto(step.surface)

    def begin(self, frame: int) -> None:
        """Make `frame` the next one: persistent targets have the size they had before it, clear."""
        self._resize(max(frame - 1, 0))
        for surface in self.kept.values():
            surface.clear()

    def _draw(self, program: Program, pictures: Mapping[str, Picture]) -> Draw:
        try:
            return Draw(self._context, program, pictures)
        except GlError as error:  # a sampler of the author's own, or too many
            effect = self._effect
            found = diagnostic(effect.file, effect.source, None, None, str(error))
            raise ToqiboxError(
                "shader_compile_failed", name=effect.id, diagnostics=[found]
            ) from None

    def _columns(self, draw: Draw) -> list[tuple[str, Column]]:
        """Set what never changes; returns what does."""
        moving = []
        for name, column in self._timeline.columns.items():
            if draw.uses(name):
                draw.set(name, column.at(0))
                if not column.constant:
                    moving.append((name, column))
        return moving

    def _resize(self, frame: int) -> None:
        if self._targets.resize(frame):
            self._set_render_sizes()

    def _set_render_sizes(self) -> None:
        for step in self._steps:
            exact = step.area.exact if step.area else self._size
            for name in self._render_size:
                step.draw.set(name, struct.pack("=2f", *exact))


def _compile(context: Context, effect: Effect, one: Pass) -> Program:
    try:
        return context.program(one.vertex, one.fragment)
    except CompileError as error:
        log = str(error)
    found = compiler_diagnostics(log, effect.listings)
    raise ToqiboxError("shader_compile_failed", name=effect.id, diagnostics=found, detail=log)
