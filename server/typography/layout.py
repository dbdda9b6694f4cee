"""Line layout: wrapping at allowed breaks, balanced line lengths, a smaller size if needed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from server.typography import bidi, fonts, line_breaks
from server.typography import clusters as characters
from server.typography.font_face import FontFace
from server.typography.font_fallback import FontFallback
from server.typography.style import Style

_SHRINK_STEP = 0.96
_BALANCING_STEPS = 12
_ELLIPSIS = "…"
_JOINED_SCRIPTS = (
    ("\u0600", "\u109f"),
    ("\u1780", "\u18af"),
    ("\ufb50", "\ufdff"),
    ("\ufe70", "\ufefe"),
)
"""Scripts with joined or stacked letters, which spacing would break."""


@dataclass(frozen=True)
class GlyphRun:
    """A part of a line that one font draws in one direction."""

    text: str
    clusters: tuple[str, ...]
    face: FontFace
    rtl: bool
    spacing: float
    """Space after each cluster, in em."""

    @property
    def width(self) -> float:
        """Width in em, with the space after the last cluster."""
        if self.face.is_emoji:
            return sum(
                self.face.width(cluster, rtl=False) + self.spacing for cluster in self.clusters
            )
        plain = self.spacing != 0
        whole = self.face.width(self.text, rtl=self.rtl, plain=plain)
        return whole + self.spacing * len(self.clusters)


@dataclass(frozen=True)
class Layout:
    """Lines ready to be drawn."""

    lines: tuple[tuple[GlyphRun, ...], ...]
    """Lines from the top, each from left to right."""
    size: float
    """Pixels of an em."""
    rtl: bool
    """True if the text runs from right to left."""


class _Paragraph:
    """The text between line breaks: its clusters, and its allowed breaks."""

    def __init__(self, text: str, fallback: FontFallback, spacing: float) -> None:
        self.faced_clusters = fallback.assign_faces(characters.split_clusters(text))
        self._spacing = spacing
        whole = "".join(cluster for cluster, _ in self.faced_clusters)
        self.base = bidi.base_level(whole)
        levels = bidi.embedding_levels(whole, self.base)
        self._levels, at = [], 0
        for cluster, _ in self.faced_clusters:
            self._levels.append(levels[at])
            at += len(cluster)
        self._ellipsis = fallback.assign_faces([_ELLIPSIS])
        self.breakable_pieces = _index_ranges(
            line_breaks.breakable_pieces([cluster for cluster, _ in self.faced_clusters])
        )
        self.measure()

    def measure(self) -> None:
        self.full_widths = [self._width(first, last) for first, last in self.breakable_pieces]
        self.trimmed_widths = [
            self._width(first, self._trim_spaces(first, last))
            for first, last in self.breakable_pieces
        ]

    def loosen(self, max_width: float) -> None:
        """Allow breaks inside pieces wider than `max_width` em: in phrases, otherwise anywhere."""
        clusters = [cluster for cluster, _ in self.faced_clusters]
        self._split(max_width, _index_ranges(line_breaks.breakable_pieces(clusters, phrases=False)))
        self._split(max_width, [(at, at + 1) for at in range(len(clusters))])

    def _split(self, max_width: float, finer: Sequence[tuple[int, int]]) -> None:
        """Replace pieces wider than `max_width` em by the pieces of `finer`."""
        loose: list[tuple[int, int]] = []
        for (first, last), width in zip(self.breakable_pieces, self.trimmed_widths, strict=True):
            if width > max_width:
                inside = {end for _, end in finer if first < end < last}
                loose += pairwise([first, *sorted(inside), last])
            else:
                loose.append((first, last))
        self.breakable_pieces = loose
        self.measure()

    def wrap(self, max_width: float) -> list[tuple[int, int]]:
        """Return lines as first and end piece, each at most `max_width` em wide if possible."""
        lines: list[tuple[int, int]] = []
        first, width = 0, 0.0
        for at, (full_width, trimmed_widths) in enumerate(
            zip(self.full_widths, self.trimmed_widths, strict=True)
        ):
            if at > first and width + trimmed_widths > max_width:
                lines.append((first, at))
                first, width = at, 0.0
            width += full_width
        return [*lines, (first, len(self.breakable_pieces))] if self.breakable_pieces else [(0, 0)]

    def wrap_balanced(self, max_width: float) -> list[tuple[int, int]]:
        """Return as few lines as `wrap`, with lengths as even as possible."""
        lines = self.wrap(max_width)
        low, high = max(self.trimmed_widths, default=0.0), max_width
        if len(lines) < 2 or low >= high:
            return lines
        for _ in range(_BALANCING_STEPS):
            middle = 0.5 * (low + high)
            if len(self.wrap(middle)) == len(lines):
                high = middle
            else:
                low = middle
        return self.wrap(high)

    def widest(self) -> float:
        return max(self.trimmed_widths, default=0.0)

    def line(self, span: tuple[int, int], *, cut: float | None = None) -> tuple[GlyphRun, ...]:
        """Return the glyphs of a line; it ends in an ellipsis if wider than `cut` em."""
        if span[0] == span[1]:
            return ()
        first = self.breakable_pieces[span[0]][0]
        last = self._trim_spaces(first, self.breakable_pieces[span[1] - 1][1])
        if cut is None:
            return self._visual_runs(first, last)
        dots = self._glyph_run(self._ellipsis, self.base)
        while last > first + 1 and self._width(first, last) + dots.width > cut:
            last = self._trim_spaces(first, last - 1)
        runs = self._visual_runs(first, last)
        return (dots, *runs) if self.base else (*runs, dots)

    def _trim_spaces(self, first: int, last: int) -> int:
        while last > first and line_breaks.is_space(self.faced_clusters[last - 1][0]):
            last -= 1
        return last

    def _width(self, first: int, last: int) -> float:
        return sum(run.width for run in self._runs(first, last))

    def _visual_runs(self, first: int, last: int) -> tuple[GlyphRun, ...]:
        runs = self._runs(first, last)
        levels = [level for level, _ in self._groups(first, last)]
        return tuple(runs[place] for place in bidi.visual_order(levels))

    def _runs(self, first: int, last: int) -> list[GlyphRun]:
        return [self._glyph_run(rows, level) for level, rows in self._groups(first, last)]

    def _groups(self, first: int, last: int) -> list[tuple[int, list[tuple[str, FontFace]]]]:
        """Return runs of the same level, font and spacing, in reading order."""
        keyed = [
            (
                (
                    self._levels[at],
                    id(self.faced_clusters[at][1]),
                    _is_joined_script(self.faced_clusters[at][0]),
                ),
                self.faced_clusters[at],
            )
            for at in range(first, last)
        ]
        return [
            (key[0], [faced_cluster for _, faced_cluster in members])
            for key, members in groupby(keyed, key=lambda entry: entry[0])
        ]

    def _glyph_run(self, faced_clusters: Sequence[tuple[str, FontFace]], level: int) -> GlyphRun:
        clusters = tuple(cluster for cluster, _ in faced_clusters)
        spacing = 0.0 if _is_joined_script(clusters[0]) else self._spacing
        return GlyphRun("".join(clusters), clusters, faced_clusters[0][1], level % 2 == 1, spacing)


def lay_out(text: str, style: Style) -> Layout:
    """Return the lines of a cleaned text at a size at which they fit.

    Its own line breaks are kept, even beyond the line limit of `style` as far as the height allows;
    with a limit of one line they become spaces.
    """
    fallback = FontFallback(style.font, text, bold=style.bold)
    spacing = 0.0 if fonts.is_joined(style.font) else style.spacing
    if style.lines == 1:
        text = text.replace("\n", " ")
    paragraphs = [_Paragraph(paragraph, fallback, spacing) for paragraph in text.split("\n")]
    paragraphs = [paragraph for paragraph in paragraphs if paragraph.faced_clusters]
    style = replace(style, lines=max(style.lines, len(paragraphs)))
    scale = 1.0
    while scale > style.shrink and not _fits(paragraphs, style, style.size * scale):
        scale *= _SHRINK_STEP
    size = style.size * scale
    max_width = style.width / size
    base = bool(paragraphs and paragraphs[0].base)
    if not _fits(paragraphs, style, size):
        for paragraph in paragraphs:
            paragraph.loosen(max_width)
        size = min(size, style.width / max(paragraph.widest() for paragraph in paragraphs))
        return Layout(_truncate(paragraphs, style, size), size, base)
    lines = [
        paragraph.line(span)
        for paragraph in paragraphs
        for span in paragraph.wrap_balanced(max_width)
    ]
    return Layout(tuple(lines), size, base)


def _fits(paragraphs: Sequence[_Paragraph], style: Style, size: float) -> bool:
    max_width = style.width / size
    count = sum(len(paragraph.wrap(max_width)) for paragraph in paragraphs)
    tall = (1 + (count - 1) * style.leading) * size
    return (
        count <= style.lines
        and tall <= max(style.height, size if count == 1 else 0)
        and all(paragraph.widest() <= max_width for paragraph in paragraphs)
    )


def _truncate(
    paragraphs: Sequence[_Paragraph], style: Style, size: float
) -> tuple[tuple[GlyphRun, ...], ...]:
    """Return as many lines as allowed; the last ends in an ellipsis if text is left.

    The paragraphs have been loosened, so that lines may end anywhere.
    """
    max_width = style.width / size
    spans = [(paragraph, span) for paragraph in paragraphs for span in paragraph.wrap(max_width)]
    max_lines = int((style.height / size - 1) / max(style.leading, 0.1)) + 1
    count = max(min(style.lines, max_lines), 1)
    if len(spans) <= count:
        return tuple(paragraph.line(span) for paragraph, span in spans)
    lines = [paragraph.line(span) for paragraph, span in spans[: count - 1]]
    paragraph, span = spans[count - 1]
    return (*lines, paragraph.line(span, cut=max_width))


def _index_ranges(pieces: Sequence[Sequence[str]]) -> list[tuple[int, int]]:
    ranges, at = [], 0
    for piece in pieces:
        ranges.append((at, at + len(piece)))
        at += len(piece)
    return ranges


def _is_joined_script(cluster: str) -> bool:
    return any(low <= cluster[0] <= high for low, high in _JOINED_SCRIPTS)
