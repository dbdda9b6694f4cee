"""Draws one effect, frame by frame: its passes in order, each over its target.

What the last pass draws is the effect's picture.
"""

import re
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import count

from server.animation.timeline import Column, Timeline
from server.effects.diagnostics.compiler_log import compiler_diagnostics
from server.effects.effect import Builtin, Channel, Effect, Pass
from server.effects.glsl.glsl330 import variants
from server.effects.model.safe_area import safe_area
from server.effects.source.diagnostic import Text, diagnostic
from server.errors import ToqiboxError
from server.render.effect.targets import Area, Targets, Use
from server.render.gl.context import CompileError, Context, GlError, Program, Size, Texture
from server.render.gl.cubemap import Cube
from server.render.gl.draw_call import Draw, UnreadError
from server.render.gl.memory_budget import Budget, refused
from server.render.gl.render_target import Picture, Surface, View
from server.render.textures.copies import Flipped

MOST_PASSES = 16

Timed = Callable[[str, Callable[[], bool]], bool]
"""Calls what draws the pass of that name, and returns what it returned."""


def plainly(_name: str, draw: Callable[[], bool]) -> bool:
    """Draw and do nothing else."""
    return draw()


@dataclass
class Step:
    """One pass: a draw onto a surface, and the columns that change from frame to frame."""

    name: str
    vertex: str
    fragment: str
    """As it was compiled."""
    pictures: Mapping[str, Picture | View]
    """What its samplers may read."""
    draw: Draw
    surface: Surface | Cube
    area: Area | None
    moving: list[tuple[str, Column]]


class Passes:
    """An effect ready to be drawn.

    Args:
        context: where it is drawn.
        effect: what to draw.
        timeline: its inputs, one row a frame.
        size: the render size.
        pictures: what its samplers show that are no targets, by GLSL name.
        budget: what its targets may take of the memory; None is a whole one.

    Raises:
        ToqiboxError: ``shader_compile_failed`` with diagnostics in the author's lines;
            ``shader_rejected`` when it has too many passes or takes too much memory.
    """

    def __init__(
        self,
        context: Context,
        effect: Effect,
        timeline: Timeline,
        size: Size,
        pictures: Mapping[str, Picture | View],
        budget: Budget | None = None,
    ) -> None:
        if len(effect.passes) > MOST_PASSES:
            raise refused(effect, f"it has {len(effect.passes)} passes; at most {MOST_PASSES}")
        self._context = context
        self._effect = effect
        self._timeline = timeline
        self._size = (float(size[0]), float(size[1]))
        self._flipped: dict[int, Flipped] = {}
        compiled = [_compile(context, effect, one) for one in effect.passes]
        uses = [
            Use(one.target, _targets(effect, one, program))
            for one, (program, _) in zip(effect.passes, compiled, strict=True)
        ]
        self._budget = budget or Budget(effect)
        self._targets = Targets(context, effect, timeline, size, uses, self._budget)
        self.before: Callable[[Step], None] | None = None
        """Called before each draw."""
        self._steps: list[Step] = []
        names = _names(effect)
        for at, (one, (program, texts)) in enumerate(zip(effect.passes, compiled, strict=True)):
            seen = {**pictures, **self._targets.seen_by(at)}
            seen |= self._channels(one, program, seen)
            draw = self._draw(program, seen)
            area = self._targets.areas[one.target] if one.target else None
            surface = area.surface if area else Surface(context, size)
            columns = self._columns(draw)
            self._steps.append(Step(names[at], *texts, seen, draw, surface, area, columns))
        self._set_sizes()
        self.output = self._output()
        """What the effect shows, once `draw` was called."""
        context.check(f"building the effect {effect.id}")

    @property
    def kept(self) -> dict[str, Surface | Cube]:
        """The persistent targets by name."""
        areas = self._targets.areas
        return {name: area.surface for name, area in areas.items() if area.target.persistent}

    def draw(self, frame: int, timed: Timed = plainly) -> None:
        """Draw those passes of `frame` whose inputs are others than when they were drawn last."""
        self._resize(frame)
        for step in self._steps:
            for name, column in step.moving:
                step.draw.set(name, column.at(frame))
            if self.before is not None:
                self.before(step)
            timed(step.name, partial(step.draw.onto, step.surface))

    def begin(self, frame: int) -> None:
        """Make `frame` the next one: persistent targets have the size they had before it, clear."""
        self._resize(max(frame - 1, 0))
        for surface in self.kept.values():
            surface.clear()

    def _output(self) -> Surface:
        surface = self._steps[-1].surface
        if isinstance(surface, Cube):
            raise refused(self._effect, "its last pass draws a cube, which is no picture")
        return surface

    def _channels(
        self, one: Pass, program: Program, seen: Mapping[str, Picture | View]
    ) -> dict[str, View]:
        """What the pass samples in another way than plainly, or under another name."""
        found = {}
        for channel in one.channels:
            if channel.uniform in program and channel.source in seen:
                picture = _plain(seen[channel.source])
                if channel.flipped and isinstance(picture.texture, Texture):
                    picture = self._upside_down(picture)
                found[channel.uniform] = View(picture, channel.filter, channel.wrap)
        return found

    def _upside_down(self, picture: Picture) -> Flipped:
        found = self._flipped.get(id(picture))
        if found is None:
            self._budget.claim(
                f"picture {len(self._flipped)} upside down", Flipped.bytes_of(picture)
            )
            found = self._flipped[id(picture)] = Flipped(self._context, picture)
        return found

    def _draw(self, program: Program, pictures: Mapping[str, Picture | View]) -> Draw:
        faces = [n for n, b in self._effect.uniforms.items() if b is Builtin.FACE]
        try:
            return Draw(self._context, program, pictures, faces)
        except GlError as error:
            raise _unread(self._effect, error) from None

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
            self._set_sizes()

    def _set_sizes(self) -> None:
        for step in self._steps:
            exact = step.area.exact if step.area else self._size
            values = {
                Builtin.RENDER_SIZE: struct.pack("=2f", *exact),
                Builtin.RENDER_SIZE_3: struct.pack("=3f", *exact, 1.0),
                Builtin.ASPECT: struct.pack("=f", self._size[0] / self._size[1]),
                Builtin.SAFE_AREA: struct.pack("=4f", *safe_area(*self._size)),
            }
            for name, meaning in self._effect.uniforms.items():
                if meaning in values:
                    step.draw.set(name, values[meaning])


def _plain(given: Picture | View) -> Picture:
    return given.picture if isinstance(given, View) else given


def _unread(effect: Effect, error: GlError) -> ToqiboxError:
    """The error for samplers of the author's own, or too many: at the declaration of the one."""
    name = re.escape(error.sampler) if isinstance(error, UnreadError) else None
    for listing in effect.listings if name else ():
        if match := re.search(rf"\bsampler\w+\s[^;]{{0,200}}?\b({name})\b", listing.text):
            author = Text(effect.id, listing.file, listing.text, listing.origins)
            return author.error(str(error), match.start(1))
    found = diagnostic(effect.file, effect.source, None, None, str(error))
    return ToqiboxError("shader_compile_failed", name=effect.id, diagnostics=[found])


def _targets(effect: Effect, one: Pass, program: Program) -> frozenset[str]:
    """The targets that a pass samples."""
    sources: dict[str, Channel] = {channel.uniform: channel for channel in one.channels}
    sampled = {sources[name].source if name in sources else name for name in program}
    return frozenset(sampled.intersection(target.name for target in effect.targets))


def _names(effect: Effect) -> list[str]:
    """A name for each pass: its target's, numbered where it has several, or ``output``."""
    names = [one.target or "output" for one in effect.passes]
    turns = {name: count(1) for name in names}
    return [f"{name} {next(turns[name])}" if names.count(name) > 1 else name for name in names]


def _compile(context: Context, effect: Effect, one: Pass) -> tuple[Program, tuple[str, str]]:
    """A pass's program, and the texts of its two shaders that it comes from."""
    try:
        return context.program(one.vertex, one.fragment), (one.vertex, one.fragment)
    except CompileError as error:
        log = str(error)
    for texts in zip(variants(one.vertex), variants(one.fragment), strict=True):
        try:
            return context.program(*texts), texts
        except CompileError:
            continue
    found = compiler_diagnostics(log, effect.listings, (one.vertex, one.fragment))
    raise ToqiboxError("shader_compile_failed", name=effect.id, diagnostics=found, detail=log)
