"""The texture of a text, read by shaders with the TEXT_ functions of the ISF dialect.

8-bit RGBA, rows from the bottom up, uploaded to the GPU unchanged:

    h rows    the masks: red is the coverage of coloured text; green the proximity of a letter's
              edge, (reach + 1 - d) / (reach + 2) at d pixels outside; blue the blurred shape;
              alpha the line, 1 for the first
    h rows    emoji in their own colours, premultiplied; absent without emoji
    1 row     numbers, two to a texel, each 16 bits, the high byte first:
              0  lines; 1 if right to left, + 2 with emoji
              1  em; reach of the outline            in 256ths of a pixel
              2  left and bottom of the ink          in pixels
              3  right and top of the ink
              4  first and last baseline from below
              5  height of capitals; radius of the blur   in 256ths of a pixel
              6  cells; pixels from cell to cell
              7  rows of the masks; 0
              8  width and height of the frame
              9… with cells, the width of each       in 256ths of a pixel, one to a texel

An empty text is a block of one row without lines.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from PIL import Image, ImageFilter

from server.arrays import UInt8Array
from server.typography.distance_field import signed_distances

HEADER_TEXELS = 9
_MIN_WIDTH = 16


@dataclass(frozen=True, kw_only=True)
class TextBlock:
    """Lines assembled into one block; rows from the top."""

    frame: tuple[int, int]
    """Size of the frame."""
    fill: UInt8Array
    colors: UInt8Array | None
    line: UInt8Array
    """The line that each row belongs to, from 1."""
    pad: int
    """Padding around the ink, in pixels."""
    baselines: tuple[int, int]
    """Rows from the top to the first and the last baseline."""
    em: float
    caps: float
    reach: float
    """Widest outline in pixels."""
    blur: float
    """Radius of the blur in pixels."""
    rtl: bool
    cells: int = 0
    pitch: int = 0
    advances: Sequence[float] = field(default_factory=tuple)


def empty(frame: tuple[int, int]) -> UInt8Array:
    """Return the texture of a text without ink."""
    texels = np.zeros((2, _MIN_WIDTH, 4), np.uint8)
    texels[1, 7] = (0, 1, 0, 0)
    texels[1, 8] = [byte for side in frame for byte in divmod(side, 256)]
    return texels


def pack(block: TextBlock) -> UInt8Array:
    """Pack the texture: rows by columns by RGBA."""
    height, width = block.fill.shape
    ink = block.fill if block.colors is None else np.maximum(block.fill, block.colors[..., 3])
    masks = np.empty((height, width, 4), np.uint8)
    masks[..., 0] = block.fill
    masks[..., 1] = _edge(ink, block.reach)
    masks[..., 2] = _blurred(ink, block.blur)
    masks[..., 3] = block.line[:, np.newaxis]
    numbers = np.zeros((1, width, 4), np.uint8)
    for index, pair in enumerate(_numbers(block)):
        numbers[0, index] = [byte for value in pair for byte in divmod(_whole(value), 256)]
    colors = [] if block.colors is None else [block.colors[::-1]]
    return np.ascontiguousarray(np.concatenate([masks[::-1], *colors, numbers]))


def _numbers(block: TextBlock) -> list[tuple[float, float]]:
    height, width = block.fill.shape
    first, last = block.baselines
    lines = int(block.line.max(initial=0))
    pad = block.pad
    numbers: list[tuple[float, float]] = [
        (lines, int(block.rtl) + 2 * (block.colors is not None)),
        (block.em * 256, block.reach * 256),
        (pad, pad),
        (width - pad, height - pad),
        (height - first, height - last),
        (block.caps * 256, block.blur * 256),
        (block.cells, block.pitch),
        (height, 0),
        block.frame,
    ]
    max_advances = width - HEADER_TEXELS
    return numbers + [(advance * 256, 0) for advance in block.advances[:max_advances]]


def _whole(value: float) -> int:
    return int(min(max(round(value), 0), 65535))


def _edge(ink: UInt8Array, reach: float) -> UInt8Array:
    if reach <= 0:
        return ink
    coverage = (ink / np.float32(255)).astype(np.float32)
    distance = signed_distances(coverage, int(np.ceil(reach)) + 1)
    level = (reach + 1 - distance) / (reach + 2)
    return np.floor(level.clip(0, 1) * 255 + 0.5).astype(np.uint8)


def _blurred(ink: UInt8Array, radius: float) -> UInt8Array:
    if radius <= 0:
        return ink
    blurred = Image.fromarray(ink).filter(ImageFilter.GaussianBlur(radius / 2))
    return np.asarray(blurred)
