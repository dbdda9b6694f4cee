"""Images of several sizes on one PNG, row by row, with the safe area of vertical video."""

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from bench.looks.cells import TALL, Tile

_GAP, _LABEL_HEIGHT = 6, 16
_SAFE = (0.06, 0.14, 0.88, 0.78)
"""Left, top, right and bottom of the area that apps leave free in 9:16, as shares of the image."""
_GUIDE = (255, 80, 80)


def write(rows: Sequence[Sequence[Tile]], out: Path) -> None:
    """Write the sheet.

    Args:
        rows: tiles from left to right, rows from the top.
        out: the PNG file.
    """
    width = max(sum(tile.image.size[0] + _GAP for tile in row) for row in rows) + _GAP
    heights = [max(tile.image.size[1] for tile in row) + _LABEL_HEIGHT for row in rows]
    sheet = Image.new("RGB", (width, sum(heights) + _GAP), (17, 18, 22))
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(11)
    top = _GAP
    for row, height in zip(rows, heights, strict=True):
        left = _GAP
        for tile in row:
            sheet.paste(_image_with_guides(tile), (left, top))
            draw.text((left, top + tile.image.size[1] + 1), tile.label, (208, 212, 220), font)
            left += tile.image.size[0] + _GAP
        top += height
    sheet.save(out, "PNG", compress_level=4)


def _image_with_guides(tile: Tile) -> Image.Image:
    if tile.image.size != TALL:
        return tile.image
    image, (width, height) = tile.image.copy(), TALL
    left, top, right, bottom = _SAFE
    area = (left * width, top * height, right * width, bottom * height)
    ImageDraw.Draw(image).rectangle(area, outline=_GUIDE)
    return image
