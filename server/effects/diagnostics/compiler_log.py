"""What a GLSL compiler or linker says, told of the author's own lines.

Understands Mesa, NVIDIA, Intel and the browsers' ANGLE. What a first mistake drags along (a value
without a type, a list of functions that would have fitted) is left out.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from server.effects.diagnostics.column_map import ColumnMap
from server.effects.diagnostics.hints import hint
from server.effects.diagnostics.location import SourceLocation
from server.effects.glsl.macro_calls import unclosed_call
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
"""Messages of which the cause is looked for: the first."""
_MAX_LOG_LENGTH = 100_000
_MESA = re.compile(r"\d+:(\d{1,7})\((\d{1,6})\): (preprocessor )?(error|warning): (.*)")
_NVIDIA = re.compile(r"\d+\((\d{1,7})\) : (?:fatal )?(error|warning) ?[A-Z0-9]*: (.*)")
_INTEL = re.compile(r"(ERROR|WARNING): \d+:(\d{1,7}): (.*)")
_PLAIN = re.compile(r"(?i)(?:linker )?(error|warning): (.*)")

_GLUED = re.compile(r"(?<=[\w)])(?=error: [A-Z])")
"""Where Mesa's linker begins a message behind another one without a line break."""
_CASCADE = re.compile(
    r"\berror\b[,)]|\(error\b|type error\b|non-numeric data type|type mismatch|operands to "
    r"|operand of |could not implicitly convert|condition must be|cannot be assigned"
    r"|assignment to read-only|l-value required|field selection requires|dimension mismatch"
    r"|cannot convert from|no matching overloaded function|left of '\['"
)
"""What follows on the same line from a value that has no type."""
_SUMMARY = re.compile(r"\d+ compilation errors?\b|'' ?: compilation terminated")
"""What some compilers say in the end, about nothing in particular."""
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
class _Row:
    """One message as the compiler has it."""

    line: int
    column: int | None
    severity: str
    message: str
    shifted: bool = False
    """Whether the column counts in what the preprocessor made of the line."""
    signatures: tuple[str, ...] = ()


def compiler_diagnostics(
    log: str, listings: Sequence[Listing], sources: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """What a compiler or linker said, in the author's own lines.

    A message about our own text carries no line. A log in no known format becomes one message, so
    there is always at least one.

    Args:
        log: the driver's log, or an exception's text that holds it.
        listings: the author's texts, of which the lines beside the messages are quoted; what is
            about none of them is said of the first.
        sources: the complete shaders that were compiled; without them columns are as the compiler
            counts and hints know less.
    """
    reader = _Reader(listings, sources)
    rows = _gathered(_rows(log[:_MAX_LOG_LENGTH]))
    rows.sort(key=lambda row: row.severity != "error")
    wrong = any(row.severity == "error" for row in rows)
    found: list[dict[str, Any]] = []
    for at, row in enumerate(_first_causes(rows)):
        if wrong and _UNINITIALIZED.search(row.message):
            continue
        entry = reader.entry(row, hinted=at < _MAX_HINTS)
        if entry not in found:
            found.append(entry)
        if len(found) == _MAX_DIAGNOSTICS:
            break
    if not wrong:
        words = " ".join(log.split()) or "the compiler gave no reason"
        found.insert(0, diagnostic(listings[0].file, "", None, None, words))
    return found[:_MAX_DIAGNOSTICS]


class _Reader:
    """Turns rows of a log into diagnostics of an author's texts."""

    def __init__(self, listings: Sequence[Listing], sources: Sequence[str]) -> None:
        self._listings = {listing.start: listing for listing in listings}
        self._first = listings[0]
        self._columns = [ColumnMap(source) for source in sources]
        self._host = frozenset[str]().union(*(_host_words(source) for source in sources))
        self._own = {word for row in listings for word in _IDENTIFIER.findall(row.text)}

    def entry(self, row: _Row, *, hinted: bool) -> dict[str, Any]:
        """The diagnostic for one row."""
        message = self._renamed(row.message)
        start = row.line - row.line % HOST
        listing = self._listings.get(start)
        line: int | None = row.line - start
        if listing is None or line == 0:
            listing, line = self._by_function(message)
        if line is None:
            return diagnostic(self._first.file, "", None, None, message) | {
                "severity": row.severity
            }
        text = listing.text
        if "syntax error" in message and (call := unclosed_call(text)):
            message = f"the arguments of the macro “{call[0]}” are not closed"
            author = AuthorFile("", listing.file, text)
            found = diagnostic(listing.file, text, *author.position(call[1]), message)
            return found | {"severity": row.severity, "hint": "a “)” is missing in this call"}
        last = len(text.rstrip().split("\n"))
        column = self._column(row, text, line) if start == listing.start else None
        if line > last:  # what is not closed is noticed at the end
            line, column = last, None
        if "Unterminated comment" in message and (opened := text.rfind("/*")) >= 0:
            line, column = AuthorFile("", listing.file, text).position(opened)
        place = SourceLocation(
            text=text, line=line, column=column, host=self._host, signatures=row.signatures
        )
        found = diagnostic(listing.file, text, line, column, message)
        told = hint(message, place) if hinted else None
        if told and listing.origins.starts:
            told = _HINTED_LINE.sub(lambda match: _line_of(listing, int(match[1])), told)
        found = map_to_origin(found, listing.file, listing.origins)
        return found | {"severity": row.severity, "hint": printable(told) if told else None}

    def _column(self, row: _Row, text: str, line: int) -> int | None:
        if row.column is None or not self._columns:
            return row.column
        rows = text.split("\n", line)
        author = rows[line - 1] if line <= len(rows) else ""
        if not row.shifted:
            return min(row.column, len(author) + 1)
        places = (one.place(row.line, row.column, author) for one in self._columns)
        return next((place for place in places if place is not None), None)

    def _by_function(self, message: str) -> tuple[Listing, int | None]:
        """Where the function begins that a message without a line is about."""
        match = _FUNCTION.search(message)
        if match is None:
            return self._first, None
        begins = re.compile(
            rf"^[ \t]*\w[\w \t]*\b{match[1]}[ \t]*\([^;{{]{{0,500}}\)\s*\{{", re.MULTILINE
        )
        for listing in self._listings.values():
            if found := begins.search(listing.text):
                return listing, listing.text.count("\n", 0, found.start()) + 1
        return self._first, None

    def _renamed(self, message: str) -> str:
        """The message with the author's names in the place of ours."""

        def replaced(match: re.Match[str]) -> str:
            word = match[0]
            if word in self._own:
                return word
            plain = re.sub(r"^(?:isf_|isf[itu]|st_)", "", word).replace("_u", "_")
            return _HOST_NAMES.get(word, plain or word)

        return _HOST_WORD.sub(replaced, message)


def _line_of(listing: Listing, line: int) -> str:
    """A line of a text in words, as one of the file that it comes from."""
    file, number = listing.origins.place(listing.file, line)
    return f"line {number}" if file == listing.file else f"line {number} of {file}"


def _host_words(source: str) -> frozenset[str]:
    """The names in our own lines of a shader, but for those that only we use."""
    words: set[str] = set()
    number = 0
    for text in source.split("\n"):
        if match := re.fullmatch(r"#line (\d+)\s*", text):
            number = int(match[1])
            continue
        if HOST <= number < AUTHOR_VERTEX:
            words.update(_IDENTIFIER.findall(text))
        number += 1
    return frozenset(word for word in words if not _HOST_WORD.fullmatch(word))


def _rows(log: str) -> Iterator[_Row]:
    texts = (text for row in log.splitlines() for text in _GLUED.split(row))
    rows = (_parse(text.strip()) for text in texts)
    return (row for row in rows if row is not None and not _SUMMARY.search(row.message))


def _parse(text: str) -> _Row | None:
    if match := _MESA.match(text):
        line, column, before, severity, message = match.groups()
        return _Row(int(line), int(column), severity, message, shifted=before is None)
    if match := _NVIDIA.match(text):
        return _Row(int(match[1]), None, match[2], match[3])
    if match := _INTEL.match(text):
        return _Row(int(match[2]), None, match[1].lower(), match[3])
    if match := _PLAIN.match(text):
        return _Row(HOST, None, match[1].lower(), match[2])
    return None


def _gathered(rows: Iterator[_Row]) -> list[_Row]:
    """The rows, each list of functions that would have fitted with the row that it belongs to."""
    found: list[_Row] = []
    for row in rows:
        if found and row.message.startswith("  ") and row.line == found[-1].line:
            signatures = (*found[-1].signatures, row.message.strip())
            found[-1] = replace(found[-1], signatures=signatures)
        elif len(found) < 4 * _MAX_DIAGNOSTICS:
            message = re.sub(r"; candidates are:$", "", row.message.strip())
            found.append(replace(row, message=message))
    return found


def _first_causes(rows: Sequence[_Row]) -> Iterator[_Row]:
    """The rows without what an earlier one of the same line brought about."""
    seen: set[int] = set()
    said: set[tuple[int, str]] = set()
    for row in rows:
        follows = row.line in seen and row.line % HOST and _CASCADE.search(row.message)
        if not follows and (row.line, row.message) not in said:
            yield row
        seen.add(row.line)
        said.add((row.line, row.message))
