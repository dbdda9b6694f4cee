"""The file name a browser saves a download under (RFC 6266, RFC 8187)."""

import re
import unicodedata
from urllib.parse import quote

_LONGEST = 100
_LONGEST_BYTES = 255
"""Of a name in UTF-8, its extension included: what Linux and macOS can store (NAME_MAX)."""
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")
_UNSAFE = re.compile(r'[\\/:*?"<>|%]')
_SPACES = re.compile(r"\s+")
_JOINERS = "\u200c\u200d"
"""They shape letters and put emoji together, so they stay."""
_ENDS = " .-" + _JOINERS
_TAGS = range(0xE0020, 0xE0080)
"""The signs that flags of regions are spelled with after U+1F3F4."""
_NONCHARACTERS = 0xFFFE


def disposition(label: str, fallback: str, extension: str) -> str:
    """A Content-Disposition with an ASCII and a UTF-8 name.

    Args:
        label: what a person called it; may hold anything.
        fallback: plain ASCII, for a label of which nothing remains.
        extension: with its dot.
    """
    most = _LONGEST_BYTES - len(extension)
    name = _safe(label, most) or fallback
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    # A name of which only remnants are ASCII reads worse than none: “-2.mp4”.
    kept = sum(sign.isalnum() for sign in plain) >= sum(sign.isalnum() for sign in name) / 2
    plain = (_safe(plain, most) if kept else "") or fallback
    encoded = quote(name + extension, safe="")
    return f"attachment; filename=\"{plain}{extension}\"; filename*=UTF-8''{encoded}"


def _safe(label: str, most: int) -> str:
    """`label` without what a file system, a header or a reader of names could trip over.

    Args:
        most: bytes in UTF-8 that may remain.
    """
    seen = "".join(map(_shown, unicodedata.normalize("NFC", label)))
    name = _cut(_SPACES.sub(" ", _UNSAFE.sub(" ", seen)).strip(_ENDS), most).strip(_ENDS)
    return "" if _RESERVED.fullmatch(name) else name


def _shown(sign: str) -> str:
    """A character as it may stand in a name: itself, a space, or nothing.

    What only steers how others are shown, such as U+202E, would make a name look like another.
    A character that is newer than the interpreter's tables stays: it may well be an emoji.
    """
    category, code = unicodedata.category(sign), ord(sign)
    if category == "Cf":
        return sign if sign in _JOINERS or code in _TAGS else ""
    if category == "Cs" or code & _NONCHARACTERS == _NONCHARACTERS:
        return ""
    return " " if category == "Cc" or category[0] == "Z" else sign


def _cut(name: str, most: int) -> str:
    """The beginning of `name` that is not too long and does not end within a character.

    A letter keeps its marks and an emoji its parts, or it goes as a whole.
    """
    end = 0
    size = 0
    for at, sign in enumerate(name[: _LONGEST + 1]):
        if at and not _goes_on(name[at - 1], sign):
            end = at
        size += len(sign.encode())
        if size > most or at == _LONGEST:
            return name[:end]
    return name


def _goes_on(before: str, sign: str) -> bool:
    """Whether `sign` is one character with what stands before it, as people see it."""
    modifies = unicodedata.category(sign)[0] == "M" or "\U0001f3fb" <= sign <= "\U0001f3ff"
    return modifies or sign in _JOINERS or before == "\u200d" or ord(sign) in _TAGS
