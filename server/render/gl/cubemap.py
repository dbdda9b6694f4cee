"""Cubes: six faces in OpenGL's order +x -x +y -y +z -z, sampled by a direction."""

from server.render.gl.context import Context, Size, TextureCube
from server.render.gl.render_target import RenderTarget, TextureSource

FACES = 6


class CubeTarget(TextureSource):
    """A cube that is drawn on face by face; transparent black at the start.

    A face is drawn on a flat surface and copied on the device. The lowest row of what is drawn
    is a face's first one, as if it were drawn on directly. A doubled cube can be sampled while
    it is drawn on; what is sampled then is what was there before.

    Args:
        context: where it lives.
        size: width and height of a face, the same.
        floating: 32-bit float components instead of 8 bits.
        double_buffered: keep two sides.
    """

    texture: TextureCube
    faces = FACES

    def __init__(
        self, context: Context, size: Size, *, floating: bool = False, double_buffered: bool = False
    ) -> None:
        self._context = context
        self.size = size
        self.floating = floating
        self._double_buffered = double_buffered
        self._make()
        super().__init__(self._textures[0])
        self.clear()

    def _make(self) -> None:
        edge = self.size[0]
        self._face_target = RenderTarget(self._context, self.size, floating=self.floating)
        self._transfer_buffer = self._context.buffer(self.face_bytes)
        count = 2 if self._double_buffered else 1
        self._textures = [self._context.cube(edge, floating=self.floating) for _ in range(count)]
        self._front = 0

    @property
    def face_bytes(self) -> int:
        """Bytes of one face."""
        return self.size[0] * self.size[1] * (16 if self.floating else 4)

    def begin(self, face: int = 0) -> None:
        """Make `face` the one that draws land on, and clear it."""
        self._face_target.begin()

    def end(self, face: int = 0) -> None:
        """`face` is drawn; after the last one they are the picture."""
        self._face_target.end()
        self.copy_face(face, self._face_target, self._textures[self._front - 1])
        if face == FACES - 1:
            self._front = (self._front + 1) % len(self._textures)
            self.texture = self._textures[self._front]
            self.version += 1

    def copy_face(
        self, face: int, render_target: RenderTarget, texture: TextureCube | None = None
    ) -> None:
        """Copy a surface of the same size and kind onto `face`."""
        kind = "f4" if self.floating else "f1"
        render_target.framebuffer.read_into(
            self._transfer_buffer, components=4, alignment=1, dtype=kind
        )
        (texture or self.texture).write(face, self._transfer_buffer)
        self.version += 1

    def clear(self) -> None:
        """Make it transparent black."""
        self._face_target.clear()
        for texture in self._textures:
            for face in range(FACES):
                self.copy_face(face, self._face_target, texture)

    def resize(self, size: Size) -> None:
        """Take another size, all clear."""
        self.release()
        self.size = size
        self._make()
        self.texture = self._textures[0]
        self.clear()

    def read(self) -> bytes:
        """The finished side, face after face, each from its first row, tightly packed."""
        return b"".join(self.texture.read(face, alignment=1) for face in range(FACES))

    def write(self, data: bytes | memoryview) -> None:
        """Replace the content by what `read` returned."""
        view = memoryview(data)
        for face in range(FACES):
            at = face * self.face_bytes
            self.texture.write(face, view[at : at + self.face_bytes], alignment=1)
        self.version += 1

    def release(self) -> None:
        """Give the textures back."""
        for texture in self._textures:
            texture.release()
        self._face_target.release()
        self._transfer_buffer.release()
