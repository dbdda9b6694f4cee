"""Most pixels of a picture, by what decoding it takes in memory."""

from server.errors import ToqiboxError

LARGEST = 4096
"""Long side of what is kept of a photo, in pixels: more than any frame shows."""
LONGEST_SIDE = 32_768
"""Pixels of a side: more than any camera or stitched panorama of a phone has."""
MOST_PIXELS = {
    "jpeg": 256_000_000,
    "png": 256_000_000,
}
"""Kinds that are decoded reduced, so that no copy of full size is made."""
MOST_COEFFICIENTS = 450_000_000
"""Coefficients of a progressive JPEG, which are all in memory, two bytes each."""
WHOLE_PIXELS = 80_000_000
"""The other kinds, which are in memory at full size, twice for a moment."""


def check_size(size: tuple[int, int], kind: str, most: int | None = None) -> None:
    """Refuse a picture that would take too much memory.

    Args:
        size: width and height in pixels.
        kind: as `sniff_image` names it.
        most: pixels that this file of its kind may have; None is as many as the kind.

    Raises:
        ToqiboxError: image_too_large.
    """
    most = most or MOST_PIXELS.get(kind, WHOLE_PIXELS)
    if size[0] * size[1] > most or max(size) > LONGEST_SIDE:
        raise ToqiboxError(
            "image_too_large",
            field="photo",
            detail=f"{kind} {size[0]} x {size[1]}",
            size=f"{size[0]} x {size[1]}",
            most=most // 1_000_000,
            side=LONGEST_SIDE,
        )


def fitted(size: tuple[int, int]) -> tuple[int, int]:
    """The size in which a picture of `size` is kept: its long side at most LARGEST."""
    longest = max(size)
    if longest <= LARGEST:
        return size
    width, height = (max(1, round(side * LARGEST / longest)) for side in size)
    return width, height
