"""Pictures: what draws can sample, and surfaces: what they can draw on."""

from collections.abc import Callable
from dataclasses import dataclass

from server.effects.model.texture import Filter, Wrap
from server.render.gl.context import Context, Framebuffer, SampledTexture, Size, Texture


class TextureSource:
    """A texture with a version that is another whenever its content may be another."""

    filter = Filter.LINEAR
    """How it is sampled where nothing else is asked for."""

    def __init__(self, texture: SampledTexture) -> None:
        self.texture = texture
        self.version = 0
        self._mipmap_version = -1

    def refresh(self) -> None:
        """Make it what it should be now; for pictures that are made from others."""

    def build_mipmaps(self, context: Context) -> None:
        """Build its mipmaps, unless those of this version are there."""
        if self._mipmap_version != self.version:
            context.build_mipmaps(self.texture)
            self._mipmap_version = self.version


@dataclass(frozen=True)
class SamplerView:
    """A picture and how it is sampled."""

    source: TextureSource
    filter: Filter = Filter.LINEAR
    wrap: Wrap = Wrap.CLAMP


class RenderTarget(TextureSource):
    """A picture that is drawn on; transparent black at the start and before every draw.

    A doubled surface is drawn on its other side, so that the draw itself can sample what was
    there before; `texture` is always the side that was finished last.

    Args:
        context: where it lives.
        size: width and height in pixels.
        components: 1, 2 or 4, of 8 bits.
        floating: 32-bit float components instead.
        double_buffered: keep two sides.
    """

    texture: Texture
    faces = 1
    """Draws that make one picture; a cube has six."""

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
        """The finished side, to be read from or written to."""
        return self._buffers[self._front][1]

    def begin(self, face: int = 0) -> None:
        """Make the side that is next the one that draws land on, and clear it."""
        framebuffer = self._buffers[self._front - 1][1]
        framebuffer.use()
        framebuffer.clear(0.0, 0.0, 0.0, 0.0)

    def end(self, face: int = 0) -> None:
        """What was drawn since `begin` is the picture now."""
        self._front = (self._front + 1) % len(self._buffers)
        self.texture = self._buffers[self._front][0]
        self.version += 1

    def clear(self) -> None:
        """Make it transparent black."""
        for _, framebuffer in self._buffers:
            framebuffer.clear(0.0, 0.0, 0.0, 0.0)
        self.version += 1

    def resize(self, size: Size, carry: Callable[[Texture], None] | None = None) -> None:
        """Take another size, all clear.

        Args:
            size: the new width and height.
            carry: called with the old texture once the new size is in place, to draw it over.
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
        """The finished side, rows from the bottom up, tightly packed."""
        kind = "f4" if self.floating else "f1"
        return self.framebuffer.read(components=self.components, alignment=1, dtype=kind)

    def write(self, data: bytes | memoryview) -> None:
        """Replace the content by rows from the bottom up, tightly packed."""
        self.texture.write(data, alignment=1)
        self.version += 1

    def release(self) -> None:
        """Give the textures back."""
        self._release(self._buffers)

    def _release(self, buffers: list[tuple[Texture, Framebuffer]]) -> None:
        for texture, framebuffer in buffers:
            self._context.release_framebuffer(framebuffer)
            texture.release()
