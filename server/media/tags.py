"""Title and artist from a track's own tags: ID3, Vorbis comments, MP4 atoms, RIFF INFO."""

import json
import re
from pathlib import Path
from typing import NamedTuple

import unicodedata2

from server.confine import Limits
from server.errors import ToqiboxError
from server.media import ffmpeg, sound

LONGEST = 200
"""Characters of a tag; what is longer is cut."""
_LIMITS = Limits(memory_bytes=1 << 30, cpu_s=5, open_files=32)
_LIMIT_S = 10.0
_MOST_BYTES = 1 << 20
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
    try:
        outcome = ffmpeg.run(
            _argv(path, kind), _LIMITS, limit_s=_LIMIT_S, stdout_bytes=_MOST_BYTES
        ).check()
        told = json.loads(outcome.stdout)
    except (ffmpeg.MediaError, ToqiboxError, ValueError):
        return Tags()
    # Ogg keeps them with the stream, the others with the file.
    rows = [told.get("format", {}), *told.get("streams", [])]
    found = {
        name.lower(): text for row in reversed(rows) for name, text in row.get("tags", {}).items()
    }
    return Tags(*(cleaned(str(found.get(name, ""))) for name in _NAMES))


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


def _argv(path: Path, kind: str) -> list[str]:
    opening = ["-protocol_whitelist", "file", "-format_whitelist", sound.DEMUXERS, "-f", kind]
    opening += ["-codec_whitelist", sound.CODECS, "-max_streams", "16", "-probesize", "1000000"]
    wanted = ["-select_streams", "a:0", "-of", "json"]
    wanted += ["-show_entries", "format_tags=title,artist:stream_tags=title,artist"]
    return ["ffprobe", "-v", "error", *opening, *wanted, ffmpeg.locate(path)]
