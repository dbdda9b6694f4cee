"""One program with its inputs: drawn only if something it depends on has changed."""

from collections.abc import Mapping, Sequence

import numpy as np

from server.effects.model.texture import Filter
from server.render.gl.context import Context, GlError, Program, Sampler, Uniform, UniformBlock
from server.render.gl.cubemap import CubeTarget
from server.render.gl.render_target import (
    RenderTarget,
    RenderTargets,
    SamplerView,
    TextureSource,
)
from server.render.gl.samplers import is_sampler, sampled_texture_type

FULLSCREEN_VERTEX = """#version 330 core
void main() {
    gl_Position = vec4(vec2(gl_VertexID & 1, gl_VertexID >> 1) * 2.0 - 1.0, 0.0, 1.0);
}
"""
"""Vertex shader of the host's own draws: the exact corners, as a strip."""

BAYER_DITHER = """
float ordered(ivec2 at) {
    int y = at.y & 7, v = (at.x ^ at.y) & 7;
    int b = (v & 1) << 5 | (y & 1) << 4 | (v & 2) << 2 | (y & 2) << 1 | (v & 4) >> 1 | (y & 4) >> 2;
    return (float(b) + 0.5) / 64.0 - 0.5;
}
"""
"""Ordered dither (Bayer 1973, 8 x 8): above -0.5 and below 0.5, mean 0 over 64 pixels."""


class SamplerError(GlError):
    """The program's sampler `sampler` has no usable source."""

    def __init__(self, sampler: str, message: str) -> None:
        super().__init__(message)
        self.sampler = sampler


class DrawCall:
    """A program, the last values of its uniforms, and the textures that its samplers read.

    Args:
        context: the context that owns it.
        program: the compiled program; this object releases it.
        sources: the source of each sampler, by GLSL name. Samplers that the program does not use
            need none.
        faces: uniforms (int) that are set to the face of a cube before it is drawn.

    Raises:
        GlError: the program reads more textures than there are texture units, or a uniform block:
            nothing fills one, and what a draw reads then is undefined.
        SamplerError: a sampler has no source.
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
            if isinstance(member, UniformBlock):
                raise GlError(
                    f"the uniform block {name} has no source: declare its members as uniforms"
                )
            if isinstance(member, Uniform):
                self._add(name, member, sources)
        if len(self._views) > context.max_texture_units:
            raise GlError(
                f"it reads {len(self._views)} textures at once:"
                f" at most {context.max_texture_units} are allowed"
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
            raise SamplerError(name, f"the sampler {name} has no source")
        source = sources[name]
        view = source if isinstance(source, SamplerView) else SamplerView(source, source.filter)
        if uniform.array_length > 1 or type(view.source.texture) is not sampled_texture_type(
            uniform
        ):
            message = f"the type of the sampler {name} does not match its texture"
            raise SamplerError(name, message)
        uniform.value = len(self._views)
        self._views.append(view)
        self._samplers.append(self._context.sampler(view.filter, view.wrap))

    def has_uniform(self, name: str) -> bool:
        """Return True if the program uses the uniform `name`."""
        return name in self._uniforms

    @property
    def values(self) -> Mapping[str, bytes]:
        """The last values of the uniforms, by name."""
        return self._values

    def set(self, name: str, value: bytes) -> None:
        """Set a uniform from its bytes (float32 or int32, native order) if the value changed."""
        uniform = self._uniforms.get(name)
        if uniform is not None and self._values.get(name) != value:
            uniform.write(value)
            self._values[name] = value
            self._changed = True

    def set_floats(self, **values: float | tuple[float, ...]) -> None:
        """Set float, vec2, vec3 and vec4 uniforms by name."""
        for name, value in values.items():
            self.set(name, np.asarray(value, np.float32).tobytes())

    def render_to(self, render_target: RenderTarget | RenderTargets | CubeTarget) -> bool:
        """Draw on all of `render_target`, unless it still holds the same result.

        It does if no uniform and no source has changed since this draw call drew on it, and nothing
        else has drawn on it either.

        Returns:
            True if it was drawn.
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
            self._bind()  # for each face: the copies between faces use a unit too
            render_target.begin(face)
            self._context.draw(self._vertices)
            render_target.end(face)
        self._changed = False
        self._drawn_versions, self._target_version = versions, render_target.version
        return True

    def invalidate(self) -> None:
        """Force the next call of `render_to` to draw even if nothing has changed."""
        self._changed = True

    def release(self) -> None:
        """Release the program."""
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
    """Draw once on all of a render target, sampling each source with LINEAR and CLAMP_TO_EDGE."""
    views = {name: SamplerView(source) for name, source in sources.items()}
    draw = DrawCall(context, context.program(FULLSCREEN_VERTEX, fragment), views)
    draw.set_floats(**floats)
    draw.render_to(render_to)
    draw.release()
