"""A contact sheet: images in rows, each with a label below, as one PNG file."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from server.files import atomic

_GAP = 8
_TEXT = 13
_LABEL_HEIGHT = 22
_BACKGROUND, _EMPTY_CELL, _INK, _ALERT = (
    (17, 18, 22),
    (34, 36, 43),
    (208, 212, 220),
    (240, 132, 112),
)


@dataclass(frozen=True)
class Cell:
    """One image of a sheet."""

    label: str
    frame: Path | None
    """A PNG file; None leaves the cell empty and draws its label as an alert."""


def compose(cells: Sequence[Cell], columns: int, size: tuple[int, int], out: Path) -> None:
    """Write the sheet.

    Args:
        cells: from left to right, then downwards.
        columns: number of cells in a row.
        size: of an image, in pixels.
        out: the PNG file, written through its `.part`.

    Raises:
        ToqiboxError: storage_full.
    """
    width, height = size
    rows = -(-len(cells) // columns)
    step = (width + _GAP, height + _LABEL_HEIGHT + _GAP)
    sheet = Image.new("RGB", (columns * step[0] + _GAP, rows * step[1] + _GAP), _BACKGROUND)
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(_TEXT)
    for index, cell in enumerate(cells):
        x, y = (
            _GAP + position * step_px
            for position, step_px in zip(_grid_position(index, columns), step, strict=True)
        )
        if cell.frame is None:
            draw.rectangle((x, y, x + width - 1, y + height - 1), _EMPTY_CELL)
        else:
            with Image.open(cell.frame, formats=["PNG"]) as frame:
                sheet.paste(frame.convert("RGB"), (x, y))
        label = _truncate(cell.label, width, font)
        draw.text((x, y + height + 3), label, _ALERT if cell.frame is None else _INK, font)
    with atomic.atomic_write(out) as file:
        sheet.save(file, "PNG", compress_level=4)


def _grid_position(index: int, columns: int) -> tuple[int, int]:
    return index % columns, index // columns


def _truncate(label: str, width: int, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> str:
    """Truncate a label that would extend into the next column."""
    if font.getlength(label) <= width:
        return label
    while label and font.getlength(f"{label}…") > width:
        label = label[:-1]
    return f"{label}…"
