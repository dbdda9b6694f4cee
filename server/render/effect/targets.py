"""Targets of an effect: the textures that its passes draw into and sample by name.

Before its first writer in a frame a temporary target is transparent black to passes that sample
it; a persistent one holds the content of the frame before. Later passes see what was drawn.
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.animation.timeline import Timeline
from server.effects.effect import Effect, Target
from server.effects.model.safe_area import size_names
from server.effects.model.size_expression import evaluate, to_pixels
from server.render.gl.context import Context, Size, Texture
from server.render.gl.cubemap import FACES, CubeTarget
from server.render.gl.draw_call import FULLSCREEN_VERTEX, DrawCall
from server.render.gl.memory_budget import MemoryBudget
from server.render.gl.render_target import RenderTarget, TextureSource

CUBE_EDGE = 1024.0
"""Default edge of a cube in pixels."""

_COPY = """#version 330 core
uniform sampler2D source;
uniform vec2 size;
out vec4 color;
void main() {
    color = texture(source, gl_FragCoord.xy / size);
}
"""


@dataclass(frozen=True)
class PassUsage:
    """Use of targets by one pass."""

    writes: str | None
    samples: frozenset[str]


@dataclass(frozen=True)
class TargetRequirements:
    """Buffers that a target needs so that each pass sees the right content."""

    double_buffered: bool
    """A pass samples it while drawing on it."""
    blank: bool
    """A pass samples it before it is drawn, and it does not persist."""

    @classmethod
    def of(cls, target: Target, usages: Sequence[PassUsage]) -> "TargetRequirements":
        """Derive the requirements from the passes' usages, in order."""
        written, sampled_early, feedback = False, False, False
        for usage in usages:
            samples = target.name in usage.samples
            sampled_early |= samples and not written
            feedback |= samples and usage.writes == target.name and (written or target.persistent)
            written |= usage.writes == target.name
        return cls(feedback, sampled_early and not target.persistent)

    def size(self, target: Target, pixels: Size) -> int:
        """Return the bytes it takes at a size."""
        faces = FACES if target.cube else 1
        sides = (2 if self.double_buffered else 1) * faces
        # A cube takes one more flat render target and a transfer buffer.
        spare = (1 if self.blank else 0) * faces + (2 if target.cube else 0)
        return pixels[0] * pixels[1] * (16 if target.floating else 4) * (sides + spare)


class AllocatedTarget:
    """One target: its render target, and a blank one for passes that sample it early."""

    def __init__(
        self,
        target: Target,
        render_target: RenderTarget | CubeTarget,
        blank: RenderTarget | CubeTarget | None,
        exact_size: tuple[float, float],
    ) -> None:
        self.target = target
        self.render_target = render_target
        self.blank = blank
        self.exact_size = exact_size
        """Size from the expressions, not rounded: the value of RENDERSIZE."""


class Targets:
    """All targets of an effect, initially sized for frame 0.

    Args:
        context: the context that owns them.
        effect: the effect.
        timeline: inputs that size expressions may name.
        size: the render size.
        usages: use of targets by the effect's passes, in order.
        budget: memory that they may take.

    Raises:
        ToqiboxError: ``shader_rejected`` if they take too much memory.
    """

    def __init__(
        self,
        context: Context,
        effect: Effect,
        timeline: Timeline,
        size: Size,
        usages: Sequence[PassUsage],
        budget: MemoryBudget,
    ) -> None:
        self._context = context
        self._effect = effect
        self._timeline = timeline
        self._size = size
        self._has_size_expressions = any(t.width or t.height for t in effect.targets)
        self._usages = usages
        self._requirements = {
            target.name: TargetRequirements.of(target, usages) for target in effect.targets
        }
        self._budget = budget
        self._copy: tuple[DrawCall, TextureSource] | None = None
        exact_sizes = self._exact_sizes(0)
        self._claim({name: self._rounded(exact_size) for name, exact_size in exact_sizes.items()})
        self.allocated_targets = {
            target.name: self._allocate(target, exact_sizes[target.name])
            for target in effect.targets
        }
        """By name."""

    def follow(self, timeline: Timeline) -> None:
        """Use the inputs of another timeline from the next `resize` on."""
        self._timeline = timeline

    def sources_for_pass(self, index: int) -> Mapping[str, TextureSource]:
        """Return the texture that pass `index` sees under each target's name."""
        written = {usage.writes for usage in self._usages[:index]}
        return {
            name: target.render_target if target.blank is None or name in written else target.blank
            for name, target in self.allocated_targets.items()
        }

    def resize(self, frame: int) -> bool:
        """Resize the targets for `frame`; scale the content of persistent ones.

        Returns:
            True if any size changed, rounded or not.
        """
        if not self._has_size_expressions:
            return False
        changed = False
        sizes = {}
        for name, exact_size in self._exact_sizes(frame).items():
            allocated = self.allocated_targets[name]
            if exact_size != allocated.exact_size:
                allocated.exact_size = exact_size
                changed = True
            if self._rounded(exact_size) != allocated.render_target.size:
                sizes[name] = self._rounded(exact_size)
        if sizes:
            current = {name: t.render_target.size for name, t in self.allocated_targets.items()}
            self._claim({**current, **sizes})
            for name, size in sizes.items():
                self._resize_target(self.allocated_targets[name], size)
        return changed

    def _allocate(self, target: Target, exact_size: tuple[float, float]) -> AllocatedTarget:
        size, floating = self._rounded(exact_size), target.floating
        requirements = self._requirements[target.name]
        new = CubeTarget if target.cube else RenderTarget
        render_target = new(
            self._context, size, floating=floating, double_buffered=requirements.double_buffered
        )
        blank = new(self._context, size, floating=floating) if requirements.blank else None
        return AllocatedTarget(target, render_target, blank, exact_size)

    def _exact_sizes(self, frame: int) -> dict[str, tuple[float, float]]:
        width, height = float(self._size[0]), float(self._size[1])
        names = {**self._timeline.numbers(frame), **size_names(width, height)}
        last = self._effect.passes[-1].target
        sizes = {}
        for target in self._effect.targets:
            own = target.name != last  # the output always has the render size
            if target.cube:
                edge = evaluate(target.width, names) if target.width else CUBE_EDGE
                edge = min(edge, self._budget.max_cube_edge or edge)
                sizes[target.name] = (edge, edge)
                continue
            sizes[target.name] = (
                evaluate(target.width, names) if own and target.width else width,
                evaluate(target.height, names) if own and target.height else height,
            )
        return sizes

    def _rounded(self, exact_size: tuple[float, float]) -> Size:
        max_size = self._context.max_texture_size
        return to_pixels(exact_size[0], max_size), to_pixels(exact_size[1], max_size)

    def _claim(self, sizes: Mapping[str, Size]) -> None:
        requirements_by_target = (
            (target, self._requirements[target.name]) for target in self._effect.targets
        )
        total = sum(
            requirements.size(target, sizes[target.name])
            for target, requirements in requirements_by_target
        )
        self._budget.claim("targets", total)

    def _resize_target(self, allocated: AllocatedTarget, size: Size) -> None:
        render_target = allocated.render_target
        if allocated.target.persistent and isinstance(render_target, RenderTarget):
            render_target.resize(size, lambda old: self._scale(old, render_target))
        else:
            render_target.resize(size)
        if allocated.blank is not None:
            allocated.blank.resize(size)

    def _scale(self, old: Texture, render_target: RenderTarget) -> None:
        if self._copy is None:
            source = TextureSource(old)
            program = self._context.program(FULLSCREEN_VERTEX, _COPY)
            self._copy = DrawCall(self._context, program, {"source": source}), source
        draw, source = self._copy
        source.texture = old
        source.version += 1
        draw.set("size", struct.pack("=2f", *render_target.size))
        draw.render_to(render_target)
