"""Shader diagnostics in the form that editors parse: ``file:line:column: error: …``."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from server.terminal import printable


def format_location(diagnostic: Mapping[str, Any], folder: Path | None = None) -> str:
    """Format ``file:line:column``, or only the file if a diagnostic has no line."""
    file = printable(str(folder / diagnostic["file"]) if folder else str(diagnostic["file"]))
    if diagnostic.get("line") is None:
        return file
    return f"{file}:{diagnostic['line']}:{diagnostic.get('column') or 1}"


def format_line(diagnostic: Mapping[str, Any], folder: Path | None = None) -> str:
    """Format a diagnostic as one line, such as ``warp.fs:12:5: error: …``."""
    return printable(
        f"{format_location(diagnostic, folder)}: {diagnostic['severity']}: {diagnostic['message']}"
    )


def format_with_source(diagnostic: Mapping[str, Any], folder: Path | None = None) -> list[str]:
    """Format a diagnostic with its source line, a caret under the column, and the hint."""
    lines = [format_line(diagnostic, folder)]
    if source := str(diagnostic.get("source") or ""):
        lines.append(f"    {source}")
        mark = _caret_column(diagnostic, source)
        lines += [f"    {' ' * mark}^"] if mark is not None else []
    if hint := diagnostic.get("hint"):
        lines.append(f"    hint: {hint}")
    return [printable(text) for text in lines]


def _caret_column(diagnostic: Mapping[str, Any], source: str) -> int | None:
    """Return the position of the column in `source`, which lacks the indent; None if unknown."""
    if not diagnostic.get("column"):
        return None
    offset = int(diagnostic["column"]) - 1 - int(diagnostic.get("indent") or 0)
    return offset if 0 <= offset <= len(source) else None
