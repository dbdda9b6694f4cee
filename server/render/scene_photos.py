"""The photos of a scene as textures, and as they fill its frames."""

from functools import cached_property

from server.protocol.scene import SceneSpec
from server.render import default_media
from server.render.gl.context import Context
from server.render.gl.render_target import RenderTarget
from server.render.textures.image import PhotoTexture
from server.render.textures.photo_fit import fit


class ScenePhotos:
    """The photos of a scene; no effect changes them, so that the next scene can use them again.

    Args:
        context: the context that owns them.
        spec: the scene.

    Raises:
        ToqiboxError: ``invalid_parameter`` if its fit is not one of FITS.
    """

    def __init__(self, context: Context, spec: SceneSpec) -> None:
        self._context = context
        self._size, self._fit = spec.size, spec.fit
        self.first = (
            PhotoTexture.load(context, spec.photo)
            if spec.photo
            else default_media.default_photo(context)
        )
        self.first_fitted = fit(context, self.first, self._size, self._fit)
        self.second = PhotoTexture.load(context, spec.photo2) if spec.photo2 else self.first

    @cached_property
    def second_fitted(self) -> RenderTarget:
        """The second photo in a frame; the first one if there is no second."""
        if self.second is self.first:
            return self.first_fitted
        return fit(self._context, self.second, self._size, self._fit)
