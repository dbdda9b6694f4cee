"""Diagnostics of an author's text, each with its position in the author's own file."""

from dataclasses import dataclass
from typing import Any

from server.effects.source.line_origins import NO_INCLUDES, LineOrigins
from server.errors import ToqiboxError

AUTHOR, HOST, AUTHOR_VERTEX = 0, 1_000_000, 2_000_000
"""First line numbers of the author's file, our own text, the author's vertex shader: further
apart than a text has lines. Source string numbers would do the same, but Mesa ignores them."""

MAX_MESSAGE_LENGTH = 300
"""Maximum length of a message, and of the line shown with it."""


@dataclass(frozen=True)
class Listing:
    """A text of an author as compilers see it: its line n is line `start` + n for them."""

    start: int
    """AUTHOR, AUTHOR_VERTEX, or another multiple of HOST."""
    file: str
    """Its name in diagnostics."""
    text: str
    origins: LineOrigins = NO_INCLUDES
    """Origins of the lines that come from included files."""


@dataclass(frozen=True)
class AuthorFile:
    """A file of an author that diagnostics point into."""

    effect_id: str
    file: str
    text: str
    origins: LineOrigins = NO_INCLUDES
    """Origins of the lines that come from included files."""

    def position(self, offset: int) -> tuple[int, int]:
        """Return line and column, both from 1, of a character of the text."""
        before = self.text[:offset]
        return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1

    def error(self, message: str, offset: int, hint: str | None = None) -> ToqiboxError:
        """Return the error for a file that cannot be read: ``shader_compile_failed``."""
        entry = [self._diagnostic(offset, message) | {"hint": hint}]
        return ToqiboxError("shader_compile_failed", name=self.effect_id, diagnostics=entry)

    def warning(self, message: str, offset: int, hint: str | None = None) -> dict[str, Any]:
        """Return a diagnostic of severity ``warning``: the text is valid but may be a mistake."""
        return self._diagnostic(offset, message) | {"severity": "warning", "hint": hint}

    def refusal(self, reason: str, offset: int = 0) -> ToqiboxError:
        """Return the error for a valid file that is not allowed: ``shader_rejected``."""
        entry = [self._diagnostic(offset, reason)]
        return ToqiboxError("shader_rejected", detail=reason, diagnostics=entry)

    def _diagnostic(self, offset: int, message: str) -> dict[str, Any]:
        entry = diagnostic(self.file, self.text, *self.position(offset), message)
        return map_to_origin(entry, self.file, self.origins)


def map_to_origin(entry: dict[str, Any], file: str, origins: LineOrigins) -> dict[str, Any]:
    """Return a diagnostic with the file and line that a line of a text comes from."""
    if entry["file"] != file or entry["line"] is None:
        return entry
    origin = origins.locate(file, entry["line"])
    return {**entry, "file": origin[0], "line": origin[1]}


def diagnostic(
    file: str, text: str, line: int | None, column: int | None, message: str
) -> dict[str, Any]:
    """Return a diagnostic of severity ``error``; `line` and `column` count from 1.

    Its `source` is the line, or for a very long one the part around the column; `indent` is the
    number of characters of the line before it.
    """
    indent, source = _excerpt(text, line, column)
    return {
        "file": file,
        "line": line,
        "column": column,
        "severity": "error",
        "message": printable(message),
        "source": source,
        "indent": indent,
        "hint": None,
    }


def _excerpt(text: str, line: int | None, column: int | None) -> tuple[int, str]:
    """Return the number of characters left out at the start of a line, and the shown part."""
    if line is None:
        return 0, ""
    lines = text.split("\n", line)
    text_line = lines[line - 1].rstrip() if line <= len(lines) else ""
    indent = len(text_line) - len(text_line.lstrip())
    if column is not None and column - indent > MAX_MESSAGE_LENGTH:
        indent = column - 1 - MAX_MESSAGE_LENGTH // 2
    return indent, "".join(
        c if c.isprintable() else " " for c in text_line[indent : indent + MAX_MESSAGE_LENGTH]
    )


def printable(text: str) -> str:
    """Limit a text to MAX_MESSAGE_LENGTH characters and replace control characters."""
    return "".join(c if c.isprintable() else " " for c in text[:MAX_MESSAGE_LENGTH]).strip()
