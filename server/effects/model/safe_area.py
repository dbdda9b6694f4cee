"""The area of a frame that apps do not cover, where all important content must be.

Apps that show portrait video full screen put their buttons and captions over it: TikTok, Reels and
Shorts all keep the area inside these margins free.
"""

PORTRAIT_MARGINS = (0.06, 0.22, 0.12, 0.14)
"""Margins of a frame that is higher than wide: left, bottom, right and top, as fractions of it."""
_NO_MARGINS = (0.0, 0.0, 0.0, 0.0)


def safe_area(width: float, height: float) -> tuple[float, float, float, float]:
    """Return left, bottom, right and top margins, as fractions of the frame's width and height."""
    return PORTRAIT_MARGINS if height > width else _NO_MARGINS


def size_names(width: float, height: float) -> dict[str, float]:
    """Return the names of a frame's sizes in size expressions, with their values in pixels."""
    left, bottom, right, top = safe_area(width, height)
    return {
        "WIDTH": float(width),
        "HEIGHT": float(height),
        "SAFE_WIDTH": width * (1.0 - left - right),
        "SAFE_HEIGHT": height * (1.0 - bottom - top),
    }
