"""Where a line may end: at spaces, hyphens and between the characters of East Asian scripts.

The part of UAX 14 that titles and names need, with the rules of Japanese and Chinese typography
for what may not begin or end a line. Thai and its neighbours write words without spaces between
them; without a dictionary their lines end at spaces alone.
"""

import unicodedata
from collections.abc import Sequence
from itertools import takewhile

_AFTER = frozenset("-‐–—/|·•…\u200b\u00ad")
"""A line may end behind these."""
_NOT_FIRST = frozenset(
    "!%),.:;?]}¢°·’†‡›℃∶、。〃〆〕〗〞﹚﹜！＂％＇），．：；？！］｝～»”"
    "ゝゞー々ァィゥェォッャュョヮヵヶぁぃぅぇぉっゃゅょゎゕゖ〻‐゠–〜」』】〉》・…"
)
_DASHES = frozenset("-‐‒–—―−|·•")
"""Between spaces they stay with the word before, so that no line begins with one."""
_NOT_LAST = frozenset("$(£¥[{‘“«‹〈《「『【〔〖〝﹙﹛＄（．［｛￡￥")
_GLUE = frozenset("\u00a0\u202f\u2060")
_EAST = (("\u2e80", "\u9fff"), ("\uac00", "\ud7a3"), ("\uf900", "\ufaff"), ("\uff00", "\uffef"))
_FAR_EAST = ("\U00020000", "\U0003ffff")


def pieces(found: Sequence[str]) -> list[list[str]]:
    """The clusters of a paragraph in pieces between which its line may end.

    A space belongs to the piece before it, and so does a dash between spaces. A word of one letter
    stays with the next one, as Russian typography wants it of prepositions.
    """
    rows: list[list[str]] = []
    for at, cluster in enumerate(found):
        after = found[at + 1 : at + 2]
        alone = cluster[0] in _DASHES and all(is_space(sign) for sign in after)
        if rows and (alone or not _may_break(rows[-1], found[at - 1], cluster)):
            rows[-1].append(cluster)
        else:
            rows.append([cluster])
    return rows


def is_space(cluster: str) -> bool:
    """Whether it takes no room at the end of a line."""
    return cluster[0].isspace() or cluster == "\u200b"


def _may_break(piece: Sequence[str], before: str, after: str) -> bool:
    if is_space(after) or before[0] in _GLUE or after[0] in _GLUE:
        return False
    if is_space(before):
        return not _is_short(piece)
    if after[0] in _NOT_FIRST or before[0] in _NOT_LAST:
        return False
    if before[0] in _AFTER:
        return len(piece) > 1 and not after[0].isdigit()
    return _is_east(before[0]) or _is_east(after[0])


def _is_short(piece: Sequence[str]) -> bool:
    """Whether its last word is one letter; a space follows it."""
    word = list(takewhile(lambda cluster: not is_space(cluster), reversed(piece[:-1])))
    return len(word) == 1 and unicodedata.category(word[0][0]) == "Ll"


def _is_east(sign: str) -> bool:
    return any(low <= sign <= high for low, high in (*_EAST, _FAR_EAST))
