"""Lines drawn with their fonts: coverage of what takes a colour, and emoji in their own."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops

from server.typography.font_face import Way
from server.typography.layout import Glyphs

_BESIDE, _ABOVE, _BELOW = 1.0, 2.2, 1.4
"""Room for what reaches out of a line, in em."""


@dataclass(frozen=True)
class Drawn:
    """A line, cut to its ink; rows from the top."""

    fill: NDArray[np.uint8]
    colors: NDArray[np.uint8] | None
    """RGBA, premultiplied, where it has emoji."""
    rise: int
    """Rows from its top to the baseline."""
    left: int
    """Where its ink begins, seen from where the line does."""

    @property
    def height(self) -> int:
        return int(self.fill.shape[0])

    @property
    def width(self) -> int:
        return int(self.fill.shape[1])


def draw_line(line: tuple[Glyphs, ...], size: float) -> Drawn | None:
    """Draw a line; None where it has no ink."""
    width = sum(run.width for run in line) * size
    beside, above = round(_BESIDE * size) + 2, round(_ABOVE * size) + 2
    shape = (round(width) + 2 * beside, above + round(_BELOW * size) + 2)
    fill = Image.new("L", shape)
    colors = Image.new("RGBa", shape) if any(run.face.is_emoji for run in line) else None
    x = float(beside)
    for run in line:
        if run.face.is_emoji and colors is not None:
            _draw_emoji(colors, (x, above), run, size)
        else:
            _draw_run(fill, (x, above), run, size)
        x += run.width * size
    return _cropped(fill, colors, beside, above)


def _draw_run(image: Image.Image, at: tuple[float, int], run: Glyphs, size: float) -> None:
    x, baseline = at
    if run.spacing == 0:
        run.face.draw(image, (x, baseline), run.text, size, Way(run.rtl, plain=False))
        return
    way = Way(run.rtl, plain=True)
    whole = run.width
    text = ""
    for place, cluster in enumerate(run.clusters):
        before = run.face.width(text, rtl=run.rtl, plain=True) if text else 0.0
        text += cluster
        begin = before + place * run.spacing
        if run.rtl:
            end = run.face.width(text, rtl=True, plain=True) + (place + 1) * run.spacing
            begin = whole - end
        run.face.draw(image, (x + begin * size, baseline), cluster, size, way)


def _draw_emoji(image: Image.Image, at: tuple[float, int], run: Glyphs, size: float) -> None:
    x, baseline = at
    order = reversed(run.clusters) if run.rtl else iter(run.clusters)
    for cluster in order:
        picture, left, top = run.face.picture(cluster, size)
        corner = (round(x + left), round(baseline + top))
        box = (*corner, corner[0] + picture.width, corner[1] + picture.height)
        # They stand apart, so where one is drawn there is nothing yet.
        image.paste(picture, box, picture.getchannel("a").point(_opaque))
        x += (run.face.width(cluster, rtl=False) + run.spacing) * size


def _opaque(alpha: int) -> int:
    return 255 if alpha else 0


def _cropped(fill: Image.Image, colors: Image.Image | None, x: int, baseline: int) -> Drawn | None:
    ink = fill if colors is None else ImageChops.lighter(fill, colors.getchannel("a"))
    box = ink.getbbox()
    if box is None:
        return None
    left, top, _, _ = box
    return Drawn(
        fill=np.asarray(fill.crop(box)),
        colors=None if colors is None else _bytes_of(colors.crop(box)),
        rise=baseline - top,
        left=left - x,
    )


def _bytes_of(image: Image.Image) -> NDArray[np.uint8]:
    """A premultiplied picture; no colour is more than its alpha, as sharpening may leave it."""
    texels = np.frombuffer(image.tobytes(), np.uint8).reshape(image.height, image.width, 4)
    return np.minimum(texels, texels[..., 3:])
