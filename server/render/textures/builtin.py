"""Builtin textures of effects, which no request sets: see server/effects/model/texture.py."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from server.effects.assets import refusal
from server.effects.effect import Effect
from server.effects.model.texture import Content, Texture
from server.errors import ToqiboxError
from server.media.photos import photo as files
from server.render.gl.context import Context, GlError
from server.render.gl.memory_budget import MemoryBudget, rejection_error
from server.render.gl.render_target import SamplerView, TextureSource
from server.render.textures.copies import make_cube
from server.render.textures.image import ImageTexture

_KEYBOARD = (256, 3)
_MAX_CUBE_EDGE = 1024
"""Largest edge in pixels of a cube of images."""


class BuiltinTextures:
    """Creates the builtin textures of one effect.

    Args:
        context: the context that owns them.
        effect: the effect.
        photo: the job's photo, unfitted.
        audio_texture: creates the texture of the audio on demand.
        paths: absolute paths of the effect's files, by the name in the effect.
        budget: memory that they may take.
    """

    def __init__(
        self,
        context: Context,
        effect: Effect,
        photo: ImageTexture,
        audio_texture: Callable[[], TextureSource],
        paths: Mapping[str, Path],
        budget: MemoryBudget,
    ) -> None:
        self._context = context
        self._effect = effect
        self._photo = photo
        self._audio_texture = audio_texture
        self._paths = paths
        self._budget = budget

    def create_all(self) -> dict[str, SamplerView]:
        """Create all textures, by name.

        Raises:
            ToqiboxError: ``shader_rejected`` for a file that is not an image, an invalid size or
                number of components, or too much memory.
        """
        return {
            texture.name: SamplerView(self._create(texture)) for texture in self._effect.textures
        }

    def _create(self, texture: Texture) -> TextureSource:
        if texture.content is Content.PHOTO:
            return self._photo
        if texture.content is Content.AUDIO:
            return self._audio_texture()
        if texture.content is Content.ZEROS:
            return self._zeros()
        if texture.content is Content.IMAGE:
            return self._image(texture, texture.files[0])
        if texture.content is Content.CUBE:
            return self._cube(texture)
        return self._noise(texture)

    def _noise(self, texture: Texture) -> TextureSource:
        edge, components = texture.size, texture.components
        is_volume = texture.content is Content.VOLUME
        if not (1 <= edge <= self._context.max_texture_size and 1 <= components <= 4):
            raise rejection_error(
                self._effect,
                f"the texture {texture.name} has an invalid size or number of components",
            )
        count = edge ** (3 if is_volume else 2) * components
        self._budget.claim(f"texture {texture.name}", count)
        noise_bytes = noise(count)
        if not is_volume:
            noise_bytes = pair_channels(noise_bytes, edge, components)
        data = noise_bytes.tobytes()
        try:
            if is_volume:
                return TextureSource(self._context.volume(edge, components, data))
            return TextureSource(self._context.texture((edge, edge), components, data=data))
        except GlError as error:
            raise rejection_error(self._effect, f"the texture {texture.name}: {error}") from error

    def _zeros(self) -> TextureSource:
        texture = self._context.texture(_KEYBOARD, 1, data=bytes(_KEYBOARD[0] * _KEYBOARD[1]))
        texture.swizzle = "R001"
        return TextureSource(texture)

    def _image(self, texture: Texture, file: str) -> ImageTexture:
        path = self._paths.get(file)
        if path is None:
            raise refusal(self._effect, file, "it does not exist")
        try:
            width, height, pixels = files.decode(Path(path))
        except (ToqiboxError, OSError) as error:
            raise refusal(self._effect, file, "it is not an image that can be read") from error
        self._budget.claim(f"texture {texture.name} {file}", len(pixels))
        return ImageTexture(self._context, (width, height), pixels)

    def _cube(self, texture: Texture) -> TextureSource:
        faces = [self._image(texture, file) for file in texture.files] or [self._photo]
        edge = min(max(min(face.size) for face in faces), _MAX_CUBE_EDGE)
        self._budget.claim(f"texture {texture.name}", edge * edge * 4 * 6)
        cube = make_cube(self._context, faces, edge)
        for face in faces:
            if face is not self._photo:
                face.release()
        return cube


def noise(count: int) -> NDArray[np.uint8]:
    """Return white noise: byte i is the top byte of a hash of i, identical on every machine.

    The hash is that of the generator PCG-RXS-M-XS of 32 bits (O'Neill 2014; as a hash in Jarzynski
    and Olano 2020, "Hash Functions for GPU Rendering").
    """
    state = np.arange(count, dtype=np.uint32) * np.uint32(747_796_405) + np.uint32(2_891_336_453)
    word = ((state >> ((state >> np.uint32(28)) + np.uint32(4))) ^ state) * np.uint32(277_803_737)
    top: NDArray[np.uint8] = (((word >> np.uint32(22)) ^ word) >> np.uint32(24)).astype(np.uint8)
    return top


def pair_channels(noise_bytes: NDArray[np.uint8], edge: int, components: int) -> NDArray[np.uint8]:
    """Return 2D noise whose green is its red moved by (37, -17), likewise alpha and blue, wrapped.

    Shadertoy's noise textures are built so, and shaders make 3D noise of them: one sample returns
    two slices, (37, 239) texels apart.
    """
    square = noise_bytes.reshape(edge, edge, components).copy()
    for source in range(0, components - 1, 2):
        square[..., source + 1] = np.roll(square[..., source], (-17, 37), (0, 1))
    return square
