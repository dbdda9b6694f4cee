"""Drawing of one effect, frame by frame: its passes in order, each into its target.

The last pass draws the effect's output.
"""

import re
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import count

from server.animation.timeline import Column, Timeline
from server.effects.diagnostics.compiler_log import compiler_diagnostics
from server.effects.effect import MAX_PASSES, Builtin, Channel, Effect, Pass
from server.effects.glsl.glsl330 import fallback_sources
from server.effects.model.safe_area import safe_area
from server.effects.source.diagnostic import AuthorFile, diagnostic
from server.errors import ToqiboxError
from server.render.effect.opacity import is_always_opaque
from server.render.effect.targets import AllocatedTarget, PassUsage, Targets
from server.render.gl.context import CompileError, Context, GlError, Program, Size, Texture
from server.render.gl.cubemap import CubeTarget
from server.render.gl.draw_call import DrawCall, SamplerError
from server.render.gl.memory_budget import MemoryBudget, rejection_error
from server.render.gl.render_target import RenderTarget, SamplerView, TextureSource
from server.render.textures.copies import FlippedCopy

PassTimer = Callable[[str, Callable[[], bool]], bool]
"""Draws the named pass by calling the function, and returns its result."""


def untimed(_name: str, draw: Callable[[], bool]) -> bool:
    """Draw without measuring."""
    return draw()


@dataclass
class CompiledPass:
    """One pass: a draw call with its render target, and the columns that change over time."""

    name: str
    vertex: str
    fragment: str
    """As it was compiled."""
    sources: Mapping[str, TextureSource | SamplerView]
    """Textures that its samplers may read."""
    draw_call: DrawCall
    render_target: RenderTarget | CubeTarget
    allocated: AllocatedTarget | None
    animated: list[tuple[str, Column]]


class EffectRenderer:
    """An effect ready to be drawn.

    Args:
        context: the context to draw in.
        effect: the effect.
        timeline: its inputs, one row a frame.
        size: the render size.
        sources: the textures that its samplers read, other than targets, by GLSL name.
        budget: memory for its targets; None allows the whole of MAX_BYTES.

    Raises:
        ToqiboxError: ``shader_compile_failed`` with diagnostics in the author's lines;
            ``shader_rejected`` if it has too many passes or takes too much memory.
    """

    def __init__(
        self,
        context: Context,
        effect: Effect,
        timeline: Timeline,
        size: Size,
        sources: Mapping[str, TextureSource | SamplerView],
        budget: MemoryBudget | None = None,
    ) -> None:
        if len(effect.passes) > MAX_PASSES:
            raise rejection_error(
                effect, f"it has {len(effect.passes)} passes: at most {MAX_PASSES} are allowed"
            )
        self._context = context
        self._effect = effect
        self._timeline = timeline
        self._size = (float(size[0]), float(size[1]))
        self._flipped_copies: dict[int, FlippedCopy] = {}
        compiled = [compile_pass(context, effect, effect_pass) for effect_pass in effect.passes]
        usages = [
            PassUsage(effect_pass.target, _sampled_targets(effect, effect_pass, program))
            for effect_pass, (program, _) in zip(effect.passes, compiled, strict=True)
        ]
        self._budget = budget or MemoryBudget(effect)
        self._targets = Targets(context, effect, timeline, size, usages, self._budget)
        self.before_pass: Callable[[CompiledPass], None] | None = None
        """Called before each draw."""
        self._passes: list[CompiledPass] = []
        names = _pass_names(effect)
        for index, (effect_pass, (program, texts)) in enumerate(
            zip(effect.passes, compiled, strict=True)
        ):
            pass_sources = {**sources, **self._targets.sources_for_pass(index)}
            pass_sources |= self._channel_views(effect_pass, program, pass_sources)
            draw_call = self._make_draw_call(program, pass_sources)
            target = effect_pass.target
            allocated = self._targets.allocated_targets[target] if target else None
            render_target = allocated.render_target if allocated else RenderTarget(context, size)
            columns = self._set_constants(draw_call)
            self._passes.append(
                CompiledPass(
                    names[index], *texts, pass_sources, draw_call, render_target, allocated, columns
                )
            )
        self._set_sizes()
        self.output = self._output()
        """The effect's output, after `draw`."""
        context.check(f"building the effect {effect.id}")

    @property
    def persistent_targets(self) -> dict[str, RenderTarget | CubeTarget]:
        """The persistent targets by name."""
        allocated_targets = self._targets.allocated_targets
        return {
            name: allocated.render_target
            for name, allocated in allocated_targets.items()
            if allocated.target.persistent
        }

    @cached_property
    def is_opaque(self) -> bool:
        """True if the output is known to be opaque in every frame."""
        last = self._passes[-1]
        return is_always_opaque(self._context, last.vertex, last.fragment, self.output.size)

    def draw(self, frame: int, pass_timer: PassTimer = untimed) -> None:
        """Draw the passes of `frame` whose inputs changed since they were last drawn."""
        self._resize(frame)
        for compiled_pass in self._passes:
            for name, column in compiled_pass.animated:
                compiled_pass.draw_call.set(name, column.at(frame))
            if self.before_pass is not None:
                self.before_pass(compiled_pass)
            pass_timer(
                compiled_pass.name,
                partial(compiled_pass.draw_call.render_to, compiled_pass.render_target),
            )

    def follow(self, timeline: Timeline) -> None:
        """Draw the inputs of another timeline of the effect from the next frame on.

        What depends on none of the values that differ is not drawn again.
        """
        self._timeline = timeline
        self._targets.follow(timeline)
        for compiled_pass in self._passes:
            compiled_pass.animated = self._set_constants(compiled_pass.draw_call)

    def begin(self, frame: int) -> None:
        """Make `frame` the next one: clear persistent targets, at their size before it."""
        self._resize(max(frame - 1, 0))
        for render_target in self.persistent_targets.values():
            render_target.clear()

    def _output(self) -> RenderTarget:
        render_target = self._passes[-1].render_target
        if isinstance(render_target, CubeTarget):
            raise rejection_error(self._effect, "its last pass must draw a 2D image, not a cube")
        return render_target

    def _channel_views(
        self,
        effect_pass: Pass,
        program: Program,
        sources: Mapping[str, TextureSource | SamplerView],
    ) -> dict[str, SamplerView]:
        """Return the pass's own views: sources it samples differently or under another name."""
        views = {}
        for channel in effect_pass.channels:
            if channel.uniform in program and channel.source in sources:
                source = _texture_source(sources[channel.source])
                if channel.flipped and isinstance(source.texture, Texture):
                    source = self._flipped_source(source)
                views[channel.uniform] = SamplerView(source, channel.filter, channel.wrap)
        return views

    def _flipped_source(self, source: TextureSource) -> FlippedCopy:
        copy = self._flipped_copies.get(id(source))
        if copy is None:
            self._budget.claim(
                f"picture {len(self._flipped_copies)} upside down", FlippedCopy.size_bytes(source)
            )
            copy = self._flipped_copies[id(source)] = FlippedCopy(self._context, source)
        return copy

    def _make_draw_call(
        self, program: Program, sources: Mapping[str, TextureSource | SamplerView]
    ) -> DrawCall:
        faces = [n for n, b in self._effect.uniforms.items() if b is Builtin.FACE]
        try:
            return DrawCall(self._context, program, sources, faces)
        except GlError as error:
            raise _sampler_error(self._effect, error) from None

    def _set_constants(self, draw_call: DrawCall) -> list[tuple[str, Column]]:
        """Set the constants; return the columns that change."""
        animated = []
        for name, column in self._timeline.columns.items():
            if draw_call.has_uniform(name):
                draw_call.set(name, column.at(0))
                if not column.constant:
                    animated.append((name, column))
        return animated

    def _resize(self, frame: int) -> None:
        if self._targets.resize(frame):
            self._set_sizes()

    def _set_sizes(self) -> None:
        for compiled_pass in self._passes:
            exact_size = (
                compiled_pass.allocated.exact_size if compiled_pass.allocated else self._size
            )
            values = {
                Builtin.RENDER_SIZE: struct.pack("=2f", *exact_size),
                Builtin.RENDER_SIZE_3: struct.pack("=3f", *exact_size, 1.0),
                Builtin.ASPECT: struct.pack("=f", self._size[0] / self._size[1]),
                Builtin.SAFE_AREA: struct.pack("=4f", *safe_area(*self._size)),
            }
            for name, meaning in self._effect.uniforms.items():
                if meaning in values:
                    compiled_pass.draw_call.set(name, values[meaning])


def _texture_source(source: TextureSource | SamplerView) -> TextureSource:
    return source.source if isinstance(source, SamplerView) else source


def _sampler_error(effect: Effect, error: GlError) -> ToqiboxError:
    """Return the error for an unbound sampler or too many samplers, at its declaration."""
    name = re.escape(error.sampler) if isinstance(error, SamplerError) else None
    for listing in effect.listings if name else ():
        if match := re.search(rf"\bsampler\w+\s[^;]{{0,200}}?\b({name})\b", listing.text):
            author = AuthorFile(effect.id, listing.file, listing.text, listing.origins)
            return author.error(str(error), match.start(1))
    problem = diagnostic(effect.file, effect.source, None, None, str(error))
    return ToqiboxError("shader_compile_failed", name=effect.id, diagnostics=[problem])


def _sampled_targets(effect: Effect, effect_pass: Pass, program: Program) -> frozenset[str]:
    """Return the targets that a pass samples."""
    sources: dict[str, Channel] = {channel.uniform: channel for channel in effect_pass.channels}
    sampled = {sources[name].source if name in sources else name for name in program}
    return frozenset(sampled.intersection(target.name for target in effect.targets))


def _pass_names(effect: Effect) -> list[str]:
    """Name each pass after its target, numbered if it has several, or ``output``."""
    names = [effect_pass.target or "output" for effect_pass in effect.passes]
    numbers = {name: count(1) for name in names}
    return [f"{name} {next(numbers[name])}" if names.count(name) > 1 else name for name in names]


def compile_pass(
    context: Context, effect: Effect, effect_pass: Pass
) -> tuple[Program, tuple[str, str]]:
    """Compile a pass; return the program and its vertex and fragment shader.

    Raises:
        ToqiboxError: ``shader_compile_failed`` with diagnostics in the author's lines.
    """
    try:
        shaders = (effect_pass.vertex, effect_pass.fragment)
        return context.program(*shaders), shaders
    except CompileError as error:
        log = str(error)
    for texts in zip(
        fallback_sources(effect_pass.vertex), fallback_sources(effect_pass.fragment), strict=True
    ):
        try:
            return context.program(*texts), texts
        except CompileError:
            continue
    diagnostics = compiler_diagnostics(
        log, effect.listings, (effect_pass.vertex, effect_pass.fragment)
    )
    raise ToqiboxError("shader_compile_failed", name=effect.id, diagnostics=diagnostics, detail=log)
