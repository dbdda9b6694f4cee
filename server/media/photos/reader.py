"""Decoding of an image file of any accepted kind; `read` is the only entry point."""

from collections.abc import Callable
from pathlib import Path

import pi_heif
from PIL import AvifImagePlugin, Image

from server.errors import ToqiboxError
from server.media import webp_size
from server.media.photos.formats import jpeg, png, tiff
from server.media.photos.formats.truncation import is_truncated
from server.media.photos.pixels.decoded import (
    DecodedPhoto,
    read_orientation,
    shrink_to_limit,
    truncated_error,
)
from server.media.photos.pixels.limits import check_size
from server.media.photos.pixels.modes import to_eight_bits
from server.media.photos.pixels.visible_frame import first_visible_frame

_ANIMATED = ("gif", "webp", "avif", "tiff")
"""Kinds that may have several frames or pages."""

# Sizes are checked here, by the memory that decoding each kind takes.
Image.MAX_IMAGE_PIXELS = None
AvifImagePlugin.DEFAULT_MAX_THREADS = 1
pi_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)
pi_heif.options.DECODE_THREADS = 1


def read(path: Path, kind: str) -> DecodedPhoto:
    """Decode an image.

    Args:
        path: the file.
        kind: as named by `sniff_image`.

    Raises:
        ToqiboxError: unsupported_media_type, undecodable_image, image_too_large.
    """
    try:
        decoded = _READERS.get(kind, _decode_with_pillow)(path, kind)
    except ToqiboxError:
        raise
    except MemoryError as error:
        raise ToqiboxError("undecodable_image", field="photo", detail="memory") from error
    # Damaged files make Pillow raise almost any exception: SyntaxError, KeyError, struct.error …
    except Exception as error:
        detail = f"{type(error).__name__}: {error}"[:500]
        if is_truncated(path, kind):
            raise truncated_error(detail) from error
        raise ToqiboxError("undecodable_image", field="photo", detail=detail) from error
    return decoded


def _decode_jpeg(path: Path, _kind: str) -> DecodedPhoto:
    return jpeg.read(path)


def _decode_png(path: Path, _kind: str) -> DecodedPhoto:
    return png.read(path)


def _decode_with_pillow(path: Path, kind: str) -> DecodedPhoto:
    """Decode an image at full size; of an animation, the first frame with visible content."""
    # WebP's decoder allocates the whole canvas on opening; the others on load.
    size = webp_size.read_size(path) if kind == "webp" else None
    if size is not None:
        check_size(size, kind)
    with Image.open(path, formats=[kind.upper()]) as image:
        check_size(image.size, kind)
        if kind == "tiff":
            tiff.prepare(image)
        image.load()
        frame = first_visible_frame(image) if kind in _ANIMATED else to_eight_bits(image)
        profile, orientation = image.info.get("icc_profile"), read_orientation(image)
    return DecodedPhoto(shrink_to_limit(frame), profile, orientation)


_READERS: dict[str, Callable[[Path, str], DecodedPhoto]] = {
    "jpeg": _decode_jpeg,
    "png": _decode_png,
}
