"""Rasterised lines: coverage of text that takes a colour, and emoji in their own colours."""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageChops

from server.arrays import UInt8Array
from server.typography.font_face import DrawOptions
from server.typography.layout import GlyphRun

_SIDE_ROOM, _ABOVE, _BELOW = 1.0, 2.2, 1.4
"""Room for glyphs that extend beyond a line, in em."""


@dataclass(frozen=True)
class RasterLine:
    """A line cropped to its ink; rows from the top."""

    fill: UInt8Array
    colors: UInt8Array | None
    """Premultiplied RGBA; None without emoji."""
    rise: int
    """Rows from its top to the baseline."""
    left: int
    """Offset of its ink from the beginning of the line."""

    @property
    def height(self) -> int:
        return int(self.fill.shape[0])

    @property
    def width(self) -> int:
        return int(self.fill.shape[1])


def draw_line(line: tuple[GlyphRun, ...], size: float) -> RasterLine | None:
    """Draw a line; return None if it has no ink."""
    width = sum(run.width for run in line) * size
    side_room, above = round(_SIDE_ROOM * size) + 2, round(_ABOVE * size) + 2
    canvas_size = (round(width) + 2 * side_room, above + round(_BELOW * size) + 2)
    fill = Image.new("L", canvas_size)
    colors = Image.new("RGBa", canvas_size) if any(run.face.is_emoji for run in line) else None
    x = float(side_room)
    for run in line:
        if run.face.is_emoji and colors is not None:
            _draw_emoji(colors, (x, above), run, size)
        else:
            _draw_run(fill, (x, above), run, size)
        x += run.width * size
    return _crop_to_ink(fill, colors, side_room, above)


def _draw_run(image: Image.Image, at: tuple[float, int], run: GlyphRun, size: float) -> None:
    x, baseline = at
    if run.spacing == 0:
        run.face.draw(image, (x, baseline), run.text, size, DrawOptions(run.rtl, plain=False))
        return
    options = DrawOptions(run.rtl, plain=True)
    run_width = run.width
    text = ""
    for index, cluster in enumerate(run.clusters):
        before = run.face.width(text, rtl=run.rtl, plain=True) if text else 0.0
        text += cluster
        start = before + index * run.spacing
        if run.rtl:
            end = run.face.width(text, rtl=True, plain=True) + (index + 1) * run.spacing
            start = run_width - end
        run.face.draw(image, (x + start * size, baseline), cluster, size, options)


def _draw_emoji(image: Image.Image, at: tuple[float, int], run: GlyphRun, size: float) -> None:
    x, baseline = at
    order = reversed(run.clusters) if run.rtl else iter(run.clusters)
    for cluster in order:
        emoji, left, top = run.face.emoji_image(cluster, size)
        corner = (round(x + left), round(baseline + top))
        box = (*corner, corner[0] + emoji.width, corner[1] + emoji.height)
        # Emoji do not overlap, so the target area is empty.
        image.paste(emoji, box, emoji.getchannel("a").point(_opaque))
        x += (run.face.width(cluster, rtl=False) + run.spacing) * size


def _opaque(alpha: int) -> int:
    return 255 if alpha else 0


def _crop_to_ink(
    fill: Image.Image, colors: Image.Image | None, x: int, baseline: int
) -> RasterLine | None:
    ink = fill if colors is None else ImageChops.lighter(fill, colors.getchannel("a"))
    box = ink.getbbox()
    if box is None:
        return None
    left, top, _, _ = box
    return RasterLine(
        fill=np.asarray(fill.crop(box)),
        colors=None if colors is None else _premultiplied_bytes(colors.crop(box)),
        rise=baseline - top,
        left=left - x,
    )


def _premultiplied_bytes(image: Image.Image) -> UInt8Array:
    """Return a premultiplied image, colours limited to alpha after any sharpening."""
    texels = np.frombuffer(image.tobytes(), np.uint8).reshape(image.height, image.width, 4)
    return np.minimum(texels, texels[..., 3:])
