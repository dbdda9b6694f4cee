"""The whole way from a string to the texture of packing.py."""

import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np

from server.typography import clusters, glyph_texture
from server.typography.font_fallback import Choice
from server.typography.glyph_texture import Block, Bytes
from server.typography.layout import Glyphs, set_text
from server.typography.raster import Drawn, draw_line
from server.typography.style import Style

_APART = 0.08
"""Least between the ink of two lines, in em."""
_MOST_CELLS = 64
_WIDEST_CELLS = 8192
"""Pixels that all cells may take; they become smaller beyond."""
_REACH = 64.0
"""Pixels of the widest outline: finding distances takes time in proportion."""


@lru_cache(maxsize=8)
def typeset(text: str, style: Style) -> Bytes:
    """The texture of a text: rows by columns by RGBA, see packing.py.

    Args:
        text: any string; see characters.cleaned.
        style: how it is set.
    """
    cleaned = clusters.cleaned(text)
    if style.cells:
        return _cells(cleaned.replace("\n", ""), style)
    setting = set_text(cleaned, style)
    drawn = [draw_line(line, setting.size) for line in setting.lines]
    lines = [line for line in drawn if line is not None]
    if not lines:
        return glyph_texture.empty(style.frame)
    caps = Choice(style.font, cleaned, bold=style.bold).first.caps
    return glyph_texture.pack(_stacked(lines, style, setting.size, caps, rtl=setting.rtl))


def _stacked(lines: Sequence[Drawn], style: Style, em: float, caps: float, *, rtl: bool) -> Block:
    """Lines one below the other, aligned by their ink."""
    pad = _pad(style, em)
    baselines = [pad + lines[0].rise]
    for above, below in pairwise(lines):
        least = above.height - above.rise + below.rise + math.ceil(_APART * em)
        baselines.append(baselines[-1] + max(round(style.leading * em), least))
    width = max(max(line.width for line in lines) + 2 * pad, glyph_texture.NUMBERS)
    height = baselines[-1] - lines[-1].rise + lines[-1].height + pad
    fill = np.zeros((height, width), np.uint8)
    colors = np.zeros((height, width, 4), np.uint8)
    owner = np.ones(height, np.uint8)
    for number, (line, baseline) in enumerate(zip(lines, baselines, strict=True), 1):
        top = baseline - line.rise
        left = pad + round((width - 2 * pad - line.width) * style.align)
        where = np.s_[top : top + line.height, left : left + line.width]
        fill[where] = np.maximum(fill[where], line.fill)
        if line.colors is not None:
            colors[where] = line.colors
        owner[max(top - math.ceil(_APART * em / 2), 0) :] = number
    return Block(
        frame=style.frame,
        fill=fill,
        colors=colors if any(line.colors is not None for line in lines) else None,
        line=owner,
        pad=pad,
        baselines=(baselines[0], baselines[-1]),
        em=em,
        caps=caps * em,
        reach=min(style.outline * em, _REACH),
        blur=style.shadow * em,
        rtl=rtl,
    )


def _cells(text: str, style: Style) -> Bytes:
    """One row of cells of equal width, each character in the middle of its own."""
    choice = Choice(style.font, text, bold=style.bold)
    rows = choice.faces(clusters.clusters(text)[:_MOST_CELLS])
    glyphs = [Glyphs(cluster, (cluster,), face, rtl=False, spacing=0.0) for cluster, face in rows]
    if not glyphs:
        return glyph_texture.empty(style.frame)
    widest = max(one.width for one in glyphs)
    em = style.size
    while (pitch := math.ceil(widest * em) + 2 * _pad(style, em)) * len(glyphs) > _WIDEST_CELLS:
        em *= 0.9
    pad = _pad(style, em)
    drawn = [draw_line((one,), em) for one in glyphs]
    inked = [one for one in drawn if one is not None]
    rise = max((one.rise for one in inked), default=1)
    below = max((one.height - one.rise for one in inked), default=0)
    height, width = rise + below + 2 * pad, pitch * len(glyphs)
    fill = np.zeros((height, max(width, glyph_texture.NUMBERS + len(glyphs))), np.uint8)
    colors = np.zeros((*fill.shape, 4), np.uint8)
    for place, (one, ink) in enumerate(zip(glyphs, drawn, strict=True)):
        if ink is None:
            continue
        begin = place * pitch + (pitch - one.width * em) / 2 + ink.left
        left = round(min(max(begin, place * pitch), (place + 1) * pitch - ink.width))
        where = np.s_[pad + rise - ink.rise :, max(left, 0) :]
        fill[where][: ink.height, : ink.width] = ink.fill
        if ink.colors is not None:
            colors[where][: ink.height, : ink.width] = ink.colors
    return glyph_texture.pack(
        Block(
            frame=style.frame,
            fill=fill,
            colors=colors if any(ink.colors is not None for ink in inked) else None,
            line=np.ones(height, np.uint8),
            pad=pad,
            baselines=(pad + rise, pad + rise),
            em=em,
            caps=choice.first.caps * em,
            reach=min(style.outline * em, _REACH),
            blur=style.shadow * em,
            rtl=False,
            cells=len(glyphs),
            pitch=pitch,
            advances=[one.width * em for one in glyphs],
        )
    )


def _pad(style: Style, em: float) -> int:
    """Pixels around the ink that outline and blur need, within reason."""
    wanted = max(min(style.outline * em, _REACH) + 1, 1.5 * style.shadow * em)
    return math.ceil(min(wanted, max(style.frame) / 4 + 2)) + 1
