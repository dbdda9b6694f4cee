"""Strings of any kind, made fit to be set, in clusters of characters that stay together."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby

import unicodedata2

MOST = 200
"""Characters of a text; what is longer is cut."""
_MOST_LINES = 8
_LONGEST = 16
"""Characters of a cluster; the longest emoji have ten."""
_MOST_MARKS = 4
"""Combining marks that a character keeps: Hebrew and Thai need three, a tower of marks has more."""

JOINER = "\u200d"
TEXT_STYLE, EMOJI_STYLE = "\ufe0e", "\ufe0f"
KEYCAP = "\u20e3"
_ENDS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
"""What ends a line, beside ``\\n``."""
_SPACES = re.compile("[ \t\x1f]+")
_DIRECTIONS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Explicit directions: they would outlast the text that they stand in."""
_DROPPED = ("Cc", "Cs")
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Characters without a shape of their own (Unicode, Default_Ignorable_Code_Point)."""
_ALONE = frozenset("\u00ad\u115f\u1160\u200b\u3164\uffa0")
"""Those of them that are letters, or at which a line may end."""
_TONES = ("\U0001f3fb", "\U0001f3ff")
_REGIONS = ("\U0001f1e6", "\U0001f1ff")

_EMOJI = frozenset(
    "⌚⌛⏩⏪⏫⏬⏰⏳◽◾☔☕♈♉♊♋♌♍♎♏♐♑♒♓♿⚓⚡⚪⚫⚽⚾⛄⛅⛎⛔⛪⛲⛳⛵⛺⛽✅✊✋✨❌❎❓❔❕❗➕➖➗➰➿⬛⬜⭐⭕"
)
"""Characters below U+1F000 that are emoji unless said otherwise (UTS 51, Emoji_Presentation)."""


def cleaned(text: str) -> str:
    """Return the string without what cannot be set or would upset the setting.

    It is composed (NFC). Left out are control characters, explicit directions, lone surrogates, and
    marks beyond the fourth of a character. Line breaks stay, at most seven; spaces and tabs in a
    row are one space. Characters that are not assigned, or private, stay: the fonts know best.
    """
    whole = text[: 4 * MOST].encode("utf-16", "surrogatepass").decode("utf-16", "ignore")
    whole = _SPACES.sub(" ", _ENDS.sub("\n", whole))
    kept = "".join(sign for sign in whole if sign == "\n" or _is_kept(sign))
    composed = _few_marks(_composed(kept[:MOST]))
    lines = [_SPACES.sub(" ", line).strip() for line in composed.split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    while lines and not lines[0]:
        lines.pop(0)
    return "\n".join(lines[:_MOST_LINES])


def _is_kept(sign: str) -> bool:
    return sign not in _DIRECTIONS and unicodedata2.category(sign) not in _DROPPED


def _composed(text: str) -> str:
    """Return a text in NFC, but for characters that it would take apart: a font may have them."""
    return "".join(
        "".join(signs) if apart else unicodedata2.normalize("NFC", "".join(signs))
        for apart, signs in groupby(text, lambda sign: len(_nfc(sign)) > 1)
    )


@lru_cache(maxsize=4096)
def _nfc(sign: str) -> str:
    return str(unicodedata2.normalize("NFC", sign))


def _few_marks(text: str) -> str:
    kept, marks = [], 0
    for sign in text:
        marks = marks + 1 if is_mark(sign) else 0
        if marks <= _MOST_MARKS:
            kept.append(sign)
    return "".join(kept)


def is_mark(sign: str) -> bool:
    """Whether it is set onto the character before it."""
    return unicodedata2.category(sign) in ("Mn", "Me", "Mc")


def clusters(text: str) -> list[str]:
    """The string in pieces that are drawn with one font and never broken.

    Near to the extended grapheme clusters of UAX 29: a character with its marks, emoji sequences,
    flags, Hangul syllables; and a consonant of an Indic script with those it is bound to by virama.
    """
    found: list[str] = []
    for sign in text:
        if found and len(found[-1]) < _LONGEST and _belongs(found[-1], sign):
            found[-1] += sign
        else:
            found.append(sign)
    return found


def _belongs(before: str, sign: str) -> bool:
    """Whether a character is of the cluster `before`."""
    if before == "\n" or sign == "\n":
        return False
    if is_mark(sign) or _is_attached(sign) or _within(sign, _TONES):
        return True
    last = before[-1]
    if last == JOINER:
        return not before[0].isspace()
    if _within(sign, _REGIONS):
        return len(before) == 1 and _within(before, _REGIONS)
    return unicodedata2.combining(last) == 9 or _is_syllable(last, sign)


def _is_attached(sign: str) -> bool:
    """Report if a character without a shape stays with the one before it."""
    return _UNSEEN.match(sign) is not None and sign not in _ALONE


def _is_syllable(last: str, sign: str) -> bool:
    """Whether conjoining letters of Hangul go on (UAX 29, GB6 to GB8)."""
    leads = "\u1100" <= last <= "\u115f"
    vowel = "\u1160" <= last <= "\u11a7" or "\uac00" <= last <= "\ud7a3"
    if "\u1160" <= sign <= "\u11a7":
        return leads or vowel
    if "\u11a8" <= sign <= "\u11ff":
        return vowel or "\u11a8" <= last <= "\u11ff"
    return leads and "\u1100" <= sign <= "\u115f"


def is_emoji(cluster: str) -> bool:
    """Whether a cluster is to be shown as a picture (UTS 51)."""
    first = cluster[0]
    if TEXT_STYLE in cluster:
        return False
    if EMOJI_STYLE in cluster or KEYCAP in cluster:
        return True
    return first in _EMOJI or "\U0001f000" <= first <= "\U0001faff"


def visible(cluster: str) -> Iterator[str]:
    """Yield the characters of a cluster that a font must have a shape for."""
    return (sign for sign in cluster if not _UNSEEN.match(sign))


def _within(sign: str, ends: tuple[str, str]) -> bool:
    return ends[0] <= sign <= ends[1]
