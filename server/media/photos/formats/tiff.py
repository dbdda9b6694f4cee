"""TIFF: settings that Pillow needs before it decodes a file."""

from PIL import Image, TiffImagePlugin

from server.errors import ToqiboxError
from server.media.sniff import ACCEPTED_PHOTO

_SUBFILE, _REDUCED, _DNG_VERSION = 254, 1, 50706
"""TIFF tags that identify raw files of cameras (TIFF 6.0, section 8; Adobe DNG 1.7)."""
_BITS, _PLANES, _SEPARATE = 258, 284, 2
"""BitsPerSample, PlanarConfiguration, and its value for one plane per channel."""


def prepare(image: Image.Image) -> None:
    """Reject raw files of cameras, whose first image is a thumbnail, and set up separate planes.

    Raises:
        ToqiboxError: unsupported_media_type.
    """
    assert isinstance(image, TiffImagePlugin.TiffImageFile)
    tags = image.tag_v2
    if _DNG_VERSION in tags or int(tags.get(_SUBFILE, 0)) & _REDUCED:
        raise ToqiboxError(
            "unsupported_media_type",
            field="photo",
            name="photo",
            accepted=ACCEPTED_PHOTO,
            detail="raw file of a camera",
        )
    if tags.get(_PLANES) == _SEPARATE and set(tags.get(_BITS, ())) == {16}:
        _declare_16_bit_planes(image, "B" if tags.prefix == b"MM" else "L")


def _declare_16_bit_planes(image: TiffImagePlugin.TiffImageFile, order: str) -> None:
    """Declare the depth of uncompressed 16-bit planes, which Pillow takes for 8 bits."""
    image.tile = [
        tile._replace(args=(f"{tile.args[0]};16{order}", *tile.args[1:]))
        if tile.codec_name == "raw" and isinstance(tile.args, tuple) and len(tile.args[0]) == 1
        else tile
        for tile in image.tile
    ]
