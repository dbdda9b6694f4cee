"""The photo: an upload is converted into our own file of upright sRGB pixels.

The file, little-endian: 8 bytes ``TOQIRGBA``, uint32 width, uint32 height, then width x height
pixels of four bytes R G B A, rows from the top, A always 255.
"""

import hashlib
import mmap
import struct
import warnings
from pathlib import Path

import numpy as np
from PIL import Image

from server.arrays import UInt8Array
from server.errors import ToqiboxError
from server.files import atomic
from server.media.photos.alpha_background import composite_on_background
from server.media.photos.pixels.decoded import DecodedPhoto
from server.media.photos.pixels.modes import is_transparent, is_uniform, to_srgb
from server.media.photos.reader import read
from server.media.sniff import ACCEPTED_PHOTO, sniff_image_file
from server.messages import message
from server.protocol.results.media import PreparedPhoto
from server.warnings import warning

_HEADER = struct.Struct("<8sII")
_MAGIC = b"TOQIRGBA"
_UNIFORM_TOLERANCE = 6
"""8-bit steps by which an image of one colour may vary: JPEG's rounding."""
_BROWSER_KINDS = ("jpeg", "png", "webp", "gif", "bmp", "avif")
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def prepare(path: Path, out: Path, name: str = "photo") -> PreparedPhoto:
    """Decode an upload into `out`: upright, sRGB, opaque, long side at most 4096 pixels.

    An animation gives its first frame with visible content. Transparent areas become black, or
    light grey under a dark photo; alpha that is 0 everywhere is ignored.

    Args:
        path: the upload.
        out: the file to write, through its `.part`.
        name: its field in errors and warnings.

    Raises:
        ToqiboxError: unsupported_media_type, undecodable_image, image_too_large, storage_full.
    """
    try:
        decoded = _read(path)
    except ToqiboxError as error:
        error.field = name if error.field == "photo" else error.field
        error.values |= {"name": name} if "name" in error.values else {}
        raise
    image = _rotate_upright(decoded, _flatten(decoded))
    warning_rows = [{**row, "field": name} for row in decoded.warnings]
    if is_uniform(image, _UNIFORM_TOLERANCE):
        warning_rows.append(warning("blank_photo", name, colour=_mean_colour(image)))
    pixels = image.convert("RGBA").tobytes()
    with atomic.atomic_write(out, sealed=True) as stream:
        stream.write(_HEADER.pack(_MAGIC, *image.size))
        stream.write(pixels)
    return PreparedPhoto(
        width=image.width,
        height=image.height,
        sha256=hashlib.sha256(pixels).hexdigest(),
        warnings=tuple(warning_rows),
        alpha=_has_transparent_parts(decoded.image),
    )


def decode(path: Path) -> tuple[int, int, bytes]:
    """Decode an image file as `prepare` does, but with its alpha, straight.

    Returns:
        Width, height, and RGBA bytes, rows from the top.

    Raises:
        ToqiboxError: undecodable_image, also for kinds unsupported by browsers; image_too_large.
    """
    decoded = _read(path, _BROWSER_KINDS)
    colours = to_srgb(decoded.image, decoded.profile)
    if decoded.image.mode.endswith("A"):
        colours.putalpha(decoded.image.getchannel("A"))
    image = _rotate_upright(decoded, colours).convert("RGBA")
    return *image.size, image.tobytes()


def load(path: Path) -> tuple[int, int, memoryview]:
    """Map a file of `prepare`: width, height, and its RGBA bytes, rows from the top.

    Raises:
        ValueError: it is not a file of `prepare`.
    """
    with path.open("rb") as file:
        mapped = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    magic, width, height = _HEADER.unpack_from(mapped)
    if magic != _MAGIC or len(mapped) != _HEADER.size + width * height * 4:
        raise ValueError("not a prepared photo")
    return width, height, mapped[_HEADER.size :]


def shrink(size: tuple[int, int], pixels: bytes | memoryview, max_side: int) -> UInt8Array:
    """Return a small averaged copy of RGBA `pixels`: (height, width, 3)."""
    image = Image.fromarray(np.frombuffer(pixels, np.uint8).reshape(size[1], size[0], 4))
    scale = min(max_side / max(size), 1.0)
    width, height = (max(1, round(side * scale)) for side in size)
    return np.asarray(image.resize((width, height), Image.Resampling.BOX))[..., :3]


def _read(path: Path, kinds: tuple[str, ...] | None = None) -> DecodedPhoto:
    """Decode an image of one of `kinds`, or of any accepted kind."""
    if path.stat().st_size == 0:
        why = message("file_empty")
        raise ToqiboxError("undecodable_image", field="photo", detail="empty", why=why)
    kind = sniff_image_file(path)
    if kinds is not None and kind not in kinds:
        raise ToqiboxError("undecodable_image", field="photo", detail=f"kind {kind}")
    if kind is None:
        raise ToqiboxError(
            "unsupported_media_type", field="photo", name="photo", accepted=ACCEPTED_PHOTO
        )
    with warnings.catch_warnings():  # Pillow warns of unusual metadata
        warnings.simplefilter("ignore")
        return read(path, kind)


def _flatten(decoded: DecodedPhoto) -> Image.Image:
    colours, image = to_srgb(decoded.image, decoded.profile), decoded.image
    if not _has_transparent_parts(image):
        return colours
    return composite_on_background(colours, image.getchannel("A"))


def _has_transparent_parts(image: Image.Image) -> bool:
    """Return whether some of an image is transparent; alpha that is 0 everywhere is ignored."""
    if not image.mode.endswith("A") or is_transparent(image):
        return False
    return image.getchannel("A").getextrema() != (255, 255)


def _rotate_upright(decoded: DecodedPhoto, image: Image.Image) -> Image.Image:
    transposition = _UPRIGHT.get(decoded.orientation)
    return image if transposition is None else image.transpose(transposition)


def _mean_colour(image: Image.Image) -> str:
    """Return the colour of a single-coloured image as ``#rrggbb``."""
    channels = image.resize((1, 1), Image.Resampling.BOX).convert("RGB").tobytes()
    return f"#{channels.hex()}"
