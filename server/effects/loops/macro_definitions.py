"""The macros of a shader, as far as they affect the statements around them."""

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from itertools import chain

_DEFINE = re.compile(
    r"^[ \t]*#[ \t]*define[ \t]+(\w+)(\([^)\n]*\))?((?:\\\r?\n|[^\n])*)", re.MULTILINE
)
_UNDEF = re.compile(r"^[ \t]*#[ \t]*undef[ \t]+(\w+)", re.MULTILINE)
_WORD = re.compile(r"[A-Za-z_]\w*")
_BRACKET = re.compile(r"[(){}\[\]]")
_PAIRS = {")": "(", "]": "[", "}": "{"}


class Macros:
    """The macros that a shader defines, in any of its conditional parts.

    Args:
        source: a complete shader without comments.
    """

    def __init__(self, source: str) -> None:
        self.bodies: dict[str, list[str]] = defaultdict(list)
        """Replacements of each macro, stripped."""
        self.with_parameters: set[str] = set()
        """Macros with parameters."""
        self.undefined = set(_UNDEF.findall(source))
        """Names of #undef directives."""
        self._users: dict[str, set[str]] = defaultdict(set)
        for match in _DEFINE.finditer(source):
            name, body = match[1], match[3].strip()
            parameters = set(_WORD.findall(match[2] or ""))
            self.bodies[name].append(body)
            if match[2] is not None:
                self.with_parameters.add(name)
            for word in _WORD.findall(body):
                if word not in parameters:
                    self._users[word].add(name)

    def __contains__(self, name: str) -> bool:
        return name in self.bodies

    def users(self, tokens: Iterable[str]) -> set[str]:
        """Return the macros that contain one of the words, directly or through other macros."""
        users: set[str] = set()
        pending = list(tokens)
        while pending:
            new_users = self._users.get(pending.pop(), set()) - users
            users |= new_users
            pending += new_users
        return users

    def aliases(self, tokens: Iterable[str]) -> dict[str, str]:
        """Map the macros that stand for one of the words alone to that word."""
        aliases = {word: word for word in tokens}
        pending = list(aliases)
        while pending:
            word = pending.pop()
            for name in self._users.get(word, ()):
                if (
                    name not in aliases
                    and name not in self.with_parameters
                    and set(self.bodies[name]) == {word}
                ):
                    aliases[name] = aliases[word]
                    pending.append(name)
        return aliases

    @cached_property
    def unbalanced(self) -> set[str]:
        """Macros whose brackets do not match, and those that use them."""
        direct = {name for name, bodies in self.bodies.items() if not all(map(is_balanced, bodies))}
        return direct | self.users(direct)

    @cached_property
    def has_step(self) -> bool:
        """True if one of them has an operator that changes the operand after it."""
        return any("++" in body or "--" in body for body in chain(*self.bodies.values()))


def is_balanced(text: str) -> bool:
    """Report if every bracket of a text is closed in it by its counterpart."""
    open_brackets: list[str] = []
    for match in _BRACKET.finditer(text):
        if match[0] in "([{":
            open_brackets.append(match[0])
        elif not open_brackets or open_brackets.pop() != _PAIRS[match[0]]:
            return False
    return not open_brackets
