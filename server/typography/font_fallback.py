"""The font of each cluster of a text."""

from collections.abc import Sequence

import unicodedata2

from server.typography import clusters as characters
from server.typography import fonts
from server.typography.font_face import FontFace, open_face
from server.typography.font_file import FontSource


class FontFallback:
    """Chooses fonts for one text.

    Args:
        family: the requested family.
        bold: whether the bold weight is requested.
        text: the whole text.
    """

    def __init__(self, family: str, text: str, *, bold: bool) -> None:
        self._family = family
        self._text = text
        self._bold = bold
        primary = open_face(fonts.font_source(family, bold=bold))
        self.primary = primary or self._open_stand_in()
        """The face of the family, or its replacement."""

    def _open_stand_in(self) -> FontFace:
        for source in (*fonts.fallback_fonts(self._family, "A", "", bold=self._bold), None):
            face = open_face(source)
            if face is not None:
                return face
        raise OSError("no font can be opened")

    def assign_faces(self, clusters: Sequence[str]) -> list[tuple[str, FontFace]]:
        """Return each drawable cluster with its face. A space has the face of the one before.

        A cluster that no font has completely keeps what the font of its first character has.
        """
        assigned: list[tuple[str, FontFace]] = []
        previous = self.primary
        for cluster in clusters:
            if cluster.isspace():
                assigned.append((cluster, self.primary if previous.is_emoji else previous))
                continue
            face = self._face(cluster, previous) or self._face(cluster[0], previous)
            if face is not None:
                assigned.append((face.drop_missing(cluster), face))
                previous = face
        return assigned

    def _face(self, cluster: str, previous: FontFace) -> FontFace | None:
        """Return the face that draws a whole cluster; `previous` drew the one before."""
        emoji = open_face(FontSource(str(fonts.EMOJI)))
        if emoji and characters.is_emoji(cluster) and emoji.has_cluster(cluster):
            return emoji
        if self.primary.has_cluster(cluster):
            return self.primary
        for source in fonts.common_fallbacks(self._family, bold=self._bold):
            face = open_face(source)
            if face is not None and face.has_cluster(cluster):
                return face
        # Digits and punctuation shared by several scripts take the font of the letters before.
        if not previous.is_emoji and _is_shared(cluster[0]) and previous.has_cluster(cluster):
            return previous
        char = next(characters.visible_characters(cluster), "")
        for source in (
            fonts.fallback_fonts(self._family, char, self._text, bold=self._bold) if char else ()
        ):
            face = open_face(source)
            if face is not None and face.has_cluster(cluster):
                return face
        return None


def missing_characters(text: str) -> list[str]:
    """Return the characters of a text that no installed font has, each once, in order."""
    cleaned = characters.clean_text(text)
    remaining = list(characters.split_clusters(cleaned.replace("\n", "")))
    assigned = FontFallback(fonts.DEFAULT, cleaned, bold=True).assign_faces(remaining)
    drawn = {char for cluster, _ in assigned for char in cluster}
    missing = [
        char
        for cluster in remaining
        for char in characters.visible_characters(cluster)
        if char not in drawn
    ]
    return list(dict.fromkeys(missing))


def _is_shared(char: str) -> bool:
    """Return whether a character belongs to no script: neither a letter nor a mark."""
    return unicodedata2.category(char)[0] not in "LM"
