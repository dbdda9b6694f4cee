"""Cube maps: six faces in OpenGL's order +x -x +y -y +z -z, sampled by a direction."""

from server.render.gl.context import Context, Size, TextureCube
from server.render.gl.render_target import RenderTarget, TextureSource

FACES = 6


class CubeTarget(TextureSource):
    """A cube map that is drawn face by face; transparent black at the start.

    A face is drawn on a flat render target and copied on the device. The lowest row of the drawing
    becomes the face's first row, as if it were drawn directly. A double-buffered cube can be
    sampled while it is drawn; samples return the content from before.

    Args:
        context: the context that owns it.
        size: width and height of a face, which are equal.
        floating: 32-bit float components instead of 8 bits.
        double_buffered: keep two textures.
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
        """Bind `face` for drawing, and clear it."""
        self._face_target.begin()

    def end(self, face: int = 0) -> None:
        """Finish `face`; after the last one the six faces are the content."""
        self._face_target.end()
        self.copy_face(face, self._face_target, self._textures[self._front - 1])
        if face == FACES - 1:
            self._front = (self._front + 1) % len(self._textures)
            self.texture = self._textures[self._front]
            self.version += 1

    def copy_face(
        self, face: int, render_target: RenderTarget, texture: TextureCube | None = None
    ) -> None:
        """Copy a render target of the same size and kind onto `face`."""
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
        """Change the size; the content becomes transparent black."""
        self.release()
        self.size = size
        self._make()
        self.texture = self._textures[0]
        self.clear()

    def read(self) -> bytes:
        """Return the finished texture, face after face, each from its first row, tightly packed."""
        return b"".join(self.texture.read(face, alignment=1) for face in range(FACES))

    def write(self, data: bytes | memoryview) -> None:
        """Replace the content with the result of `read`."""
        view = memoryview(data)
        for face in range(FACES):
            at = face * self.face_bytes
            self.texture.write(face, view[at : at + self.face_bytes], alignment=1)
        self.version += 1

    def release(self) -> None:
        """Release the textures."""
        for texture in self._textures:
            texture.release()
        self._face_target.release()
        self._transfer_buffer.release()
