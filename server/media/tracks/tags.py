"""Title and artist from a track's own tags: ID3, Vorbis comments, MP4 atoms, RIFF INFO."""

import re
from pathlib import Path
from typing import NamedTuple

import unicodedata2

from server.media.tracks import stream_listing

LONGEST = 200
"""Characters of a tag; what is longer is cut."""
_NAMES = ("title", "artist")
_CONTROL = ("Cc", "Cs")
_STRANGE = frozenset("\ufeff\ufffd\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks of byte order, of what could not be decoded, and explicit directions."""
_ACCENTED = re.compile("[À-ÿ]")
_MOSTLY = 0.6


class Tags(NamedTuple):
    """A track's credits; None where its file has none."""

    title: str | None = None
    artist: str | None = None


def read(path: Path, kind: str) -> Tags:
    """Read the tags of an upload. A file whose tags cannot be read has none.

    Args:
        path: the upload.
        kind: its demuxer, from `sniff_audio_file`.
    """
    found = stream_listing.look(path, kind).tags
    return Tags(*(cleaned(found.get(name, "")) for name in _NAMES))


def cleaned(text: str) -> str | None:
    """Make one line of a tag, without control characters; None if nothing is left.

    Old taggers on Windows wrote Cyrillic in code page 1251 and called it Latin-1: a text that
    consists of accented Latin letters is read as that.
    """
    letters = [sign for sign in text if sign.isalpha()]
    accented = len(_ACCENTED.findall(text))
    if letters and accented >= _MOSTLY * len(letters):
        text = _as_cyrillic(text)
    plain = "".join(" " if _is_strange(sign) else sign for sign in text)
    words = unicodedata2.normalize("NFC", plain).split()
    return " ".join(words)[:LONGEST].strip() or None


def _is_strange(sign: str) -> bool:
    return sign in _STRANGE or unicodedata2.category(sign) in _CONTROL


def _as_cyrillic(text: str) -> str:
    try:
        return text.encode("latin-1").decode("cp1251")
    except UnicodeError:
        return text
