"""Texts of authors, and what is shown of them, made plain in the same way for every dialect."""


def plain(text: str) -> str:
    """A file's text without a mark at its start, its line breaks as ``\\n``."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def one_line(text: str, longest: int) -> str:
    """At most so many characters of it, on one line, all of them printable."""
    line = " ".join(text.split())
    return "".join(sign if sign.isprintable() else " " for sign in line)[:longest].strip()


def title_of(effect_id: str) -> str:
    """The title of an effect that states none."""
    words = effect_id.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]
