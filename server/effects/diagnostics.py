"""Messages about an author's text: built from our own checks or read from a GLSL compiler's log."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from server.errors import ToqiboxError

AUTHOR, HOST, AUTHOR_VERTEX = 0, 1_000_000, 2_000_000
"""Where line numbers start in the author's file, our own text, the author's vertex shader: more
apart than a text has lines. Source string numbers would say it, but Mesa forgets them."""

_MOST = 50
_LONGEST = 300
_LONGEST_LOG = 100_000
_MESA = re.compile(r"\d+:(\d{1,7})\((\d{1,6})\): (?:preprocessor )?(error|warning): (.*)")
_NVIDIA = re.compile(r"\d+\((\d{1,7})\) : (?:fatal )?(error|warning) ?[A-Z0-9]*: (.*)")
_INTEL = re.compile(r"(ERROR|WARNING): \d+:(\d{1,7}): (.*)")
_PLAIN = re.compile(r"(?i)(?:linker )?(error|warning): (.*)")


@dataclass(frozen=True)
class Listing:
    """A text of an author as compilers know it: its line n is line `start` + n to them."""

    start: int
    """AUTHOR, AUTHOR_VERTEX, or another multiple of HOST."""
    file: str
    """What diagnostics call it."""
    text: str


@dataclass(frozen=True)
class Text:
    """A file of an author: what diagnostics point into."""

    effect_id: str
    file: str
    text: str

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column, both from 1, of a character of the text."""
        before = self.text[:offset]
        return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1

    def error(self, message: str, offset: int) -> ToqiboxError:
        """The error for a file that cannot be read: ``shader_compile_failed``."""
        found = [diagnostic(self.file, self.text, *self.position(offset), message)]
        return ToqiboxError("shader_compile_failed", name=self.effect_id, diagnostics=found)

    def refusal(self, reason: str, offset: int = 0) -> ToqiboxError:
        """The error for a file that is understood and not allowed: ``shader_rejected``."""
        found = [diagnostic(self.file, self.text, *self.position(offset), reason)]
        return ToqiboxError("shader_rejected", detail=reason, diagnostics=found)


def diagnostic(
    file: str, text: str, line: int | None, column: int | None, message: str
) -> dict[str, Any]:
    """One diagnostic of severity ``error``; `line` and `column` count from 1."""
    return {
        "file": file,
        "line": line,
        "column": column,
        "severity": "error",
        "message": _printable(message),
        "source": _line(text, line),
    }


def compiler_diagnostics(log: str, listings: Sequence[Listing]) -> list[dict[str, Any]]:
    """What a compiler or linker said, in the author's own lines.

    Understands the formats of Mesa, NVIDIA and Intel. Messages about our own text carry no line.
    A log in no known format becomes one message, so there is always at least one.

    Args:
        log: the driver's log, or an exception's text that holds it.
        listings: the author's texts, of which the lines beside the messages are quoted; what is
            about none of them is said of the first.
    """
    texts = {listing.start: (listing.file, listing.text) for listing in listings}
    file = listings[0].file
    found: list[dict[str, Any]] = []
    for row in log[:_LONGEST_LOG].splitlines():
        entry = _entry(row.strip(), texts, file)
        if entry is not None and entry not in found:
            found.append(entry)
        if len(found) == 2 * _MOST:
            break
    found.sort(key=lambda entry: entry["severity"] != "error")
    if not any(entry["severity"] == "error" for entry in found):
        words = " ".join(log.split()) or "the compiler gave no reason"
        found.insert(0, diagnostic(file, "", None, None, words))
    return found[:_MOST]


def _entry(row: str, texts: Mapping[int, tuple[str, str]], file: str) -> dict[str, Any] | None:
    parts = _parse(row)
    if parts is None:
        return None
    line, column, severity, message = parts
    start = line - line % HOST
    if line % HOST == 0 or start not in texts:
        return diagnostic(file, "", None, None, message) | {"severity": severity}
    name, text = texts[start]
    return diagnostic(name, text, line - start, column, message) | {"severity": severity}


def _parse(row: str) -> tuple[int, int | None, str, str] | None:
    """Line, column, severity and message of one row of a log."""
    if match := _MESA.match(row):
        line, column, severity, message = match.groups()
        return int(line), int(column), severity, message
    if match := _NVIDIA.match(row):
        line, severity, message = match.groups()
        return int(line), None, severity, message
    if match := _INTEL.match(row):
        severity, line, message = match.groups()
        return int(line), None, severity.lower(), message
    if match := _PLAIN.match(row):
        return HOST, None, match[1].lower(), match[2]
    return None


def _line(text: str, line: int | None) -> str:
    if line is None:
        return ""
    rows = text.split("\n", line)
    return _printable(rows[line - 1]).strip() if line <= len(rows) else ""


def _printable(text: str) -> str:
    """At most 300 characters without control characters and without our own names."""
    clean = "".join(c if c.isprintable() else " " for c in text[:_LONGEST])
    return clean.replace("isf_author_main", "main").strip()
