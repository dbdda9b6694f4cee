"""What decoding a picture gives, and how it fails for a file that was cut off."""

from dataclasses import dataclass, field

from PIL import Image

from server.errors import ToqiboxError
from server.media.photos.limits import fitted_size
from server.media.photos.pixel_modes import is_transparent
from server.messages import message
from server.warnings import WarningData, warning

_ORIENTATION = 0x0112
_MAX_MISSING = 0.7
"""Share of a picture that may be missing: of less nobody wants a film."""
_NEGLIGIBLE = 0.01
"""Share that nobody misses: a row of blocks at the edge."""


@dataclass(frozen=True)
class DecodedPhoto:
    """A picture as its file has it."""

    image: Image.Image
    """In one of the modes of `eight_bits`, not upright yet, in its own colours."""
    profile: bytes | None = None
    """Its ICC profile."""
    orientation: int = 1
    """That of EXIF, 1 to 8."""
    warnings: list[WarningData] = field(default_factory=list)
    """What is wrong with the file although there is a picture; of the field ``photo``."""


def shrink_to_limit(image: Image.Image, size: tuple[int, int] | None = None) -> Image.Image:
    """The image in the size that is kept of it, or in `size`.

    That is right with alpha too: Pillow resizes premultiplied pixels. Where alpha is 0 everywhere
    the colours are kept.
    """
    target_size = size or fitted_size(image.size)
    if image.size == target_size:
        return image
    if image.mode.endswith("A") and is_transparent(image):
        opaque = shrink_to_limit(image.convert(image.mode[:-1]), target_size).convert(image.mode)
        opaque.putalpha(0)
        return opaque
    return image.resize(target_size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def read_orientation(image: Image.Image) -> int:
    """The EXIF orientation, 1 to 8; 1 where the EXIF is missing or broken."""
    try:
        return exif_orientation(image.getexif())
    except Exception:  # Pillow parses it lazily and raises SyntaxError, TypeError and others
        return 1


def exif_orientation(exif: Image.Exif) -> int:
    """The same of EXIF that was parsed."""
    try:
        return int(exif.get(_ORIENTATION, 1))
    except Exception:  # what stands there is no number
        return 1


def truncated_error(detail: str = "") -> ToqiboxError:
    """The error for a file whose end is missing, with too much of the picture."""
    why = message("file_cut_off")
    return ToqiboxError("undecodable_image", field="photo", detail=detail, why=why)


def check_missing_rows(share: float) -> list[WarningData]:
    """The warnings for a picture that lacks `share` of its rows, at its lower edge.

    Raises:
        ToqiboxError: undecodable_image, where too much is missing.
    """
    if share > _MAX_MISSING:
        raise truncated_error(f"{share:.0%} are missing")
    if share <= _NEGLIGIBLE:
        return []
    return [warning("photo_cut_off", "photo", percent=max(1, round(share * 100)))]
