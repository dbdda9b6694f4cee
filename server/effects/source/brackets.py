"""Matching of brackets in a shader."""

import re

_PAIRS = {")": "(", "]": "[", "}": "{"}


def match_brackets(source: str) -> dict[int, int]:
    """Map the offset of each opening bracket to its closing one; macros are matched separately."""
    closing: dict[int, int] = {}
    open_brackets: list[int] = []
    for match in re.finditer(r"^[ \t]*#(?:[^\n\\]|\\[\s\S])*|[(){}\[\]]", source, re.MULTILINE):
        if "#" in match[0]:
            shifted = _match_in_line(match[0])
            closing |= {a + match.start(): b + match.start() for a, b in shifted.items()}
        elif match[0] in "([{":
            open_brackets.append(match.start())
        elif open_brackets and source[open_brackets[-1]] == _PAIRS[match[0]]:
            closing[open_brackets.pop()] = match.start()
        elif match[0] == "}":  # closes brackets that were left open in between
            while open_brackets and source[open_brackets[-1]] != "{":
                open_brackets.pop()
            if open_brackets:
                closing[open_brackets.pop()] = match.start()
    return closing


def _match_in_line(line: str) -> dict[int, int]:
    closing: dict[int, int] = {}
    open_brackets: list[int] = []
    for match in re.finditer(r"[(){}\[\]]", line):
        if match[0] in "([{":
            open_brackets.append(match.start())
        elif open_brackets and line[open_brackets[-1]] == _PAIRS[match[0]]:
            closing[open_brackets.pop()] = match.start()
    return closing
