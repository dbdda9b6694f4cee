"""The complete path from a string to the texture of glyph_texture.py."""

import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np

from server.arrays import UInt8Array
from server.typography import clusters, glyph_texture
from server.typography.font_fallback import FontFallback
from server.typography.glyph_texture import TextBlock
from server.typography.layout import GlyphRun, lay_out
from server.typography.raster import RasterLine, draw_line
from server.typography.style import Style

_MIN_LINE_GAP = 0.08
"""Minimum distance between the ink of two lines, in em."""
_MAX_CELLS = 64
_MAX_CELLS_WIDTH = 8192
"""Maximum pixels of all cells together; beyond, they become smaller."""
_MAX_OUTLINE = 64.0
"""Maximum outline in pixels: the time for distances is proportional to it."""


@lru_cache(maxsize=8)
def typeset(text: str, style: Style) -> UInt8Array:
    """Return the texture of a text: rows by columns by RGBA, see glyph_texture.py.

    Args:
        text: any string; see clusters.clean_text.
        style: its style.
    """
    cleaned = clusters.clean_text(text)
    if style.cells:
        return _cells(cleaned.replace("\n", ""), style)
    layout = lay_out(cleaned, style)
    drawn = [draw_line(line, layout.size) for line in layout.lines]
    lines = [line for line in drawn if line is not None]
    if not lines:
        return glyph_texture.empty(style.frame)
    caps = FontFallback(style.font, cleaned, bold=style.bold).primary.cap_height
    return glyph_texture.pack(_stack_lines(lines, style, layout.size, caps, rtl=layout.rtl))


def _stack_lines(
    lines: Sequence[RasterLine], style: Style, em: float, caps: float, *, rtl: bool
) -> TextBlock:
    """Stack lines vertically, aligned by their ink."""
    pad = _pad(style, em)
    baselines = [pad + lines[0].rise]
    for above, below in pairwise(lines):
        min_distance = above.height - above.rise + below.rise + math.ceil(_MIN_LINE_GAP * em)
        baselines.append(baselines[-1] + max(round(style.leading * em), min_distance))
    width = max(max(line.width for line in lines) + 2 * pad, glyph_texture.HEADER_TEXELS)
    height = baselines[-1] - lines[-1].rise + lines[-1].height + pad
    fill = np.zeros((height, width), np.uint8)
    colors = np.zeros((height, width, 4), np.uint8)
    line_of_row = np.ones(height, np.uint8)
    for number, (line, baseline) in enumerate(zip(lines, baselines, strict=True), 1):
        top = baseline - line.rise
        left = pad + round((width - 2 * pad - line.width) * style.align)
        region = np.s_[top : top + line.height, left : left + line.width]
        fill[region] = np.maximum(fill[region], line.fill)
        if line.colors is not None:
            colors[region] = line.colors
        line_of_row[max(top - math.ceil(_MIN_LINE_GAP * em / 2), 0) :] = number
    return TextBlock(
        frame=style.frame,
        fill=fill,
        colors=colors if any(line.colors is not None for line in lines) else None,
        line=line_of_row,
        pad=pad,
        baselines=(baselines[0], baselines[-1]),
        em=em,
        caps=caps * em,
        reach=min(style.outline * em, _MAX_OUTLINE),
        blur=style.shadow * em,
        rtl=rtl,
    )


def _cells(text: str, style: Style) -> UInt8Array:
    """Return one row of cells of equal width, each character centred in its own."""
    fallback = FontFallback(style.font, text, bold=style.bold)
    faced_clusters = fallback.assign_faces(clusters.split_clusters(text)[:_MAX_CELLS])
    runs = [
        GlyphRun(cluster, (cluster,), face, rtl=False, spacing=0.0)
        for cluster, face in faced_clusters
    ]
    if not runs:
        return glyph_texture.empty(style.frame)
    widest = max(run.width for run in runs)
    em = style.size
    while (pitch := math.ceil(widest * em) + 2 * _pad(style, em)) * len(runs) > _MAX_CELLS_WIDTH:
        em *= 0.9
    pad = _pad(style, em)
    drawn = [draw_line((run,), em) for run in runs]
    visible = [run for run in drawn if run is not None]
    rise = max((run.rise for run in visible), default=1)
    below = max((run.height - run.rise for run in visible), default=0)
    height, width = rise + below + 2 * pad, pitch * len(runs)
    fill = np.zeros((height, max(width, glyph_texture.HEADER_TEXELS + len(runs))), np.uint8)
    colors = np.zeros((*fill.shape, 4), np.uint8)
    for index, (run, ink) in enumerate(zip(runs, drawn, strict=True)):
        if ink is None:
            continue
        start = index * pitch + (pitch - run.width * em) / 2 + ink.left
        left = round(min(max(start, index * pitch), (index + 1) * pitch - ink.width))
        region = np.s_[pad + rise - ink.rise :, max(left, 0) :]
        fill[region][: ink.height, : ink.width] = ink.fill
        if ink.colors is not None:
            colors[region][: ink.height, : ink.width] = ink.colors
    return glyph_texture.pack(
        TextBlock(
            frame=style.frame,
            fill=fill,
            colors=colors if any(ink.colors is not None for ink in visible) else None,
            line=np.ones(height, np.uint8),
            pad=pad,
            baselines=(pad + rise, pad + rise),
            em=em,
            caps=fallback.primary.cap_height * em,
            reach=min(style.outline * em, _MAX_OUTLINE),
            blur=style.shadow * em,
            rtl=False,
            cells=len(runs),
            pitch=pitch,
            advances=[run.width * em for run in runs],
        )
    )


def _pad(style: Style, em: float) -> int:
    """Return the padding around the ink for outline and blur, in pixels, limited by the frame."""
    padding = max(min(style.outline * em, _MAX_OUTLINE) + 1, 1.5 * style.shadow * em)
    return math.ceil(min(padding, max(style.frame) / 4 + 2)) + 1
