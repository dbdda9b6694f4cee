"""The targets of an effect: the textures that its passes draw into and sample by name.

Before its first writer of a frame a temporary target is transparent black to all who sample it; a
persistent one holds what the frame before left. A later pass of a frame sees what was drawn.
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.animation.timeline import Timeline
from server.effects.effect import Effect, Target
from server.effects.model.safe_area import picture_names
from server.effects.model.size_expression import evaluate, pixels
from server.render.gl.context import Context, Size, Texture
from server.render.gl.cubemap import FACES, Cube
from server.render.gl.draw_call import STRIP, Draw
from server.render.gl.memory_budget import Budget
from server.render.gl.render_target import Picture, Surface

CUBE_EDGE = 1024.0
"""Edge in pixels of a cube that names none."""

_COPY = """#version 330 core
uniform sampler2D source;
uniform vec2 size;
out vec4 color;
void main() {
    color = texture(source, gl_FragCoord.xy / size);
}
"""


@dataclass(frozen=True)
class Use:
    """What one pass does with targets."""

    writes: str | None
    samples: frozenset[str]


@dataclass(frozen=True)
class Need:
    """What a target takes so that each pass sees what it should."""

    double: bool
    """Some pass samples it while drawing on it."""
    blank: bool
    """Some pass samples it before it is drawn, and it does not persist."""

    @classmethod
    def of(cls, target: Target, uses: Sequence[Use]) -> "Need":
        """Find out from what the passes do, in order."""
        written, early, itself = False, False, False
        for use in uses:
            samples = target.name in use.samples
            early |= samples and not written
            itself |= samples and use.writes == target.name and (written or target.persistent)
            written |= use.writes == target.name
        return cls(itself, early and not target.persistent)

    def size(self, target: Target, pixels: Size) -> int:
        """Bytes it takes at that size."""
        faces = FACES if target.cube else 1
        sides = (2 if self.double else 1) * faces
        # A cube is drawn on one flat surface more and copied through a buffer.
        spare = (1 if self.blank else 0) * faces + (2 if target.cube else 0)
        return pixels[0] * pixels[1] * (16 if target.floating else 4) * (sides + spare)


class Area:
    """One target: its surface, and what those see who sample it too early in a frame."""

    def __init__(
        self,
        target: Target,
        surface: Surface | Cube,
        blank: Surface | Cube | None,
        exact: tuple[float, float],
    ) -> None:
        self.target = target
        self.surface = surface
        self.blank = blank
        self.exact = exact
        """Its size as the expressions gave it: what RENDERSIZE is."""


class Targets:
    """All targets of an effect, sized for frame 0.

    Args:
        context: where they live.
        effect: whose targets they are.
        timeline: the inputs that size expressions may name.
        size: the render size.
        uses: what the effect's passes do with targets, in order.
        budget: what they may take.

    Raises:
        ToqiboxError: ``shader_rejected`` when they take too much memory.
    """

    def __init__(
        self,
        context: Context,
        effect: Effect,
        timeline: Timeline,
        size: Size,
        uses: Sequence[Use],
        budget: Budget,
    ) -> None:
        self._context = context
        self._effect = effect
        self._timeline = timeline
        self._size = size
        self._sized = any(t.width or t.height for t in effect.targets)
        self._uses = uses
        self._needs = {target.name: Need.of(target, uses) for target in effect.targets}
        self._budget = budget
        self._copy: tuple[Draw, Picture] | None = None
        exact = self._sizes(0)
        self._claim({name: self._whole(both) for name, both in exact.items()})
        self.areas = {t.name: self._area(t, exact[t.name]) for t in effect.targets}
        """By name."""

    def seen_by(self, index: int) -> Mapping[str, Picture]:
        """What pass `index` of `uses` sees under each target's name."""
        written = {use.writes for use in self._uses[:index]}
        return {
            name: area.surface if area.blank is None or name in written else area.blank
            for name, area in self.areas.items()
        }

    def resize(self, frame: int) -> bool:
        """Give the targets the sizes of `frame`; what a persistent one holds is scaled.

        Returns:
            Whether any size is another, rounded or not.
        """
        if not self._sized:
            return False
        changed = False
        exact = self._sizes(frame)
        for name, area in self.areas.items():
            if exact[name] != area.exact:
                area.exact = exact[name]
                changed = True
        wanted = {name: self._whole(area.exact) for name, area in self.areas.items()}
        if any(area.surface.size != wanted[name] for name, area in self.areas.items()):
            self._claim(wanted)
            for name, area in self.areas.items():
                self._fit(area, wanted[name])
        return changed

    def _area(self, target: Target, exact: tuple[float, float]) -> Area:
        size, kind, need = self._whole(exact), target.floating, self._needs[target.name]
        new = Cube if target.cube else Surface
        surface = new(self._context, size, floating=kind, double=need.double)
        blank = new(self._context, size, floating=kind) if need.blank else None
        return Area(target, surface, blank, exact)

    def _sizes(self, frame: int) -> dict[str, tuple[float, float]]:
        width, height = float(self._size[0]), float(self._size[1])
        names = {**self._timeline.numbers(frame), **picture_names(width, height)}
        last = self._effect.passes[-1].target
        sizes = {}
        for target in self._effect.targets:
            own = target.name != last  # the output has the render size, whatever is asked
            if target.cube:
                edge = evaluate(target.width, names) if target.width else CUBE_EDGE
                edge = min(edge, self._budget.edge or edge)
                sizes[target.name] = (edge, edge)
                continue
            sizes[target.name] = (
                evaluate(target.width, names) if own and target.width else width,
                evaluate(target.height, names) if own and target.height else height,
            )
        return sizes

    def _whole(self, exact: tuple[float, float]) -> Size:
        most = self._context.max_size
        return pixels(exact[0], most), pixels(exact[1], most)

    def _claim(self, sizes: Mapping[str, Size]) -> None:
        needs = ((target, self._needs[target.name]) for target in self._effect.targets)
        total = sum(need.size(target, sizes[target.name]) for target, need in needs)
        self._budget.claim("targets", total)

    def _fit(self, area: Area, size: Size) -> None:
        surface = area.surface
        if surface.size == size:
            return
        if area.target.persistent and isinstance(surface, Surface):
            surface.resize(size, lambda old: self._scale(old, surface))
        else:
            surface.resize(size)
        if area.blank is not None:
            area.blank.resize(size)

    def _scale(self, old: Texture, surface: Surface) -> None:
        if self._copy is None:
            source = Picture(old)
            program = self._context.program(STRIP, _COPY)
            self._copy = Draw(self._context, program, {"source": source}), source
        draw, source = self._copy
        source.texture = old
        source.version += 1
        draw.set("size", struct.pack("=2f", *surface.size))
        draw.onto(surface)
