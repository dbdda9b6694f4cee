"""The part of a shader that a compiler sees when some macros are known to be defined or not."""

import re
from collections.abc import Collection

from server.effects.source.blanking import blank_out

_DIRECTIVE = re.compile(r"[ \t]*#[ \t]*(ifdef|ifndef|if|elif|else|endif)\b(.*)", re.DOTALL)
_TOKEN = re.compile(r"\s*(defined\s*\(\s*\w+\s*\)|defined\s+\w+|&&|\|\||!|\(|\))")
_MAX_LENGTH = 500
"""Maximum length of a condition that is parsed."""
_NAME = re.compile(r"(\w+)\W*\Z")


def blank_inactive(code: str, known: Collection[str], defined: Collection[str]) -> str:
    """Replace inactive parts of a shader with blanks; a part that is undecided stays.

    Args:
        code: a shader without comments.
        known: macros that are known to be defined or undefined.
        defined: those of them that are defined.
    """
    lines: list[str] = []
    stack: list[tuple[bool, bool]] = []  # (branch is kept, a branch was certainly taken)
    inactive_depth = 0
    for line in code.split("\n"):
        match = _DIRECTIVE.match(line)
        if match is None:
            lines.append(blank_out(line) if inactive_depth else line)
            continue
        lines.append(line)
        keyword, condition = match[1], match[2]
        if keyword in ("ifdef", "ifndef", "if"):
            truth = _evaluate(keyword, condition, known, defined)
            stack.append((truth is not False, truth is True))
            inactive_depth += truth is False
        elif keyword == "endif" and stack:
            inactive_depth -= not stack.pop()[0]
        elif stack:
            kept, taken = stack.pop()
            truth = None if keyword == "else" else _evaluate("if", condition, known, defined)
            inactive_depth -= not kept
            kept = not taken and truth is not False
            inactive_depth += not kept
            stack.append((kept, taken or truth is True))
    return "\n".join(lines)


def _evaluate(
    keyword: str, condition: str, known: Collection[str], defined: Collection[str]
) -> bool | None:
    """Return the value of a condition; None if it is undecided."""
    if keyword != "if":
        match = re.match(r"\s*(\w+)", condition)
        if match is None or match[1] not in known:
            return None
        return (match[1] in defined) == (keyword == "ifdef")
    tokens, at = [], 0
    condition = condition.rstrip() if len(condition) <= _MAX_LENGTH else "?"
    while at < len(condition):
        match = _TOKEN.match(condition, at)
        if match is None:
            return None
        tokens.append(match[1])
        at = match.end()
    reader = _ConditionParser(tokens, known, defined)
    value = reader.parse_or()
    return value if reader.at == len(tokens) else None


class _ConditionParser:
    """A parser of ``defined(A) && !(defined(B) || …)``; None stands for unknown."""

    def __init__(self, tokens: list[str], known: Collection[str], defined: Collection[str]) -> None:
        self.tokens, self.known, self.defined, self.at = tokens, known, defined, 0

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def parse_or(self) -> bool | None:
        values = [self.parse_and()]
        while self.peek() == "||":
            self.at += 1
            values.append(self.parse_and())
        if True in values:
            return True
        return None if None in values else False

    def parse_and(self) -> bool | None:
        values = [self.parse_unary()]
        while self.peek() == "&&":
            self.at += 1
            values.append(self.parse_unary())
        if False in values:
            return False
        return None if None in values else True

    def parse_unary(self) -> bool | None:
        keyword = self.peek()
        self.at += 1
        if keyword == "!":
            value = self.parse_unary()
            return None if value is None else not value
        if keyword == "(":
            value = self.parse_or()
            if self.peek() == ")":
                self.at += 1
                return value
            return None
        match = _NAME.search(keyword) if keyword.startswith("defined") else None
        if match is None or match[1] not in self.known:
            return None
        return match[1] in self.defined
