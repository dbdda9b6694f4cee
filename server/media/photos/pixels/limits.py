"""Pixel limits of photos, by the memory that decoding takes."""

from server.errors import ToqiboxError

MAX_KEPT_SIDE = 4096
"""Maximum long side of a kept photo, in pixels: more than any frame shows."""
MAX_SIDE = 32_768
"""Maximum pixels of a side: more than any camera or stitched phone panorama has."""
MAX_PIXELS = {
    "jpeg": 256_000_000,
    "png": 256_000_000,
}
"""Pixel limits of kinds that are decoded at reduced size, without a full-size copy."""
MAX_COEFFICIENTS = 450_000_000
"""Maximum coefficients of a progressive JPEG; all are in memory, two bytes each."""
MAX_FULL_SIZE_PIXELS = 80_000_000
"""Pixel limit of the other kinds, which are in memory at full size, briefly twice."""


def check_size(size: tuple[int, int], kind: str, max_pixels: int | None = None) -> None:
    """Reject a photo that would take too much memory.

    Args:
        size: width and height in pixels.
        kind: as named by `sniff_image`.
        max_pixels: pixel limit of this file, or None for the limit of its kind.

    Raises:
        ToqiboxError: image_too_large.
    """
    max_pixels = max_pixels or MAX_PIXELS.get(kind, MAX_FULL_SIZE_PIXELS)
    if size[0] * size[1] > max_pixels or max(size) > MAX_SIDE:
        raise ToqiboxError(
            "image_too_large",
            field="photo",
            detail=f"{kind} {size[0]} x {size[1]}",
            size=f"{size[0]} x {size[1]}",
            most=max_pixels // 1_000_000,
            side=MAX_SIDE,
        )


def fitted_size(size: tuple[int, int]) -> tuple[int, int]:
    """Return the size in which a photo of `size` is kept: long side at most MAX_KEPT_SIDE."""
    long_side = max(size)
    if long_side <= MAX_KEPT_SIDE:
        return size
    width, height = (max(1, round(side * MAX_KEPT_SIDE / long_side)) for side in size)
    return width, height
