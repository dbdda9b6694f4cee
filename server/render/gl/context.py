"""The only door to moderngl: an OpenGL 3.3 core context on EGL, without a window.

The other modules of server/render get a Context and import the types of GL objects from here.
"""

from typing import Any, Self

import moderngl
from moderngl import (
    Buffer,
    Framebuffer,
    Program,
    Query,
    Sampler,
    Texture,
    Texture3D,
    TextureCube,
    Uniform,
    UniformBlock,
    VertexArray,
)

from server.effects.model.texture import Filter, Wrap
from server.render.gl.devices import LIB_EGL, by_preference, is_software, list_devices
from server.render.gl.extensions import set_mirrored_repeat

__all__ = [
    "Buffer",
    "CompileError",
    "Context",
    "Framebuffer",
    "GlError",
    "Program",
    "Query",
    "SampledTexture",
    "Sampler",
    "Texture",
    "Texture3D",
    "TextureCube",
    "Uniform",
    "UniformBlock",
    "VertexArray",
]

Size = tuple[int, int]
"""Width and height in pixels."""

SampledTexture = Texture | TextureCube | Texture3D
"""Textures that a sampler can read."""

_VERSION = 330
_CUBE_SEAMLESS = 0x884F  # GL_TEXTURE_CUBE_MAP_SEAMLESS, which WebGL 2 always has on
_FILTERS = {
    Filter.NEAREST: (moderngl.NEAREST, moderngl.NEAREST),
    Filter.LINEAR: (moderngl.LINEAR, moderngl.LINEAR),
    Filter.MIPMAP: (moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR),
}

_open_contexts: list[moderngl.Context] = []
"""The open contexts of this process, the most recent one last."""


class GlError(Exception):
    """OpenGL reported an error, or no context can be opened."""


class CompileError(GlError):
    """A program did not compile or link; the text is the driver's log."""


class Context:
    """An open context with its limits; a context manager that releases everything at its end.

    Args:
        device: index of the EGL device to use; None prefers hardware to a software renderer.

    Raises:
        GlError: no context can be opened; the text has the reason for each device.
    """

    def __init__(self, device: int | None = None) -> None:
        self._gl = _open(device)
        self._gl.gc_mode = "context_gc"  # see `collect`
        _open_contexts.append(self._gl)
        info = self._gl.info
        self.renderer: str = info["GL_RENDERER"]
        self.vendor: str = info["GL_VENDOR"]
        self.version: str = info["GL_VERSION"]
        self.software: bool = is_software(self.renderer)
        self.max_texture_size: int = int(info["GL_MAX_TEXTURE_SIZE"])
        self.max_texture_units: int = int(info["GL_MAX_TEXTURE_IMAGE_UNITS"])
        self.draw_count: int = 0
        """Draws so far."""
        self._samplers: dict[tuple[Filter, Wrap], Sampler] = {}
        self._spare_framebuffer = self._gl.framebuffer([self._gl.texture((1, 1), 4)])
        self._gl.enable_only(moderngl.NOTHING)
        self._gl.enable_direct(_CUBE_SEAMLESS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def release(self) -> None:
        """Release the context with its objects; the most recent one still open becomes current."""
        self._gl.release()
        if self._gl in _open_contexts:
            _open_contexts.remove(self._gl)
        if _open_contexts:
            _open_contexts[-1].__enter__()  # type: ignore[no-untyped-call]  # it makes the context current

    def collect(self) -> int:
        """Release the GL objects that Python has collected; return their number.

        The context must be current, and nothing must be drawn until a render target is bound.
        """
        self._spare_framebuffer.use()  # a released framebuffer must not stay bound
        released = 0
        while self._gl.objects:
            gl_object = self._gl.objects.popleft()
            if hasattr(gl_object, "release"):  # objects that were released before have none
                gl_object.release()
                released += 1
        return released

    def program(self, vertex: str, fragment: str) -> Program:
        """Compile and link a program.

        Raises:
            CompileError: with the driver's log.
        """
        try:
            program = self._gl.program(vertex_shader=vertex, fragment_shader=fragment)
        except moderngl.Error as error:
            self._gl.clear_errors()
            raise CompileError(str(error)) from None
        self.check("program")
        return program

    def texture(
        self,
        size: Size,
        components: int = 4,
        *,
        floating: bool = False,
        data: bytes | memoryview | None = None,
    ) -> Texture:
        """Create a texture of 8-bit or 32-bit float components: LINEAR, CLAMP_TO_EDGE, no mipmaps.

        Args:
            size: width and height.
            components: 1 to 4.
            floating: 32-bit float instead of 8-bit normalised.
            data: rows from the bottom up, tightly packed; None for zeros.
        """
        if max(size) > self.max_texture_size:
            raise GlError(
                f"a texture of {size[0]} x {size[1]} is too large:"
                f" at most {self.max_texture_size} a side"
            )
        kind = "f4" if floating else "f1"
        texture = self._gl.texture(size, components, data, alignment=1, dtype=kind)
        texture.filter = (moderngl.LINEAR, moderngl.LINEAR)
        texture.repeat_x = texture.repeat_y = False
        if data is None:  # a driver may give memory in which another texture was
            self.release_framebuffer(self.framebuffer(texture))
        self.check("texture")
        return texture

    def cube(self, edge: int, *, floating: bool = False) -> TextureCube:
        """Create a cube texture with six faces of `edge` squared RGBA pixels, content undefined.

        Rows follow OpenGL's coordinates of cube faces: the first row is the upper one from inside.
        """
        cube = self._gl.texture_cube((edge, edge), 4, dtype="f4" if floating else "f1")
        self.check("cube")
        return cube

    def volume(self, edge: int, components: int, data: bytes) -> Texture3D:
        """Create a volume texture of `edge` cubed texels of 8-bit components, tightly packed."""
        volume = self._gl.texture3d((edge, edge, edge), components, data, alignment=1)
        self.check("volume")
        return volume

    def build_mipmaps(self, texture: SampledTexture) -> None:
        """Build the mipmaps of `texture`."""
        texture.build_mipmaps()
        self.check("mipmaps")

    def sampler(self, filtering: Filter, wrap: Wrap) -> Sampler:
        """Return a sampler object that overrides the texture's own sampling on a unit.

        Raises:
            GlError: the driver does not support mirrored repeat.
        """
        sampler = self._samplers.get((filtering, wrap))
        if sampler is None:
            repeat = wrap is not Wrap.CLAMP
            sampler = self._gl.sampler(
                repeat_x=repeat, repeat_y=repeat, repeat_z=repeat, filter=_FILTERS[filtering]
            )
            member: Any = sampler  # its stub lacks the name
            if wrap is Wrap.MIRROR and not set_mirrored_repeat(member._glo):
                raise GlError("the driver does not support mirrored repeat")
            self._samplers[filtering, wrap] = sampler
        return sampler

    def framebuffer(self, *textures: Texture) -> Framebuffer:
        """Create a framebuffer of equally large textures, cleared to transparent black.

        Output n of a fragment shader is drawn into the n-th texture.
        """
        try:
            framebuffer = self._gl.framebuffer(textures)
        except moderngl.Error as error:
            raise GlError(str(error)) from None
        framebuffer.clear(0.0, 0.0, 0.0, 0.0)
        self.check("framebuffer")
        return framebuffer

    def release_framebuffer(self, framebuffer: Framebuffer) -> None:
        """Release a framebuffer; the next draw must bind its own."""
        self._spare_framebuffer.use()  # a released framebuffer must not stay bound
        framebuffer.release()

    def fullscreen_strip(self, program: Program) -> VertexArray:
        """Create the vertices of a draw: 4 of a strip, placed by the vertex shader."""
        array = self._gl.vertex_array(program, [])
        array.mode = moderngl.TRIANGLE_STRIP
        array.vertices = 4
        return array

    def draw(self, array: VertexArray) -> None:
        """Draw a strip into the bound framebuffer; blending and depth are off."""
        self.draw_count += 1
        array.render()

    def buffer(self, size: int) -> Buffer:
        """Create a buffer object of `size` bytes."""
        buffer = self._gl.buffer(reserve=size)
        self.check("buffer")
        return buffer

    def timer(self) -> Query:
        """Create a query of the time that draws take."""
        return self._gl.query(time=True)

    def finish(self) -> None:
        """Wait until all draws are finished."""
        self._gl.finish()

    def check(self, operation: str) -> None:
        """Raise GlError if glGetError reports an error since the last check."""
        error = self._gl.error
        if error != "GL_NO_ERROR":
            self._gl.clear_errors()
            raise GlError(f"{error} after {operation}")


def _open(device: int | None) -> moderngl.Context:
    if device is not None:
        candidates: list[int | None] = [device]
    else:
        candidates = [d.index for d in by_preference(list_devices())] or [None]
    reasons: list[str] = []
    spare: list[int | None] = []
    for index in candidates:
        try:
            context = _create(index)
        except Exception as error:  # glcontext raises bare Exception
            reasons.append(f"device {index}: {error}")
            continue
        last = index == candidates[-1] and not spare
        if device is not None or last or not is_software(context.info["GL_RENDERER"]):
            return context
        # A device listed as hardware may still use a software renderer.
        spare.append(index)
        context.release()
    if not spare:
        raise GlError("no OpenGL context: " + "; ".join(reasons))
    return _create(spare[0])


def _create(index: int | None) -> moderngl.Context:
    # Libraries are named: a search would start a compiler or ldconfig.
    create: Any = moderngl.create_context  # its stub mistypes the settings
    settings = {"standalone": True, "backend": "egl", "libegl": LIB_EGL}
    if index is not None:
        settings["device_index"] = index
    try:
        context: moderngl.Context = create(_VERSION, libgl="libGL.so.1", **settings)
    except Exception as error:  # glcontext raises bare Exception
        if "libGL" not in str(error):
            raise
        # Images without X have GLVND's libOpenGL alone.
        context = create(_VERSION, libgl="libOpenGL.so.0", **settings)
    return context
