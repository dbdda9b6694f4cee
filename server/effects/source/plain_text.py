"""Texts of authors, and what is shown of them, made plain in the same way for every dialect."""

import re
from pathlib import PurePath

_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


def normalize(text: str) -> str:
    """A file's text without a mark at its start, its line breaks as ``\\n``."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def one_line(text: str, max_length: int) -> str:
    """At most so many characters of it, on one line, all of them printable."""
    line = " ".join(text.split())
    return "".join(char if char.isprintable() else " " for char in line)[:max_length].strip()


def default_title(effect_id: str, file: str = "") -> str:
    """The title of an effect that states none: the words of its id; where the name of its file,
    without the ending, is no id, that name as it is written."""
    stem = PurePath(file).stem
    if stem and not _ID.fullmatch(stem):
        return one_line(stem, 80) or effect_id
    title = effect_id.replace("_", " ").replace("-", " ").strip()
    return title[:1].upper() + title[1:]
