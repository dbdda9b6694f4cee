"""Strings of any kind, made fit to be set, in clusters of characters that stay together."""

import re
import unicodedata
from collections.abc import Iterator

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
_KEPT_FORMATS = frozenset("\u200b\u200c\u2060\u00ad" + JOINER)
_DROPPED = frozenset(("Cc", "Cs", "Co", "Cn", "Cf"))
_SPACES = re.compile(r"[ \t\r\f\v\u2028\u2029]+")
_TAGS = ("\U000e0020", "\U000e007f")
_TONES = ("\U0001f3fb", "\U0001f3ff")
_REGIONS = ("\U0001f1e6", "\U0001f1ff")

_EMOJI = frozenset(
    "⌚⌛⏩⏪⏫⏬⏰⏳◽◾☔☕♈♉♊♋♌♍♎♏♐♑♒♓♿⚓⚡⚪⚫⚽⚾⛄⛅⛎⛔⛪⛲⛳⛵⛺⛽✅✊✋✨❌❎❓❔❕❗➕➖➗➰➿⬛⬜⭐⭕"
)
"""Characters below U+1F000 that are emoji unless said otherwise (UTS 51, Emoji_Presentation)."""


def cleaned(text: str) -> str:
    """The string without what cannot be set or would upset the setting.

    It is composed (NFC). Left out are control and format characters, explicit directions among
    them, lone surrogates, characters that are not assigned or private, and marks beyond the
    fourth of a character. Line breaks stay, at most seven; spaces in a row are one.
    """
    whole = text[: 4 * MOST].encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    kept = [sign for sign in whole if sign == "\n" or _is_kept(sign)]
    composed = unicodedata.normalize("NFC", "".join(kept)[:MOST])
    lines = [_SPACES.sub(" ", line).strip() for line in _few_marks(composed).split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    while lines and not lines[0]:
        lines.pop(0)
    return "\n".join(lines[:_MOST_LINES])


def _is_kept(sign: str) -> bool:
    if sign in _KEPT_FORMATS or _within(sign, _TAGS):
        return True
    return sign == "\t" or (sign != "\ufffd" and unicodedata.category(sign) not in _DROPPED)


def _few_marks(text: str) -> str:
    kept, marks = [], 0
    for sign in text:
        marks = marks + 1 if is_mark(sign) else 0
        if marks <= _MOST_MARKS:
            kept.append(sign)
    return "".join(kept)


def is_mark(sign: str) -> bool:
    """Whether it is set onto the character before it."""
    return unicodedata.category(sign) in ("Mn", "Me", "Mc")


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
    if is_mark(sign) or sign in (JOINER, "\u200c") or _within(sign, _TONES) or _within(sign, _TAGS):
        return True
    last = before[-1]
    if last == JOINER:
        return not before[0].isspace()
    if _within(sign, _REGIONS):
        return len(before) == 1 and _within(before, _REGIONS)
    return unicodedata.combining(last) == 9 or _is_syllable(last, sign)


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
    """The characters of a cluster that a font must have a shape for."""
    for sign in cluster:
        unseen = sign in _KEPT_FORMATS or "\ufe00" <= sign <= "\ufe0f" or _within(sign, _TAGS)
        if not unseen:
            yield sign


def _within(sign: str, ends: tuple[str, str]) -> bool:
    return ends[0] <= sign <= ends[1]
