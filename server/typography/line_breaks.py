"""Allowed line breaks: between words, also in scripts without spaces between words.

UAX 14 with the dictionaries and models of ICU for Thai, Lao, Khmer, Burmese, Chinese and Japanese,
and rules for titles: a word of one letter stays with the next word, a dash between spaces with the
one before.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import takewhile

import unicodedata2
from icu4py.breakers import LineBreaker

_BREAK_AFTER = frozenset("-‐–—/|·•…")
"""A line may break after these inside a word."""
_DASHES = frozenset("-‐‒–—―−|·•")
"""Between spaces these stay with the word before, so that no line begins with one."""
_UNITS = frozenset("%‰°℃℉€£¥₽₴₸₹₩$")
"""After a number and a space these stay with the number."""
_KOREAN = (("\u1100", "\u11ff"), ("\uac00", "\ud7a3"))


def breakable_pieces(clusters: Sequence[str], *, phrases: bool = True) -> list[list[str]]:
    """Split the clusters of a paragraph into pieces between which a line may break.

    A space belongs to the piece before it.

    Args:
        clusters: of the whole paragraph.
        phrases: keep the words of Chinese, Japanese and Korean together; otherwise lines may end
            between any two characters allowed by UAX 14.
    """
    offsets = _break_offsets("".join(clusters), phrases)
    result: list[list[str]] = []
    offset = 0
    for at, cluster in enumerate(clusters):
        after = clusters[at + 1] if at + 1 < len(clusters) else " "
        is_dash = cluster[0] in _DASHES and is_space(after)
        before = clusters[at - 1]
        if result and (
            is_dash or not _may_break(result[-1], before, cluster, offered=offset in offsets)
        ):
            result[-1].append(cluster)
        else:
            result.append([cluster])
        offset += _utf16_length(cluster)
    return result


def is_space(cluster: str) -> bool:
    """Return whether a cluster takes no room at the end of a line."""
    return cluster[0].isspace() or cluster == "\u200b"


@lru_cache(maxsize=64)
def _break_offsets(text: str, phrases: bool) -> frozenset[int]:
    """Return the UTF-16 offsets in a text at which UAX 14 allows a line break."""
    # ICU has phrases only for the locales ja and ko; that of ja includes Chinese words.
    language = "ko" if any(low <= char <= high for char in text for low, high in _KOREAN) else "ja"
    locale = f"{language}@lb=strict" + (";lw=phrase" if phrases else "")
    return frozenset(end for _, end in LineBreaker(text, locale).segments())


def _utf16_length(text: str) -> int:
    """Return the length of a text in UTF-16, as ICU counts: two for characters past U+FFFF."""
    return len(text) + sum(char > "\uffff" for char in text)


def _may_break(piece: Sequence[str], before: str, after: str, *, offered: bool) -> bool:
    if is_space(before):
        return (
            offered and not _ends_in_one_letter(piece) and not _is_number_before_unit(piece, after)
        )
    if before[0] in _BREAK_AFTER and not is_space(after):
        goes_on = unicodedata2.category(after[0])[0] == "L"
        return len(piece) > 1 and goes_on
    return offered


def _ends_in_one_letter(piece: Sequence[str]) -> bool:
    """Return whether its last word is one letter; a space follows it."""
    word = list(takewhile(lambda cluster: not is_space(cluster), reversed(piece[:-1])))
    return len(word) == 1 and unicodedata2.category(word[0][0]) == "Ll"


def _is_number_before_unit(piece: Sequence[str], after: str) -> bool:
    """Return whether it ends in a number and `after` is a unit."""
    return len(piece) > 1 and after[0] in _UNITS and unicodedata2.category(piece[-2][0]) == "Nd"
