"""Texture sources, which draw calls can sample, and render targets, which they can draw on."""

from collections.abc import Callable
from dataclasses import dataclass

from server.effects.model.texture import Filter, Wrap
from server.render.gl.context import Context, Framebuffer, SampledTexture, Size, Texture


class TextureSource:
    """A texture with a version that changes whenever its content may have changed."""

    filter = Filter.LINEAR
    """Default filter."""

    def __init__(self, texture: SampledTexture) -> None:
        self.texture = texture
        self.version = 0
        self._mipmap_version = -1

    def refresh(self) -> None:
        """Update the content, for sources that are made from others."""

    def build_mipmaps(self, context: Context) -> None:
        """Build the mipmaps, unless those of this version exist."""
        if self._mipmap_version != self.version:
            context.build_mipmaps(self.texture)
            self._mipmap_version = self.version


@dataclass(frozen=True)
class SamplerView:
    """A texture source with a filter and wrap mode."""

    source: TextureSource
    filter: Filter = Filter.LINEAR
    wrap: Wrap = Wrap.CLAMP


class RenderTarget(TextureSource):
    """A texture source to draw on; transparent black at the start and before every draw.

    A double-buffered target is drawn into its other buffer, so that the draw itself can sample the
    content from before; `texture` is always the buffer that was finished last.

    Args:
        context: the context that owns it.
        size: width and height in pixels.
        components: 1, 2 or 4, of 8 bits.
        floating: 32-bit float components instead.
        double_buffered: keep two buffers.
    """

    texture: Texture
    faces = 1
    """Draws that complete the content; a cube has six."""

    def __init__(
        self,
        context: Context,
        size: Size,
        components: int = 4,
        *,
        floating: bool = False,
        double_buffered: bool = False,
    ) -> None:
        self._context = context
        self.size = size
        self.components = components
        self.floating = floating
        self._buffers = [self._make_buffer(size) for _ in range(2 if double_buffered else 1)]
        self._front = 0
        super().__init__(self._buffers[0][0])

    def _make_buffer(self, size: Size) -> tuple[Texture, Framebuffer]:
        texture = self._context.texture(size, self.components, floating=self.floating)
        return texture, self._context.framebuffer(texture)

    @property
    def framebuffer(self) -> Framebuffer:
        """The finished buffer, for reading or writing."""
        return self._buffers[self._front][1]

    def begin(self, face: int = 0) -> None:
        """Bind the next buffer for drawing, and clear it."""
        framebuffer = self._buffers[self._front - 1][1]
        framebuffer.use()
        framebuffer.clear(0.0, 0.0, 0.0, 0.0)

    def end(self, face: int = 0) -> None:
        """Make the buffer drawn since `begin` the content."""
        self._front = (self._front + 1) % len(self._buffers)
        self.texture = self._buffers[self._front][0]
        self.version += 1

    def clear(self) -> None:
        """Make it transparent black."""
        for _, framebuffer in self._buffers:
            framebuffer.clear(0.0, 0.0, 0.0, 0.0)
        self.version += 1

    def resize(self, size: Size, carry: Callable[[Texture], None] | None = None) -> None:
        """Change the size; the content becomes transparent black.

        Args:
            size: the new width and height.
            carry: called with the old texture once the new size is set, to draw the old content.
        """
        old, texture = self._buffers, self.texture
        self.size = size
        self._buffers = [self._make_buffer(size) for _ in old]
        self._front = 0
        self.texture = self._buffers[0][0]
        self.version += 1
        if carry is not None:
            carry(texture)
        self._release(old)

    def read(self) -> bytes:
        """Read the finished buffer, rows from the bottom up, tightly packed."""
        kind = "f4" if self.floating else "f1"
        return self.framebuffer.read(components=self.components, alignment=1, dtype=kind)

    def write(self, data: bytes | memoryview) -> None:
        """Replace the content with rows from the bottom up, tightly packed."""
        self.texture.write(data, alignment=1)
        self.version += 1

    def release(self) -> None:
        """Release the textures."""
        self._release(self._buffers)

    def _release(self, buffers: list[tuple[Texture, Framebuffer]]) -> None:
        for texture, framebuffer in buffers:
            self._context.release_framebuffer(framebuffer)
            texture.release()


class RenderTargets(TextureSource):
    """Equal textures that one draw fills at once: each with the shader's output of its number.

    Args:
        context: the context that owns them.
        count: number of textures.
        size: width and height of each in pixels.
        components: 1, 2 or 4, of 8 bits.
    """

    faces = 1
    """Draws that complete the content."""

    def __init__(self, context: Context, count: int, size: Size, components: int) -> None:
        self.size = size
        self.components = components
        textures = [context.texture(size, components) for _ in range(count)]
        self.framebuffer = context.framebuffer(*textures)
        super().__init__(textures[0])

    def begin(self, face: int = 0) -> None:
        """Bind the textures for drawing."""
        self.framebuffer.use()

    def end(self, face: int = 0) -> None:
        """Make what was drawn since `begin` the content."""
        self.version += 1
