"""Messages about shaders, in the form that editors know: ``file:line:column: error: …``."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from server.terminal import printable


def place(entry: Mapping[str, Any], folder: Path | None = None) -> str:
    """``file:line:column`` of a diagnostic, as far as it has them."""
    file = printable(str(folder / entry["file"]) if folder else str(entry["file"]))
    if entry.get("line") is None:
        return file
    return f"{file}:{entry['line']}:{entry.get('column') or 1}"


def line(entry: Mapping[str, Any], folder: Path | None = None) -> str:
    """A diagnostic on one line, such as ``warp.fs:12:5: error: …``."""
    return printable(f"{place(entry, folder)}: {entry['severity']}: {entry['message']}")


def describe(entry: Mapping[str, Any], folder: Path | None = None) -> list[str]:
    """Return a diagnostic with its line of the text, a mark under the column, and the hint."""
    lines = [line(entry, folder)]
    if source := str(entry.get("source") or ""):
        lines.append(f"    {source}")
        mark = _mark(entry, source)
        lines += [f"    {' ' * mark}^"] if mark is not None else []
    if hint := entry.get("hint"):
        lines.append(f"    hint: {hint}")
    return [printable(text) for text in lines]


def _mark(entry: Mapping[str, Any], source: str) -> int | None:
    """Where in `source`, which lacks the line's beginning, the column is; None if unknown."""
    if not entry.get("column"):
        return None
    at = int(entry["column"]) - 1 - int(entry.get("indent") or 0)
    return at if 0 <= at <= len(source) else None
