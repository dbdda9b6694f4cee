"""Declarations of a shader at file scope that others set or read: uniforms, in, out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from server.effects.source.blanking import COMMENT, blank_match, blank_out, without_comments

_DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n\\]|\\.)*", re.MULTILINE | re.DOTALL)
_END = re.compile(r"[;{}]")
_DECLARATION = re.compile(
    r"\s*(?:layout\s*\([^)]*\)\s*)?"
    r"((?:(?:flat|smooth|noperspective|centroid|invariant|const|highp|mediump|lowp)\s+)*)"
    r"(uniform|in|out|varying)\s+"
    r"((?:(?:flat|smooth|noperspective|centroid|highp|mediump|lowp)\s+)*)"
    r"([A-Za-z_]\w*)\s*((?:\[[^\]]*\]\s*)?)"
)
_DECLARATOR = re.compile(r"\s*([A-Za-z_]\w*)\s*((?:\[[^\]]*\]\s*)*)(?:=(.*))?\Z", re.DOTALL)
_INTERPOLATION = re.compile(r"flat|noperspective|centroid")
_BLOCK = re.compile(
    r"(?<![\w,(])(?:in|varying)\s+([A-Za-z_]\w{0,63})\s*\{([^{}]{0,2000})\}\s*(?:(\w{1,64})\s*)?;"
)
_FIELD = re.compile(r"(?:\b(?:highp|mediump|lowp)\s+)?\b([A-Za-z_]\w*)\s+([A-Za-z_]\w*)\s*;")
_WORD = re.compile(r"[A-Za-z_]\w*")
_MAX_LENGTH = 4000
_MAX_NOTE_LENGTH = 400


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """One declared name."""

    storage: str
    """``uniform``, ``in`` (``varying`` too) or ``out``."""
    type: str
    name: str
    array: str = ""
    """``[4]`` of an array."""
    initial: str = ""
    """Its initialiser."""
    interpolation: str = ""
    """``flat`` or another qualifier of an input from the vertex shader."""
    note: str = ""
    """Comments in the declaration and after it on its line."""
    start: int
    end: int
    """Offsets of the statement; one statement may declare several names."""


@dataclass(frozen=True, kw_only=True)
class Block:
    """An interface block of a fragment shader's inputs: ``in Name { … } instance;``."""

    name: str
    fields: tuple[tuple[str, str], ...]
    """Type and name of each."""
    instance: str
    """Empty if its fields are used without a prefix."""
    start: int
    end: int


def declarations(text: str) -> list[Declaration]:
    """Return all declarations of uniforms, inputs and outputs at file scope, in order."""
    declared: list[Declaration] = []
    for start, end, statement in statements(text):
        short = statement.endswith(";") and len(statement) <= _MAX_LENGTH
        head = _DECLARATION.match(statement) if short else None
        if head is None:
            continue
        note = _note(text, start, end)
        for declarator in _split(statement[head.end() : -1]):
            parts = _DECLARATOR.match(declarator)
            if parts is None:
                continue
            declared.append(
                Declaration(
                    storage="in" if head[2] == "varying" else head[2],
                    type=head[4],
                    name=parts[1],
                    array=(head[5] or parts[2]).strip(),
                    initial=(parts[3] or "").strip(),
                    interpolation=" ".join(_INTERPOLATION.findall(head[1] + head[3])),
                    note=note,
                    start=start,
                    end=end,
                )
            )
    return declared


def blocks(text: str) -> list[Block]:
    """Return the interface blocks that a vertex shader has to fill."""
    return [
        Block(
            name=match[1],
            fields=tuple(_FIELD.findall(match[2])),
            instance=match[3] or "",
            start=match.start(),
            end=match.end(),
        )
        for match in _BLOCK.finditer(_code(text))
    ]


def file_scope(text: str) -> set[str]:
    """Return the words outside of all braces, except in declarations of uniforms, in and out."""
    identifiers: set[str] = set()
    for _, _, statement in statements(text):
        if not _DECLARATION.match(statement[:_MAX_LENGTH]):
            identifiers.update(_WORD.findall(statement))
    return identifiers


def blank_ranges(text: str, ranges: list[tuple[int, int]]) -> str:
    """Replace these ranges with blanks."""
    parts, at = [], 0
    for start, end in sorted(set(ranges)):
        parts += [text[at:start], blank_out(text[start:end])]
        at = end
    return "".join([*parts, text[at:]])


def statements(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and text, without comments and directives, of statements at file scope.

    A statement with braces ends at the first of them.
    """
    yield from _statements(_code(text))


def _code(text: str) -> str:
    return _DIRECTIVE.sub(blank_match, without_comments(text))


def _statements(code: str) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and text of statements outside of all braces, with their ``;``."""
    depth, at = 0, 0
    for match in _END.finditer(code):
        if depth == 0:
            statement = code[at : match.end()].lstrip()
            yield match.end() - len(statement), match.end(), statement
        depth = max(depth + {"{": 1, "}": -1}.get(match[0], 0), 0)
        at = match.end()


def _split(text: str) -> list[str]:
    """Split at the commas outside of all brackets."""
    parts, depth, at = [], 0, 0
    for index, char in enumerate(text):
        depth += (char in "([") - (char in ")]")
        if char == "," and depth == 0:
            parts.append(text[at:index])
            at = index + 1
    return [*parts, text[at:]]


def _note(text: str, start: int, end: int) -> str:
    """Return the comments in the statement, and after it on its line."""
    stop = text.find("\n", end)
    stop = min(len(text) if stop < 0 else stop, end + _MAX_NOTE_LENGTH)
    comments = [match[0] for match in COMMENT.finditer(text[start:stop])]
    comments_text = [comment.removesuffix("*/").lstrip("/*").strip() for comment in comments]
    return " ".join(comments_text)[:_MAX_NOTE_LENGTH]
