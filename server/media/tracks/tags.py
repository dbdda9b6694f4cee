"""Title and artist from a track's own tags: ID3, Vorbis comments, MP4 atoms, RIFF INFO."""

import re
from pathlib import Path
from typing import NamedTuple

import unicodedata2

from server.media.tracks import stream_listing

MAX_LENGTH = 200
"""Maximum characters of a tag; longer ones are cut."""
_NAMES = ("title", "artist")
_CONTROL = ("Cc", "Cs")
_DROPPED = frozenset("\ufeff\ufffd\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Byte order marks, replacement characters and explicit directions."""
_ACCENTED = re.compile("[À-ÿ]")
_CYRILLIC_SHARE = 0.6


class Tags(NamedTuple):
    """A track's credits; None if its file has none."""

    title: str | None = None
    artist: str | None = None


def read(path: Path, kind: str) -> Tags:
    """Read the tags of an upload. A file with unreadable tags has none.

    Args:
        path: the upload.
        kind: its demuxer, from `sniff_audio_file`.
    """
    tags = stream_listing.list_streams(path, kind).tags
    return Tags(*(clean_tag(tags.get(name, "")) for name in _NAMES))


def clean_tag(text: str) -> str | None:
    """Return a tag as one line without control characters; None if nothing is left.

    Old tag editors on Windows wrote Cyrillic in code page 1251 declared as Latin-1: a text that
    consists of accented Latin letters is decoded as that.
    """
    letters = [char for char in text if char.isalpha()]
    accented = len(_ACCENTED.findall(text))
    if letters and accented >= _CYRILLIC_SHARE * len(letters):
        text = _as_cyrillic(text)
    plain = "".join(" " if _is_dropped(char) else char for char in text)
    parts = unicodedata2.normalize("NFC", plain).split()
    return " ".join(parts)[:MAX_LENGTH].strip() or None


def _is_dropped(char: str) -> bool:
    return char in _DROPPED or unicodedata2.category(char) in _CONTROL


def _as_cyrillic(text: str) -> str:
    try:
        return text.encode("latin-1").decode("cp1251")
    except UnicodeError:
        return text
