"""Diagnostics from the log of a GLSL compiler or linker, in the author's own lines.

Parses logs of Mesa, NVIDIA, Intel and the browsers' ANGLE. Consequences of a first error (a value
without a type, a list of candidate functions) are left out.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from server.effects.diagnostics.column_map import ColumnMap
from server.effects.diagnostics.hints import find_hint
from server.effects.diagnostics.location import SourceLocation
from server.effects.glsl.macro_calls import find_unclosed_call
from server.effects.source.diagnostic import (
    AUTHOR_VERTEX,
    HOST,
    AuthorFile,
    Listing,
    diagnostic,
    map_to_origin,
    printable,
)

_MAX_DIAGNOSTICS = 50
_MAX_HINTS = 10
"""Number of messages, from the first, for which a hint is searched."""
_MAX_LOG_LENGTH = 100_000
_MESA = re.compile(r"\d+:(\d{1,7})\((\d{1,6})\): (preprocessor )?(error|warning): (.*)")
_NVIDIA = re.compile(r"\d+\((\d{1,7})\) : (?:fatal )?(error|warning) ?[A-Z0-9]*: (.*)")
_INTEL = re.compile(r"(ERROR|WARNING): \d+:(\d{1,7}): (.*)")
_PLAIN = re.compile(r"(?i)(?:linker )?(error|warning): (.*)")

_JOINED_MESSAGES = re.compile(r"(?<=[\w)])(?=error: [A-Z])")
"""End of a message of Mesa's linker that the next one follows without a line break."""
_CASCADE = re.compile(
    r"\berror\b[,)]|\(error\b|type error\b|non-numeric data type|type mismatch|operands to "
    r"|operand of |could not implicitly convert|condition must be|cannot be assigned"
    r"|assignment to read-only|l-value required|field selection requires|dimension mismatch"
    r"|cannot convert from|no matching overloaded function|left of '\['"
)
"""Consequences, on the same line, of a value that has no type."""
_SUMMARY = re.compile(r"\d+ compilation errors?\b|'' ?: compilation terminated")
"""Summaries at the end of a log, about no particular line."""
_UNINITIALIZED = re.compile(r"used uninitialized")
_FUNCTION = re.compile(r"function [`'](?:\w+ )?(\w+)(?:\(.*\))?'")
_HOST_WORD = re.compile(r"\b(?:isf_(?!FragNormCoord|vertShaderInit)|isf[itu](?=[A-Za-z_])|st_)\w*")
_HOST_NAMES = {
    "isf_author_main": "main",
    "isf_FragColor": "gl_FragColor",
    "isf_FragData": "gl_FragData",
    "isf_start": "startImage",
    "isf_end": "endImage",
    "st_": "inout",
    "st_ES": "GL_ES",
    "st_out": "fragColor",
    "st_color": "gl_FragColor",
}
_HINTED_LINE = re.compile(r"\bline (\d+)")
_IDENTIFIER = re.compile(r"[A-Za-z]\w*")


@dataclass(frozen=True)
class _LogEntry:
    """One message in the compiler's log."""

    line: int
    column: int | None
    severity: str
    message: str
    shifted: bool = False
    """True if the column counts in the preprocessed line."""
    signatures: tuple[str, ...] = ()


def compiler_diagnostics(
    log: str, listings: Sequence[Listing], sources: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """Convert the log of a compiler or linker to diagnostics in the author's own lines.

    A message about our own text has no line. A log in an unknown format becomes one message, so
    there is always at least one.

    Args:
        log: the driver's log, or an exception's text that holds it.
        listings: the author's texts, of which the lines of messages are quoted; a message about
            none of them refers to the first.
        sources: the complete shaders that were compiled; without them columns are as the compiler
            counts and hints are less specific.
    """
    reader = _DiagnosticBuilder(listings, sources)
    log_entries = _gather_signatures(_parse_log(log[:_MAX_LOG_LENGTH]))
    log_entries.sort(key=lambda log_entry: log_entry.severity != "error")
    has_errors = any(log_entry.severity == "error" for log_entry in log_entries)
    diagnostics: list[dict[str, Any]] = []
    for at, log_entry in enumerate(_drop_consequences(log_entries)):
        if has_errors and _UNINITIALIZED.search(log_entry.message):
            continue
        entry = reader.entry(log_entry, hinted=at < _MAX_HINTS)
        if entry not in diagnostics:
            diagnostics.append(entry)
        if len(diagnostics) == _MAX_DIAGNOSTICS:
            break
    if not has_errors:
        text = " ".join(log.split()) or "the compiler gave no reason"
        diagnostics.insert(0, diagnostic(listings[0].file, "", None, None, text))
    return diagnostics[:_MAX_DIAGNOSTICS]


class _DiagnosticBuilder:
    """Builder of diagnostics from log entries."""

    def __init__(self, listings: Sequence[Listing], sources: Sequence[str]) -> None:
        self._listings = {listing.start: listing for listing in listings}
        self._first = listings[0]
        self._columns = [ColumnMap(source) for source in sources]
        self._host_identifiers = frozenset[str]().union(
            *(_find_host_identifiers(source) for source in sources)
        )
        self._author_identifiers = {
            word for listing in listings for word in _IDENTIFIER.findall(listing.text)
        }

    def entry(self, log_entry: _LogEntry, *, hinted: bool) -> dict[str, Any]:
        """Return the diagnostic for one log entry."""
        message = self._restore_names(log_entry.message)
        start = log_entry.line - log_entry.line % HOST
        listing = self._listings.get(start)
        line: int | None = log_entry.line - start
        if listing is None or line == 0:
            listing, line = self._locate_function(message)
        if line is None:
            return diagnostic(self._first.file, "", None, None, message) | {
                "severity": log_entry.severity
            }
        text = listing.text
        if "syntax error" in message and (call := find_unclosed_call(text)):
            message = f"the arguments of the macro “{call[0]}” are not closed"
            author_file = AuthorFile("", listing.file, text)
            entry = diagnostic(listing.file, text, *author_file.position(call[1]), message)
            return entry | {
                "severity": log_entry.severity,
                "hint": "add the missing “)” of this call",
            }
        last = len(text.rstrip().split("\n"))
        column = self._author_column(log_entry, text, line) if start == listing.start else None
        if line > last:  # what is not closed is reported at the end
            line, column = last, None
        if "Unterminated comment" in message and (opened := text.rfind("/*")) >= 0:
            line, column = AuthorFile("", listing.file, text).position(opened)
        location = SourceLocation(
            text=text,
            line=line,
            column=column,
            host=self._host_identifiers,
            signatures=log_entry.signatures,
        )
        entry = diagnostic(listing.file, text, line, column, message)
        hint_text = find_hint(message, location) if hinted else None
        if hint_text and listing.origins.starts:
            hint_text = _HINTED_LINE.sub(
                lambda match: _format_line(listing, int(match[1])), hint_text
            )
        entry = map_to_origin(entry, listing.file, listing.origins)
        return entry | {
            "severity": log_entry.severity,
            "hint": printable(hint_text) if hint_text else None,
        }

    def _author_column(self, log_entry: _LogEntry, text: str, line: int) -> int | None:
        if log_entry.column is None or not self._columns:
            return log_entry.column
        lines = text.split("\n", line)
        author_line = lines[line - 1] if line <= len(lines) else ""
        if not log_entry.shifted:
            return min(log_entry.column, len(author_line) + 1)
        columns = (
            column_map.to_author(log_entry.line, log_entry.column, author_line)
            for column_map in self._columns
        )
        return next((column for column in columns if column is not None), None)

    def _locate_function(self, message: str) -> tuple[Listing, int | None]:
        """Find the first line of the function that a message without a line is about."""
        match = _FUNCTION.search(message)
        if match is None:
            return self._first, None
        definition = re.compile(
            rf"^[ \t]*\w[\w \t]*\b{match[1]}[ \t]*\([^;{{]{{0,500}}\)\s*\{{", re.MULTILINE
        )
        for listing in self._listings.values():
            if start_match := definition.search(listing.text):
                return listing, listing.text.count("\n", 0, start_match.start()) + 1
        return self._first, None

    def _restore_names(self, message: str) -> str:
        """Replace our names in a message with the author's."""

        def restore(match: re.Match[str]) -> str:
            word = match[0]
            if word in self._author_identifiers:
                return word
            plain = re.sub(r"^(?:isf_|isf[itu]|st_)", "", word).replace("_u", "_")
            return _HOST_NAMES.get(word, plain or word)

        return _HOST_WORD.sub(restore, message)


def _format_line(listing: Listing, line: int) -> str:
    """Return “line n” of a text, with the number and name of the file that it comes from."""
    file, number = listing.origins.locate(listing.file, line)
    return f"line {number}" if file == listing.file else f"line {number} of {file}"


def _find_host_identifiers(source: str) -> frozenset[str]:
    """Return the names in our own lines of a shader, except internal ones."""
    identifiers: set[str] = set()
    number = 0
    for text in source.split("\n"):
        if match := re.fullmatch(r"#line (\d+)\s*", text):
            number = int(match[1])
            continue
        if HOST <= number < AUTHOR_VERTEX:
            identifiers.update(_IDENTIFIER.findall(text))
        number += 1
    return frozenset(word for word in identifiers if not _HOST_WORD.fullmatch(word))


def _parse_log(log: str) -> Iterator[_LogEntry]:
    parts = (text for entry in log.splitlines() for text in _JOINED_MESSAGES.split(entry))
    entries = (_parse(text.strip()) for text in parts)
    return (entry for entry in entries if entry is not None and not _SUMMARY.search(entry.message))


def _parse(text: str) -> _LogEntry | None:
    if match := _MESA.match(text):
        line, column, before, severity, message = match.groups()
        return _LogEntry(int(line), int(column), severity, message, shifted=before is None)
    if match := _NVIDIA.match(text):
        return _LogEntry(int(match[1]), None, match[2], match[3])
    if match := _INTEL.match(text):
        return _LogEntry(int(match[2]), None, match[1].lower(), match[3])
    if match := _PLAIN.match(text):
        return _LogEntry(HOST, None, match[1].lower(), match[2])
    return None


def _gather_signatures(entries: Iterator[_LogEntry]) -> list[_LogEntry]:
    """Return the entries, each list of candidate functions merged into the entry before it."""
    gathered: list[_LogEntry] = []
    for entry in entries:
        if gathered and entry.message.startswith("  ") and entry.line == gathered[-1].line:
            signatures = (*gathered[-1].signatures, entry.message.strip())
            gathered[-1] = replace(gathered[-1], signatures=signatures)
        elif len(gathered) < 4 * _MAX_DIAGNOSTICS:
            message = re.sub(r"; candidates are:$", "", entry.message.strip())
            gathered.append(replace(entry, message=message))
    return gathered


def _drop_consequences(entries: Sequence[_LogEntry]) -> Iterator[_LogEntry]:
    """Return the entries without consequences of an earlier one on the same line."""
    seen: set[int] = set()
    reported: set[tuple[int, str]] = set()
    for entry in entries:
        is_consequence = entry.line in seen and entry.line % HOST and _CASCADE.search(entry.message)
        if not is_consequence and (entry.line, entry.message) not in reported:
            yield entry
        seen.add(entry.line)
        reported.add((entry.line, entry.message))
