"""One program with what it reads: drawn only when something it depends on has changed."""

from collections.abc import Mapping, Sequence

import numpy as np

from server.effects.model.texture import Filter
from server.render.gl.context import Context, GlError, Program, Sampler, Uniform
from server.render.gl.cubemap import CubeTarget
from server.render.gl.render_target import RenderTarget, SamplerView, TextureSource
from server.render.gl.samplers import is_sampler, sampled_texture_type

FULLSCREEN_VERTEX = """#version 330 core
void main() {
    gl_Position = vec4(vec2(gl_VertexID & 1, gl_VertexID >> 1) * 2.0 - 1.0, 0.0, 1.0);
}
"""
"""The vertex shader of the host's own draws: the exact corners, as a strip."""

BAYER_DITHER = """
float ordered(ivec2 at) {
    int y = at.y & 7, v = (at.x ^ at.y) & 7;
    int b = (v & 1) << 5 | (y & 1) << 4 | (v & 2) << 2 | (y & 2) << 1 | (v & 4) >> 1 | (y & 4) >> 2;
    return (float(b) + 0.5) / 64.0 - 0.5;
}
"""
"""Ordered dither (Bayer 1973, 8 x 8): above -0.5 and below 0.5, its mean over 64 pixels 0."""


class SamplerError(GlError):
    """A sampler of the program, `sampler`, cannot read anything that is there."""

    def __init__(self, sampler: str, message: str) -> None:
        super().__init__(message)
        self.sampler = sampler


class DrawCall:
    """A program, its uniforms as they were set last, and the pictures its samplers read.

    Args:
        context: where it lives.
        program: compiled; this object releases it.
        sources: what each sampler reads, by its GLSL name. A sampler that is not in use in the
            program needs none.
        faces: uniforms (int) that are told which face of a cube is drawn.

    Raises:
        GlError: the program reads more pictures than there are units.
        SamplerError: it reads one that is not given.
    """

    def __init__(
        self,
        context: Context,
        program: Program,
        sources: Mapping[str, TextureSource | SamplerView],
        faces: Sequence[str] = (),
    ) -> None:
        self._context = context
        self._program = program
        self._vertices = context.fullscreen_strip(program)
        self._uniforms: dict[str, Uniform] = {}
        self._values: dict[str, bytes] = {}
        self._views: list[SamplerView] = []
        self._samplers: list[Sampler] = []
        for name in program:
            member = program[name]
            if isinstance(member, Uniform):
                self._add(name, member, sources)
        if len(self._views) > context.max_texture_units:
            raise GlError(
                f"it reads {len(self._views)} pictures at once; at most {context.max_texture_units}"
            )
        self._faces = [self._uniforms[name] for name in faces if name in self._uniforms]
        self._changed = True
        self._drawn_versions: tuple[int, ...] = ()
        self._target_version = -1

    def _add(
        self, name: str, uniform: Uniform, sources: Mapping[str, TextureSource | SamplerView]
    ) -> None:
        if not is_sampler(uniform):
            self._uniforms[name] = uniform
            return
        if name not in sources:
            raise SamplerError(name, f"nothing is given for the sampler {name}")
        source = sources[name]
        view = source if isinstance(source, SamplerView) else SamplerView(source, source.filter)
        if uniform.array_length > 1 or type(view.source.texture) is not sampled_texture_type(
            uniform
        ):
            message = f"the sampler {name} is of a type that what it reads is not"
            raise SamplerError(name, message)
        uniform.value = len(self._views)
        self._views.append(view)
        self._samplers.append(self._context.sampler(view.filter, view.wrap))

    def has_uniform(self, name: str) -> bool:
        """Whether the program has the uniform `name` in use."""
        return name in self._uniforms

    @property
    def values(self) -> Mapping[str, bytes]:
        """The uniforms as they were set last, by name."""
        return self._values

    def set(self, name: str, value: bytes) -> None:
        """Set a uniform from its bytes (float32 or int32, native order) if that changes it."""
        uniform = self._uniforms.get(name)
        if uniform is not None and self._values.get(name) != value:
            uniform.write(value)
            self._values[name] = value
            self._changed = True

    def set_floats(self, **values: float | tuple[float, ...]) -> None:
        """Set float, vec2, vec3 and vec4 uniforms by name."""
        for name, value in values.items():
            self.set(name, np.asarray(value, np.float32).tobytes())

    def render_to(self, render_target: RenderTarget | CubeTarget) -> bool:
        """Draw on all of `surface`, unless it still holds what this would draw.

        That is so when no uniform and no picture it reads has changed since this drew on it, and
        nothing else has drawn on it either.

        Returns:
            Whether it was drawn.
        """
        for view in self._views:
            view.source.refresh()
        versions = tuple(view.source.version for view in self._views)
        if (
            not self._changed
            and versions == self._drawn_versions
            and render_target.version == self._target_version
        ):
            return False
        for view in self._views:
            if view.filter is Filter.MIPMAP:
                view.source.build_mipmaps(self._context)
        for face in range(render_target.faces):
            for uniform in self._faces:
                uniform.value = face
            self._bind()  # again for each face: the copies between them use a unit too
            render_target.begin(face)
            self._context.draw(self._vertices)
            render_target.end(face)
        self._changed = False
        self._drawn_versions, self._target_version = versions, render_target.version
        return True

    def invalidate(self) -> None:
        """Have the next call of `onto` draw, though nothing has changed."""
        self._changed = True

    def release(self) -> None:
        """Give the program back."""
        self._vertices.release()
        self._program.release()

    def _bind(self) -> None:
        for unit, (view, sampler) in enumerate(zip(self._views, self._samplers, strict=True)):
            view.source.texture.use(unit)
            sampler.use(unit)


def draw_once(
    context: Context,
    fragment: str,
    render_to: RenderTarget,
    sources: Mapping[str, TextureSource],
    **floats: float | tuple[float, ...],
) -> None:
    """Draw once onto all of a surface, each picture sampled LINEAR and CLAMP_TO_EDGE."""
    views = {name: SamplerView(source) for name, source in sources.items()}
    draw = DrawCall(context, context.program(FULLSCREEN_VERTEX, fragment), views)
    draw.set_floats(**floats)
    draw.render_to(render_to)
    draw.release()
