"""The part of a shader that a compiler sees where some macros are defined and others are not."""

import re
from collections.abc import Collection

from server.effects.source.blanking import blank_out

_DIRECTIVE = re.compile(r"[ \t]*#[ \t]*(ifdef|ifndef|if|elif|else|endif)\b(.*)", re.DOTALL)
_TOKEN = re.compile(r"\s*(defined\s*\(\s*\w+\s*\)|defined\s+\w+|&&|\|\||!|\(|\))")
_MAX_LENGTH = 500
"""Characters of a condition that is read."""
_NAME = re.compile(r"(\w+)\W*\Z")


def blank_inactive(code: str, known: Collection[str], defined: Collection[str]) -> str:
    """The text with blanks for what is left out; what cannot be told stays.

    Args:
        code: a shader without comments.
        known: macros of which it is known whether they are defined.
        defined: those of them that are.
    """
    rows: list[str] = []
    stack: list[tuple[bool, bool]] = []  # whether the branch is kept; whether one was surely taken
    left_out = 0
    for row in code.split("\n"):
        match = _DIRECTIVE.match(row)
        if match is None:
            rows.append(blank_out(row) if left_out else row)
            continue
        rows.append(row)
        word, words = match[1], match[2]
        if word in ("ifdef", "ifndef", "if"):
            truth = _truth(word, words, known, defined)
            stack.append((truth is not False, truth is True))
            left_out += truth is False
        elif word == "endif" and stack:
            left_out -= not stack.pop()[0]
        elif stack:
            kept, taken = stack.pop()
            truth = None if word == "else" else _truth("if", words, known, defined)
            left_out -= not kept
            kept = not taken and truth is not False
            left_out += not kept
            stack.append((kept, taken or truth is True))
    return "\n".join(rows)


def _truth(word: str, words: str, known: Collection[str], defined: Collection[str]) -> bool | None:
    """The value of a condition; None where it cannot be told."""
    if word != "if":
        match = re.match(r"\s*(\w+)", words)
        if match is None or match[1] not in known:
            return None
        return (match[1] in defined) == (word == "ifdef")
    tokens, at = [], 0
    words = words.rstrip() if len(words) <= _MAX_LENGTH else "?"
    while at < len(words):
        match = _TOKEN.match(words, at)
        if match is None:
            return None
        tokens.append(match[1])
        at = match.end()
    reader = _Reader(tokens, known, defined)
    value = reader.either()
    return value if reader.at == len(tokens) else None


class _Reader:
    """Reads ``defined(A) && !(defined(B) || …)``; None stands for what is not known."""

    def __init__(self, tokens: list[str], known: Collection[str], defined: Collection[str]) -> None:
        self.tokens, self.known, self.defined, self.at = tokens, known, defined, 0

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def either(self) -> bool | None:
        values = [self.both()]
        while self.peek() == "||":
            self.at += 1
            values.append(self.both())
        if True in values:
            return True
        return None if None in values else False

    def both(self) -> bool | None:
        values = [self.one()]
        while self.peek() == "&&":
            self.at += 1
            values.append(self.one())
        if False in values:
            return False
        return None if None in values else True

    def one(self) -> bool | None:
        word = self.peek()
        self.at += 1
        if word == "!":
            value = self.one()
            return None if value is None else not value
        if word == "(":
            value = self.either()
            if self.peek() == ")":
                self.at += 1
                return value
            return None
        match = _NAME.search(word) if word.startswith("defined") else None
        if match is None or match[1] not in self.known:
            return None
        return match[1] in self.defined
