"""Cleaning of any string for typesetting, and its division into clusters."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby

import unicodedata2

MAX_CHARACTERS = 200
"""Maximum characters of a text; longer ones are cut."""
_MAX_LINES = 8
_MAX_CLUSTER = 16
"""Maximum characters of a cluster; the longest emoji have ten."""
_MAX_MARKS = 4
"""Maximum combining marks of a character: Hebrew and Thai need three."""

JOINER = "\u200d"
TEXT_STYLE, EMOJI_STYLE = "\ufe0e", "\ufe0f"
KEYCAP = "\u20e3"
_LINE_ENDS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
"""Line ends other than ``\\n``."""
_SPACES = re.compile("[ \t\x1f]+")
_DIRECTIONS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Explicit directions: they would affect the text that follows."""
_DROPPED = ("Cc", "Cs")
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Characters without a shape of their own (Unicode, Default_Ignorable_Code_Point)."""
_STANDALONE = frozenset("\u00ad\u115f\u1160\u200b\u3164\uffa0")
"""Invisible letters and break opportunities, which are clusters of their own."""
_SKIN_TONES = ("\U0001f3fb", "\U0001f3ff")
_REGIONAL_INDICATORS = ("\U0001f1e6", "\U0001f1ff")

_EMOJI = frozenset(
    "⌚⌛⏩⏪⏫⏬⏰⏳◽◾☔☕♈♉♊♋♌♍♎♏♐♑♒♓♿⚓⚡⚪⚫⚽⚾⛄⛅⛎⛔⛪⛲⛳⛵⛺⛽✅✊✋✨❌❎❓❔❕❗➕➖➗➰➿⬛⬜⭐⭕"
)
"""Characters below U+1F000 that are emoji by default (UTS 51, Emoji_Presentation)."""


def clean_text(text: str) -> str:
    """Return the string without what cannot be typeset.

    It is composed (NFC). Control characters, explicit directions, lone surrogates and marks beyond
    the fourth of a character are removed. At most seven line breaks are kept; spaces and tabs in a
    row become one space. Unassigned and private characters are kept: a font may have them.
    """
    decoded = (
        text[: 4 * MAX_CHARACTERS].encode("utf-16", "surrogatepass").decode("utf-16", "ignore")
    )
    decoded = _SPACES.sub(" ", _LINE_ENDS.sub("\n", decoded))
    printable = "".join(char for char in decoded if char == "\n" or _is_kept(char))
    composed = _limit_marks(_compose(printable[:MAX_CHARACTERS]))
    lines = [_SPACES.sub(" ", line).strip() for line in composed.split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    while lines and not lines[0]:
        lines.pop(0)
    return "\n".join(lines[:_MAX_LINES])


def _is_kept(char: str) -> bool:
    return char not in _DIRECTIONS and unicodedata2.category(char) not in _DROPPED


def _compose(text: str) -> str:
    """Return a text in NFC, except for characters that NFC would decompose: fonts may have them."""
    return "".join(
        "".join(chars) if would_decompose else unicodedata2.normalize("NFC", "".join(chars))
        for would_decompose, chars in groupby(text, lambda char: len(_nfc(char)) > 1)
    )


@lru_cache(maxsize=4096)
def _nfc(char: str) -> str:
    return str(unicodedata2.normalize("NFC", char))


def _limit_marks(text: str) -> str:
    kept, marks = [], 0
    for char in text:
        marks = marks + 1 if is_mark(char) else 0
        if marks <= _MAX_MARKS:
            kept.append(char)
    return "".join(kept)


def is_mark(char: str) -> bool:
    """Return whether a character combines with the one before it."""
    return unicodedata2.category(char) in ("Mn", "Me", "Mc")


def split_clusters(text: str) -> list[str]:
    """Split the string into clusters, which are drawn with one font and never broken.

    These are almost the extended grapheme clusters of UAX 29: a character with its marks, emoji
    sequences, flags, Hangul syllables; and Indic consonants joined by a virama.
    """
    result: list[str] = []
    for char in text:
        if result and len(result[-1]) < _MAX_CLUSTER and _continues(result[-1], char):
            result[-1] += char
        else:
            result.append(char)
    return result


def _continues(before: str, char: str) -> bool:
    """Return whether a character continues the cluster `before`."""
    if before == "\n" or char == "\n":
        return False
    if is_mark(char) or _is_attached(char) or _in_range(char, _SKIN_TONES):
        return True
    last = before[-1]
    if last == JOINER:
        return not before[0].isspace()
    if _in_range(char, _REGIONAL_INDICATORS):
        return len(before) == 1 and _in_range(before, _REGIONAL_INDICATORS)
    return unicodedata2.combining(last) == 9 or _is_syllable(last, char)


def _is_attached(char: str) -> bool:
    """Return whether an invisible character stays with the one before it."""
    return _INVISIBLE.match(char) is not None and char not in _STANDALONE


def _is_syllable(last: str, char: str) -> bool:
    """Return whether conjoining Hangul letters continue a syllable (UAX 29, GB6 to GB8)."""
    is_lead = "\u1100" <= last <= "\u115f"
    is_vowel = "\u1160" <= last <= "\u11a7" or "\uac00" <= last <= "\ud7a3"
    if "\u1160" <= char <= "\u11a7":
        return is_lead or is_vowel
    if "\u11a8" <= char <= "\u11ff":
        return is_vowel or "\u11a8" <= last <= "\u11ff"
    return is_lead and "\u1100" <= char <= "\u115f"


def is_emoji(cluster: str) -> bool:
    """Return whether a cluster is shown as an emoji (UTS 51)."""
    first = cluster[0]
    if TEXT_STYLE in cluster:
        return False
    if EMOJI_STYLE in cluster or KEYCAP in cluster:
        return True
    return first in _EMOJI or "\U0001f000" <= first <= "\U0001faff"


def visible_characters(cluster: str) -> Iterator[str]:
    """Yield the characters of a cluster that a font must have a shape for."""
    return (char for char in cluster if not _INVISIBLE.match(char))


def _in_range(char: str, ends: tuple[str, str]) -> bool:
    return ends[0] <= char <= ends[1]
