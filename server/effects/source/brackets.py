"""Which bracket closes which."""

import re


def match_brackets(source: str) -> dict[int, int]:
    """Where each opening bracket is closed. Those of macros do not pair with what is around."""
    found: dict[int, int] = {}
    opened: list[int] = []
    pairs = {")": "(", "]": "[", "}": "{"}
    for match in re.finditer(r"^[ \t]*#(?:[^\n\\]|\\[\s\S])*|[(){}\[\]]", source, re.MULTILINE):
        if len(match[0]) > 1:
            shifted = _of_line(match[0])
            found |= {a + match.start(): b + match.start() for a, b in shifted.items()}
        elif match[0] in "([{":
            opened.append(match.start())
        elif opened and source[opened[-1]] == pairs[match[0]]:
            found[opened.pop()] = match.start()
        elif match[0] == "}":  # what was left open in between
            while opened and source[opened[-1]] != "{":
                opened.pop()
            if opened:
                found[opened.pop()] = match.start()
    return found


def _of_line(line: str) -> dict[int, int]:
    found: dict[int, int] = {}
    opened: list[int] = []
    for match in re.finditer(r"[(){}\[\]]", line):
        if match[0] in "([{":
            opened.append(match.start())
        elif opened:
            found[opened.pop()] = match.start()
    return found
