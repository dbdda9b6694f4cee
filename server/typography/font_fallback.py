"""Which font draws each cluster of a text."""

from collections.abc import Sequence

import unicodedata2

from server.typography import clusters as characters
from server.typography import fonts
from server.typography.font_face import Face, face_of
from server.typography.font_file import Source


class Choice:
    """Chooses fonts for one text.

    Args:
        family: that is asked for.
        bold: whether its bold weight is.
        text: all of it.
    """

    def __init__(self, family: str, text: str, *, bold: bool) -> None:
        self._family = family
        self._text = text
        self._bold = bold
        first = face_of(fonts.wanted(family, bold=bold))
        self.first = first or self._stand_in()
        """The face of the family itself, or what stands in for it."""

    def _stand_in(self) -> Face:
        for source in (*fonts.others(self._family, "A", "", bold=self._bold), None):
            found = face_of(source)
            if found is not None:
                return found
        raise OSError("no font can be opened")

    def faces(self, clusters: Sequence[str]) -> list[tuple[str, Face]]:
        """Return each cluster that can be drawn, with its face. A space has the one before.

        Of a cluster that no font has as a whole, what the font of its first character has is left.
        """
        rows: list[tuple[str, Face]] = []
        before = self.first
        for cluster in clusters:
            if cluster.isspace():
                rows.append((cluster, self.first if before.is_emoji else before))
                continue
            found = self._face(cluster, before) or self._face(cluster[0], before)
            if found is not None:
                rows.append((found.covered(cluster), found))
                before = found
        return rows

    def _face(self, cluster: str, before: Face) -> Face | None:
        """Return the face that draws a whole cluster; `before` is that of the cluster before it."""
        pictures = face_of(Source(str(fonts.EMOJI)))
        if pictures and characters.is_emoji(cluster) and pictures.has(cluster):
            return pictures
        if self.first.has(cluster):
            return self.first
        for source in fonts.general(self._family, bold=self._bold):
            found = face_of(source)
            if found is not None and found.has(cluster):
                return found
        # Digits and punctuation that several scripts share look like the letters before them.
        if not before.is_emoji and _is_shared(cluster[0]) and before.has(cluster):
            return before
        sign = next(characters.visible(cluster), "")
        for source in fonts.others(self._family, sign, self._text, bold=self._bold) if sign else ():
            found = face_of(source)
            if found is not None and found.has(cluster):
                return found
        return None


def undrawn(text: str) -> list[str]:
    """Return the characters of a text that no installed font has, each once, in their order."""
    cleaned = characters.cleaned(text)
    left = list(characters.clusters(cleaned.replace("\n", "")))
    rows = Choice(fonts.DEFAULT, cleaned, bold=True).faces(left)
    drawn = {sign for cluster, _ in rows for sign in cluster}
    lost = [sign for cluster in left for sign in characters.visible(cluster) if sign not in drawn]
    return list(dict.fromkeys(lost))


def _is_shared(sign: str) -> bool:
    """Report if a character is of no script: neither a letter nor a mark."""
    return unicodedata2.category(sign)[0] not in "LM"
