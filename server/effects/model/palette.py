"""Colours of the photo that a colour input may take as its default, by name."""

from collections.abc import Mapping

COLORS = {
    "vivid": "the photo's most vivid colour, bright enough to be seen on the dimmed photo",
    "second": "another vivid colour, of another hue where the photo has one",
    "light": "nearly white, tinted like the photo's lights; for text",
    "dark": "nearly black, tinted like the photo's shadows",
    "muted": "a greyish middle tone of what the photo mostly is",
}
"""Names and their meanings."""

Palette = Mapping[str, tuple[float, float, float]]
"""sRGB from 0 to 1 by name; a photo without colours has no ``vivid`` and no ``second``."""


def read_palette(stored: Mapping[str, str]) -> Palette:
    """Return the palette from its stored form: ``{"vivid": "#rrggbb", …}``."""
    return {name: _parse_color(text) for name, text in stored.items()}


def _parse_color(text: str) -> tuple[float, float, float]:
    red, green, blue = (int(text[start : start + 2], 16) / 255 for start in (1, 3, 5))
    return red, green, blue
