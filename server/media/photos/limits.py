"""Most pixels of a picture, by what decoding it takes in memory."""

from server.errors import ToqiboxError

MAX_KEPT_SIDE = 4096
"""Long side of what is kept of a photo, in pixels: more than any frame shows."""
MAX_SIDE = 32_768
"""Pixels of a side: more than any camera or stitched panorama of a phone has."""
MAX_PIXELS = {
    "jpeg": 256_000_000,
    "png": 256_000_000,
}
"""Kinds that are decoded reduced, so that no copy of full size is made."""
MAX_COEFFICIENTS = 450_000_000
"""Coefficients of a progressive JPEG, which are all in memory, two bytes each."""
MAX_FULL_SIZE_PIXELS = 80_000_000
"""The other kinds, which are in memory at full size, twice for a moment."""


def check_size(size: tuple[int, int], kind: str, max_pixels: int | None = None) -> None:
    """Refuse a picture that would take too much memory.

    Args:
        size: width and height in pixels.
        kind: as `sniff_image` names it.
        max_pixels: pixels that this file of its kind may have; None is as many as the kind.

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
    """The size in which a picture of `size` is kept: its long side at most MAX_KEPT_SIDE."""
    longest = max(size)
    if longest <= MAX_KEPT_SIDE:
        return size
    width, height = (max(1, round(side * MAX_KEPT_SIDE / longest)) for side in size)
    return width, height
