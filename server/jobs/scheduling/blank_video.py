"""Detection of a video of a single colour, by the ranges that its segments report."""

from collections.abc import Iterable, Sequence

FLAT = 2
"""Maximum difference between frames of one colour."""

Ranges = Sequence[tuple[int, int]]


def blank_colour(segments: Iterable[Ranges | None]) -> str | None:
    """Return the colour of a video of a single colour as ``#rrggbb``, else None.

    Args:
        segments: minimum and maximum luma, Cb and Cr (BT.709, limited range) of each segment;
            None for a segment that is not blank.
    """
    reports = list(segments)
    known = [ranges for ranges in reports if ranges is not None]
    if not known or len(known) < len(reports):
        return None
    planes = [(min(low for low, _ in plane), max(high for _, high in plane))
              for plane in zip(*known, strict=True)]  # fmt: skip
    if any(high - low > FLAT for low, high in planes):
        return None
    return _rgb(*((low + high) / 2 for low, high in planes))


def _rgb(luma: float, blue: float, red: float) -> str:
    """Convert BT.709 (ITU-R BT.709-6, items 3.2 to 3.4), limited range, to ``#rrggbb``."""
    y, cb, cr = (luma - 16) / 219, (blue - 128) / 224, (red - 128) / 224
    r, b = y + 1.5748 * cr, y + 1.8556 * cb
    g = (y - 0.2126 * r - 0.0722 * b) / 0.7152
    return "#" + "".join(f"{round(min(max(part, 0.0), 1.0) * 255):02x}" for part in (r, g, b))
