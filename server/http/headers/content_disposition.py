"""The file name under which a browser saves a download (RFC 6266, RFC 8187)."""

import re
import unicodedata
from urllib.parse import quote

_MAX_CHARACTERS = 100
_MAX_NAME_BYTES = 255
"""Size of a name in UTF-8, with its extension, that Linux and macOS can store (NAME_MAX)."""
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")
_UNSAFE = re.compile(r'[\\/:*?"<>|%]')
_SPACES = re.compile(r"\s+")
_JOINERS = "\u200c\u200d"
"""Zero-width joiners: they shape letters and combine emoji, so they are kept."""
_TRIMMED = " .-" + _JOINERS
_TAG_CODES = range(0xE0020, 0xE0080)
"""Tag characters, which spell the flags of regions after U+1F3F4."""
_NONCHARACTERS = 0xFFFE


def content_disposition(label: str, fallback: str, extension: str) -> str:
    """Return a Content-Disposition with an ASCII and a UTF-8 name.

    Args:
        label: the name that a person gave; may hold any character.
        fallback: plain ASCII, for a label of which nothing remains.
        extension: with its dot.
    """
    max_bytes = _MAX_NAME_BYTES - len(extension)
    name = _sanitize(label, max_bytes) or fallback
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    # A name of which only remnants are ASCII reads worse than none: “-2.mp4”.
    is_legible = (
        sum(char.isalnum() for char in ascii_name) >= sum(char.isalnum() for char in name) / 2
    )
    ascii_name = (_sanitize(ascii_name, max_bytes) if is_legible else "") or fallback
    encoded = quote(name + extension, safe="")
    return f"attachment; filename=\"{ascii_name}{extension}\"; filename*=UTF-8''{encoded}"


def _sanitize(label: str, max_bytes: int) -> str:
    """Return `label` without what a file system, a header or a reader could misread.

    Args:
        max_bytes: bytes in UTF-8 that may remain.
    """
    visible = "".join(map(_sanitize_char, unicodedata.normalize("NFC", label)))
    name = _truncate(_SPACES.sub(" ", _UNSAFE.sub(" ", visible)).strip(_TRIMMED), max_bytes).strip(
        _TRIMMED
    )
    return "" if _RESERVED.fullmatch(name) else name


def _sanitize_char(char: str) -> str:
    """Return a character as a name may hold it: itself, a space, or nothing.

    A control of direction such as U+202E would make a name look like another one. A character newer
    than the interpreter's tables is kept: it may be an emoji.
    """
    category, code = unicodedata.category(char), ord(char)
    if category == "Cf":
        return char if char in _JOINERS or code in _TAG_CODES else ""
    if category == "Cs" or code & _NONCHARACTERS == _NONCHARACTERS:
        return ""
    return " " if category == "Cc" or category[0] == "Z" else char


def _truncate(name: str, max_bytes: int) -> str:
    """Return the beginning of `name` that fits and does not end within a character.

    A letter is kept with its marks, and an emoji with its parts, or not at all.
    """
    end = 0
    size = 0
    for index, char in enumerate(name[: _MAX_CHARACTERS + 1]):
        if index and not _continues_character(name[index - 1], char):
            end = index
        size += len(char.encode())
        if size > max_bytes or index == _MAX_CHARACTERS:
            return name[:end]
    return name


def _continues_character(previous: str, char: str) -> bool:
    """Return whether `char` belongs to one visible character with the one before it."""
    modifies = unicodedata.category(char)[0] == "M" or "\U0001f3fb" <= char <= "\U0001f3ff"
    return modifies or char in _JOINERS or previous == "\u200d" or ord(char) in _TAG_CODES
