"""A text in lines that fit: wrapped where a line may end, lines balanced, smaller if need be."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from server.typography import bidi, fonts, line_breaks
from server.typography import clusters as characters
from server.typography.font_face import Face
from server.typography.font_fallback import Choice
from server.typography.style import Style

_STEP = 0.96
_BALANCING = 12
_ELLIPSIS = "…"
_BOUND = (("\u0600", "\u109f"), ("\u1780", "\u18af"), ("\ufb50", "\ufdff"), ("\ufe70", "\ufefe"))
"""Scripts whose letters are joined or stacked: spacing would tear them apart."""


@dataclass(frozen=True)
class Glyphs:
    """A stretch of a line that one font draws in one direction."""

    text: str
    clusters: tuple[str, ...]
    face: Face
    rtl: bool
    spacing: float
    """After each cluster, in em."""

    @property
    def width(self) -> float:
        """In em, with the space after the last cluster."""
        if self.face.is_emoji:
            return sum(self.face.width(one, rtl=False) + self.spacing for one in self.clusters)
        plain = self.spacing != 0
        whole = self.face.width(self.text, rtl=self.rtl, plain=plain)
        return whole + self.spacing * len(self.clusters)


@dataclass(frozen=True)
class Setting:
    """Lines as they are to be drawn."""

    lines: tuple[tuple[Glyphs, ...], ...]
    """From the top; each from left to right."""
    size: float
    """Pixels of an em."""
    rtl: bool
    """Whether the text runs from right to left."""


class _Paragraph:
    """What stands between line breaks: its clusters, and where its lines may end."""

    def __init__(self, text: str, choice: Choice, spacing: float) -> None:
        self.rows = choice.faces(characters.clusters(text))
        self._spacing = spacing
        whole = "".join(cluster for cluster, _ in self.rows)
        self.base = bidi.base_level(whole)
        found = bidi.levels(whole, self.base)
        self._levels, at = [], 0
        for cluster, _ in self.rows:
            self._levels.append(found[at])
            at += len(cluster)
        self._ellipsis = choice.faces([_ELLIPSIS])
        self.pieces = _ranges(line_breaks.pieces([cluster for cluster, _ in self.rows]))
        self.measure()

    def measure(self) -> None:
        self.full = [self._width(first, last) for first, last in self.pieces]
        self.bare = [self._width(first, self._trimmed(first, last)) for first, last in self.pieces]

    def loosen(self, most: float) -> None:
        """Let lines end inside of what is wider than `most` em: in phrases, else anywhere."""
        clusters = [cluster for cluster, _ in self.rows]
        self._split(most, _ranges(line_breaks.pieces(clusters, phrases=False)))
        self._split(most, [(at, at + 1) for at in range(len(clusters))])

    def _split(self, most: float, finer: Sequence[tuple[int, int]]) -> None:
        """Take the pieces of `finer` in place of those that are wider than `most` em."""
        loose: list[tuple[int, int]] = []
        for (first, last), width in zip(self.pieces, self.bare, strict=True):
            if width > most:
                inside = {end for _, end in finer if first < end < last}
                loose += pairwise([first, *sorted(inside), last])
            else:
                loose.append((first, last))
        self.pieces = loose
        self.measure()

    def wrap(self, most: float) -> list[tuple[int, int]]:
        """Lines as first and end of their pieces, each at most `most` em wide where that can be."""
        lines: list[tuple[int, int]] = []
        first, width = 0, 0.0
        for at, (full, bare) in enumerate(zip(self.full, self.bare, strict=True)):
            if at > first and width + bare > most:
                lines.append((first, at))
                first, width = at, 0.0
            width += full
        return [*lines, (first, len(self.pieces))] if self.pieces else [(0, 0)]

    def balanced(self, most: float) -> list[tuple[int, int]]:
        """As few lines as `wrap` has, of lengths as even as can be."""
        lines = self.wrap(most)
        low, high = max(self.bare, default=0.0), most
        if len(lines) < 2 or low >= high:
            return lines
        for _ in range(_BALANCING):
            middle = 0.5 * (low + high)
            if len(self.wrap(middle)) == len(lines):
                high = middle
            else:
                low = middle
        return self.wrap(high)

    def widest(self) -> float:
        return max(self.bare, default=0.0)

    def line(self, span: tuple[int, int], *, cut: float | None = None) -> tuple[Glyphs, ...]:
        """The glyphs of a line; `cut` is its widest in em where it is to end in an ellipsis."""
        if span[0] == span[1]:
            return ()
        first = self.pieces[span[0]][0]
        last = self._trimmed(first, self.pieces[span[1] - 1][1])
        if cut is None:
            return self._ordered(first, last)
        dots = self._glyphs(self._ellipsis, self.base)
        while last > first + 1 and self._width(first, last) + dots.width > cut:
            last = self._trimmed(first, last - 1)
        row = self._ordered(first, last)
        return (dots, *row) if self.base else (*row, dots)

    def _trimmed(self, first: int, last: int) -> int:
        while last > first and line_breaks.is_space(self.rows[last - 1][0]):
            last -= 1
        return last

    def _width(self, first: int, last: int) -> float:
        return sum(run.width for run in self._runs(first, last))

    def _ordered(self, first: int, last: int) -> tuple[Glyphs, ...]:
        runs = self._runs(first, last)
        found = [level for level, _ in self._groups(first, last)]
        return tuple(runs[place] for place in bidi.order(found))

    def _runs(self, first: int, last: int) -> list[Glyphs]:
        return [self._glyphs(rows, level) for level, rows in self._groups(first, last)]

    def _groups(self, first: int, last: int) -> list[tuple[int, list[tuple[str, Face]]]]:
        """Stretches of one level, font and way of spacing, in the order they are read."""
        keyed = [
            ((self._levels[at], id(self.rows[at][1]), _is_bound(self.rows[at][0])), self.rows[at])
            for at in range(first, last)
        ]
        return [
            (key[0], [row for _, row in rows])
            for key, rows in groupby(keyed, key=lambda entry: entry[0])
        ]

    def _glyphs(self, rows: Sequence[tuple[str, Face]], level: int) -> Glyphs:
        clusters = tuple(cluster for cluster, _ in rows)
        spacing = 0.0 if _is_bound(clusters[0]) else self._spacing
        return Glyphs("".join(clusters), clusters, rows[0][1], level % 2 == 1, spacing)


def set_text(text: str, style: Style) -> Setting:
    """Return the lines of a cleaned text, at a size at which they fit.

    Its own line breaks are kept, more of them than `style` has lines too, as far as the height
    allows; where one line is all that there may be, they are spaces.
    """
    choice = Choice(style.font, text, bold=style.bold)
    spacing = 0.0 if fonts.is_joined(style.font) else style.spacing
    if style.lines == 1:
        text = text.replace("\n", " ")
    rows = [_Paragraph(row, choice, spacing) for row in text.split("\n")]
    rows = [row for row in rows if row.rows]
    style = replace(style, lines=max(style.lines, len(rows)))
    scale = 1.0
    while scale > style.shrink and not _fits(rows, style, style.size * scale):
        scale *= _STEP
    size = style.size * scale
    most = style.width / size
    base = bool(rows and rows[0].base)
    if not _fits(rows, style, size):
        for row in rows:
            row.loosen(most)
        size = min(size, style.width / max(row.widest() for row in rows))
        return Setting(_cut(rows, style, size), size, base)
    lines = [row.line(span) for row in rows for span in row.balanced(most)]
    return Setting(tuple(lines), size, base)


def _fits(rows: Sequence[_Paragraph], style: Style, size: float) -> bool:
    most = style.width / size
    count = sum(len(row.wrap(most)) for row in rows)
    tall = (1 + (count - 1) * style.leading) * size
    return (
        count <= style.lines
        and tall <= max(style.height, size if count == 1 else 0)
        and all(row.widest() <= most for row in rows)
    )


def _cut(rows: Sequence[_Paragraph], style: Style, size: float) -> tuple[tuple[Glyphs, ...], ...]:
    """As many lines as there may be, the last of them ending in an ellipsis where more follow.

    Lines of loosened paragraphs, which may end wherever they must.
    """
    most = style.width / size
    spans = [(row, span) for row in rows for span in row.wrap(most)]
    room = int((style.height / size - 1) / max(style.leading, 0.1)) + 1
    count = max(min(style.lines, room), 1)
    if len(spans) <= count:
        return tuple(row.line(span) for row, span in spans)
    lines = [row.line(span) for row, span in spans[: count - 1]]
    row, span = spans[count - 1]
    return (*lines, row.line(span, cut=most))


def _ranges(rows: Sequence[Sequence[str]]) -> list[tuple[int, int]]:
    found, at = [], 0
    for row in rows:
        found.append((at, at + len(row)))
        at += len(row)
    return found


def _is_bound(cluster: str) -> bool:
    return any(low <= cluster[0] <= high for low, high in _BOUND)
