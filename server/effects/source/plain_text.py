"""Normalisation of authors' texts and of the parts that are shown, the same for every dialect."""

from pathlib import PurePath

from server.effects.source.effect_id import EFFECT_ID


def normalize(text: str) -> str:
    """Remove a byte order mark and convert line breaks to ``\\n``."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def one_line(text: str, max_length: int) -> str:
    """Join a text to one line of at most `max_length` printable characters."""
    line = " ".join(text.split())
    return "".join(char if char.isprintable() else " " for char in line)[:max_length].strip()


def default_title(effect_id: str, file: str = "") -> str:
    """Return the title of an effect that states none: the words of its id.

    If the file's name is not an id, the title is that name without suffix.
    """
    stem = PurePath(file).stem
    if stem and not EFFECT_ID.fullmatch(stem):
        return one_line(stem, 80) or effect_id
    title = effect_id.replace("_", " ").replace("-", " ").strip()
    return title[:1].upper() + title[1:]
