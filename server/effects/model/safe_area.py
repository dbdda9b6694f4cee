"""The area of a picture that apps leave free, where everything that must be seen has to be.

Apps that show upright video full screen put their buttons and captions over it: TikTok, Reels and
Shorts leave free what is inside these margins of all three.
"""

PORTRAIT_MARGINS = (0.06, 0.22, 0.12, 0.14)
"""Margins of a picture that is higher than wide: left, bottom, right and top, as shares of it."""
_NO_MARGINS = (0.0, 0.0, 0.0, 0.0)


def safe_area(width: float, height: float) -> tuple[float, float, float, float]:
    """Left, bottom, right and top margins, as shares of the picture's width and height."""
    return PORTRAIT_MARGINS if height > width else _NO_MARGINS


def size_names(width: float, height: float) -> dict[str, float]:
    """Names that size expressions know of a picture, in pixels."""
    left, bottom, right, top = safe_area(width, height)
    return {
        "WIDTH": float(width),
        "HEIGHT": float(height),
        "SAFE_WIDTH": width * (1.0 - left - right),
        "SAFE_HEIGHT": height * (1.0 - bottom - top),
    }
