"""The result of decoding a photo, and the errors and warnings of truncated files."""

from dataclasses import dataclass, field

from PIL import Image

from server.errors import ToqiboxError
from server.media.photos.pixels.limits import fitted_size
from server.media.photos.pixels.modes import is_transparent
from server.messages import message
from server.warnings import WarningData, warning

_ORIENTATION = 0x0112
_MAX_MISSING = 0.7
"""Maximum share of a photo that may be missing for a usable video."""
_NEGLIGIBLE = 0.01
"""Missing share without a warning: a row of blocks at the edge."""


@dataclass(frozen=True)
class DecodedPhoto:
    """A photo as decoded from its file."""

    image: Image.Image
    """In one of the modes of `to_eight_bits`, not rotated yet, in its own colour space."""
    profile: bytes | None = None
    """Its ICC profile."""
    orientation: int = 1
    """EXIF orientation, 1 to 8."""
    warnings: list[WarningData] = field(default_factory=list)
    """Problems of the file that did not prevent decoding; of the field ``photo``."""


def shrink_to_limit(image: Image.Image, size: tuple[int, int] | None = None) -> Image.Image:
    """Resize the image to the size that is kept, or to `size`.

    This is correct with alpha too: Pillow resizes premultiplied pixels. If alpha is 0 everywhere,
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
    """Return the EXIF orientation, 1 to 8; 1 if the EXIF is missing or broken."""
    try:
        return exif_orientation(image.getexif())
    except Exception:  # Pillow parses it lazily and raises SyntaxError, TypeError and others
        return 1


def exif_orientation(exif: Image.Exif) -> int:
    """Return the orientation of parsed EXIF."""
    try:
        return int(exif.get(_ORIENTATION, 1))
    except Exception:  # the value is not a number
        return 1


def truncated_error(detail: str = "") -> ToqiboxError:
    """Return the error for a truncated file that lacks too much of the photo."""
    why = message("file_cut_off")
    return ToqiboxError("undecodable_image", field="photo", detail=detail, why=why)


def check_missing_rows(share: float) -> list[WarningData]:
    """Return the warnings for a photo that lacks `share` of its rows at the lower edge.

    Raises:
        ToqiboxError: undecodable_image, if too much is missing.
    """
    if share > _MAX_MISSING:
        raise truncated_error(f"{share:.0%} are missing")
    if share <= _NEGLIGIBLE:
        return []
    return [warning("photo_cut_off", "photo", percent=max(1, round(share * 100)))]
