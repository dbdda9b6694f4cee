"""Which font draws each cluster of a text."""

from collections.abc import Sequence

from server.media.text import characters, fonts
from server.media.text.face import Face, face_of
from server.media.text.fonts import Source


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
        """Each cluster that can be drawn, with its face; a space has that of what it follows."""
        rows: list[tuple[str, Face]] = []
        for cluster in clusters:
            if cluster.isspace():
                before = rows[-1][1] if rows and not rows[-1][1].is_emoji else self.first
                rows.append((cluster, before))
                continue
            found = self._face(cluster)
            if found is not None:
                rows.append((cluster, found))
            elif self.first.has(cluster[0]):  # marks that no font has with it
                rows.append((cluster[0], self.first))
        return rows

    def _face(self, cluster: str) -> Face | None:
        pictures = face_of(Source(str(fonts.EMOJI)))
        if pictures and characters.is_emoji(cluster) and pictures.has(cluster):
            return pictures
        if self.first.has(cluster):
            return self.first
        sign = next(characters.visible(cluster), "")
        for source in fonts.others(self._family, sign, self._text, bold=self._bold) if sign else ():
            found = face_of(source)
            if found is not None and found.has(cluster):
                return found
        return pictures if sign and pictures and pictures.has(cluster) else None
