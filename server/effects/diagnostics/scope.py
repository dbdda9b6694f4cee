"""Names that are in scope at a position of a shader's text (GLSL ES 3.00, section 4.2.2)."""

import re

from server.effects.source.blanking import without_comments

_TOKEN = re.compile(r"[A-Za-z_]\w*|\d[\w.]*|\S")
_DIRECTIVE = re.compile(r"^[ \t]*#[ \t]*(\w+)(?:[ \t]+(\w+)(?:\([^)\n]*\))?)?(.*)$", re.M)
_NO_TYPES = frozenset({"return", "else", "do", "case", "if", "while", "for", "switch", "goto"})
_OPEN, _CLOSED = frozenset("([{"), frozenset(")]}")


def declared_before(text: str, line: int, column: int | None) -> set[str]:
    """Return the names in scope at a position: variables, parameters, functions, types, macros.

    A declaration counts from its name on, as in the language, so that names of other functions and
    of later lines are absent. Qualifiers and types may be among them.

    Args:
        text: the shader with its comments.
        line: counted from 1.
        column: counted from 1; None is the beginning of the line.
    """
    lines = without_comments(text).split("\n")[:line]
    if len(lines) == line:
        lines[-1] = lines[-1][: column - 1] if column is not None else ""
    macros: set[str] = set()
    scope = _Scope()
    for lexeme in _TOKEN.findall(
        _DIRECTIVE.sub(lambda match: _body(match, macros), "\n".join(lines))
    ):
        scope.read(lexeme)
    return macros | scope.names()


def _body(match: re.Match[str], macros: set[str]) -> str:
    """Record a macro's name; return its body as a statement, and nothing for other directives."""
    if match[1] == "undef":
        macros.discard(match[2])
    if match[1] != "define" or not match[2]:
        return ";"
    macros.add(match[2])
    return f";{match[3]};"


class _Scope:
    """The open blocks while the tokens of a shader are read."""

    def __init__(self) -> None:
        self._blocks: list[set[str]] = [set()]
        self._parameters: set[str] = set()
        self._expects_names = [False]
        """For each open bracket: true if names after commas are declared too."""
        self._brackets: list[str] = []
        self._last = ""

    def names(self) -> set[str]:
        """Return the names of the open blocks, and the parameters of an open list."""
        return self._parameters.union(*self._blocks)

    def read(self, lexeme: str) -> None:
        """Process the next lexeme."""
        if lexeme[0].isalpha() or lexeme[0] == "_":
            self._word(lexeme)
        elif lexeme in _OPEN:
            self._brackets.append(lexeme)
            self._expects_names.append(False)
            if lexeme == "{":
                self._blocks.append(self._parameters)
                self._parameters = set()
        elif lexeme in _CLOSED and self._brackets:
            self._expects_names.pop()
            if self._brackets.pop() == "{" and len(self._blocks) > 1:
                self._blocks.pop()
        elif lexeme == ";":
            self._expects_names[-1] = False
            if "(" not in self._brackets[-1:]:
                self._parameters = set()
        self._last = lexeme

    def _word(self, lexeme: str) -> None:
        last = self._last
        after_type = last[:1].isalpha() or last[:1] == "_" or last == "}"
        listed = last == "," and self._expects_names[-1]
        if (after_type and last not in _NO_TYPES) or listed:
            block = self._parameters if "(" in self._brackets[-1:] else self._blocks[-1]
            block.add(lexeme)
            self._expects_names[-1] = True
