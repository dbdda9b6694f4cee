"""Pictures of several sizes on one PNG, row by row, with the safe area of vertical video."""

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from bench.looks.cells import TALL, Cell

_GAP, _BAR = 6, 16
_SAFE = (0.06, 0.14, 0.88, 0.78)
"""Left, top, right and bottom of what the apps leave free in 9:16, as shares of the picture."""
_GUIDE = (255, 80, 80)


def write(rows: Sequence[Sequence[Cell]], out: Path) -> None:
    """Write the sheet.

    Args:
        rows: cells from left to right, from the top down.
        out: the PNG file.
    """
    width = max(sum(cell.picture.size[0] + _GAP for cell in row) for row in rows) + _GAP
    heights = [max(cell.picture.size[1] for cell in row) + _BAR for row in rows]
    sheet = Image.new("RGB", (width, sum(heights) + _GAP), (17, 18, 22))
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(11)
    top = _GAP
    for row, height in zip(rows, heights, strict=True):
        left = _GAP
        for cell in row:
            sheet.paste(_picture(cell), (left, top))
            draw.text((left, top + cell.picture.size[1] + 1), cell.label, (208, 212, 220), font)
            left += cell.picture.size[0] + _GAP
        top += height
    sheet.save(out, "PNG", compress_level=4)


def _picture(cell: Cell) -> Image.Image:
    if cell.picture.size != TALL:
        return cell.picture
    picture, (across, down) = cell.picture.copy(), TALL
    left, top, right, bottom = _SAFE
    area = (left * across, top * down, right * across, bottom * down)
    ImageDraw.Draw(picture).rectangle(area, outline=_GUIDE)
    return picture
