"""The photo: an upload becomes our own file of upright sRGB pixels; the only user of Pillow.

The file, little-endian: 8 bytes ``TOQIRGBA``, uint32 width, uint32 height, then width x height
pixels of four bytes R G B A, rows from the top, A always 255.
"""

import hashlib
import io
import mmap
import struct
import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from server.errors import ToqiboxError
from server.media import part, picture_size
from server.media.sniff import ACCEPTED_PHOTO, sniff_image

MOST_PIXELS = 80_000_000
LONGEST_SIDE = 16_384
LARGEST = 4096
"""Long side of what is kept, in pixels: more than any frame shows."""

_HEADER = struct.Struct("<8sII")
_MAGIC = b"TOQIRGBA"
_ORIENTATION = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SPACES = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK"}


def prepare(path: Path, out: Path) -> tuple[int, int, str]:
    """Decode an upload into `out`: upright, sRGB, over black, long side at most 4096 pixels.

    Of an animation the first frame is taken.

    Returns:
        Width and height in pixels, and the SHA-256 of the pixels.

    Raises:
        ToqiboxError: unsupported_media_type, undecodable_image, image_too_large, storage_full.
    """
    with path.open("rb") as file:
        kind = sniff_image(file.read(32))
    if kind is None:
        raise ToqiboxError(
            "unsupported_media_type", field="photo", name="photo", accepted=ACCEPTED_PHOTO
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        image = _decode(path, kind)
    pixels = image.tobytes()
    with part.writing(out) as stream:
        stream.write(_HEADER.pack(_MAGIC, *image.size))
        stream.write(pixels)
    return *image.size, hashlib.sha256(pixels).hexdigest()


def decode(path: Path) -> tuple[int, int, bytes]:
    """Decode an image file as `prepare` does, but with its alpha, straight.

    Returns:
        Width, height, and RGBA bytes, rows from the top.

    Raises:
        ToqiboxError: as `prepare`.
    """
    with path.open("rb") as file:
        kind = sniff_image(file.read(32))
    if kind is None:
        raise ToqiboxError("undecodable_image", field="photo", detail="of an unknown kind")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        image = _decode(path, kind, opaque=False)
    return *image.size, image.tobytes()


def load(path: Path) -> tuple[int, int, memoryview]:
    """Map a file of `prepare`: width, height, and its RGBA bytes, rows from the top.

    Raises:
        ValueError: it is not such a file.
    """
    with path.open("rb") as file:
        mapped = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    magic, width, height = _HEADER.unpack_from(mapped)
    if magic != _MAGIC or len(mapped) != _HEADER.size + width * height * 4:
        raise ValueError("not a prepared photo")
    return width, height, mapped[_HEADER.size :]


def shrink(size: tuple[int, int], pixels: bytes | memoryview, longest: int) -> NDArray[np.uint8]:
    """A small copy of RGBA `pixels`, averaged: (height, width, 3), long side at most `longest`."""
    image = Image.fromarray(np.frombuffer(pixels, np.uint8).reshape(size[1], size[0], 4))
    scale = min(longest / max(size), 1.0)
    width, height = (max(1, round(side * scale)) for side in size)
    return np.asarray(image.resize((width, height), Image.Resampling.BOX))[..., :3]


def _decode(path: Path, kind: str, *, opaque: bool = True) -> Image.Image:
    too_large = ToqiboxError("image_too_large", field="photo")
    try:
        # WebP's decoder claims memory for the whole canvas on opening; the others wait for load.
        if kind == "webp":
            _check_size(picture_size.webp(path))
        with Image.open(path, formats=[kind.upper()]) as image:
            _check_size(image.size)
            return _upright(image, opaque=opaque)
    except ToqiboxError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise too_large from error
    # Damaged files make Pillow raise nearly anything: SyntaxError, KeyError, struct.error …
    except Exception as error:
        detail = f"{type(error).__name__}: {error}"[:500]
        raise ToqiboxError("undecodable_image", field="photo", detail=detail) from error


def _check_size(size: tuple[int, int] | None) -> None:
    if size is None:
        return
    if size[0] * size[1] > MOST_PIXELS or max(size) > LONGEST_SIDE:
        detail = f"{size[0]} x {size[1]}"
        raise ToqiboxError("image_too_large", field="photo", detail=detail)


def _upright(image: Image.Image, *, opaque: bool) -> Image.Image:
    """Decode the opened image: RGBA, over black or not, its colours and orientation made plain.

    It is made smaller first, so that all that follows costs little. That is right with alpha too:
    Pillow resizes premultiplied pixels.
    """
    size = _fitted(image.size)
    if image.format == "JPEG":
        image.draft(None, size)  # libjpeg decodes at 1/2, 1/4 or 1/8, not below `size`
    image.load()
    orientation = _orientation(image)
    profile = image.info.get("icc_profile")
    plain = _eight_bits(image)
    if plain.size != size:
        plain = plain.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    colours = _to_srgb(plain, profile)
    if opaque:
        colours = _over_black(plain, colours)
    elif plain.mode.endswith("A"):
        colours.putalpha(plain.getchannel("A"))
    method = _UPRIGHT.get(orientation)
    return (colours.transpose(method) if method is not None else colours).convert("RGBA")


def _fitted(size: tuple[int, int]) -> tuple[int, int]:
    longest = max(size)
    if longest <= LARGEST:
        return size
    width, height = (max(1, round(side * LARGEST / longest)) for side in size)
    return width, height


def _orientation(image: Image.Image) -> int:
    """The EXIF orientation, 1 to 8; 1 where the EXIF is missing or broken."""
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # Pillow parses it lazily and raises SyntaxError, TypeError and others
        return 1


def _eight_bits(image: Image.Image) -> Image.Image:
    """The image in one of the modes L, LA, RGB, RGBA, CMYK, the colours untouched."""
    if image.mode.startswith("I;16") or image.mode == "I":
        return _from_sixteen(image)
    if "transparency" in image.info and image.mode in ("1", "L", "P", "RGB"):
        return image.convert("RGBA")
    if image.mode == "P":
        return image.convert("RGBA" if image.palette and "A" in image.palette.mode else "RGB")
    if image.mode in ("L", "LA", "RGB", "RGBA", "CMYK"):
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _from_sixteen(image: Image.Image) -> Image.Image:
    """Grey of 16 bits, which Pillow itself would clip to 8 instead of scaling."""
    values = np.asarray(image)
    grey = np.empty(values.shape, np.uint8)
    for row, line in enumerate(values):  # the whole at once would need gigabytes
        grey[row] = (line.astype(np.uint32) * 255 + 32_767) // 65_535
    clear = image.info.get("transparency")
    if not isinstance(clear, int):
        return Image.fromarray(grey)
    alpha = np.where(values == clear, 0, 255).astype(np.uint8)
    return Image.merge("LA", (Image.fromarray(grey), Image.fromarray(alpha)))


def _to_srgb(image: Image.Image, profile: object) -> Image.Image:
    """The colours of `image` as sRGB in mode RGB, through LittleCMS where `profile` can be used."""
    colours = image.convert(image.mode.removesuffix("A")) if image.mode.endswith("A") else image
    if isinstance(profile, bytes) and profile:
        try:
            return _managed(colours, profile)
        except Exception:  # a broken or foreign profile is as good as none
            return colours.convert("RGB")
    return colours.convert("RGB")


def _managed(colours: Image.Image, profile: bytes) -> Image.Image:
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    mode = _SPACES[source.profile.xcolor_space]
    if mode == "RGB" and colours.mode == "L":
        colours = colours.convert("RGB")
    srgb = ImageCms.createProfile("sRGB")
    transform = ImageCms.buildTransform(source, srgb, mode, "RGB")
    managed = ImageCms.applyTransform(colours, transform)
    assert managed is not None
    return managed


def _over_black(image: Image.Image, colours: Image.Image) -> Image.Image:
    """`colours` laid over black by the alpha of `image`."""
    if not image.mode.endswith("A"):
        return colours
    black = Image.new("RGB", colours.size)
    return Image.composite(colours, black, image.getchannel("A"))
