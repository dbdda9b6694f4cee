"""Macros with arguments whose parentheses do not match: compilers report them far away."""

import re

from server.effects.source.blanking import blank_match, without_comments

_DEFINE = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)\(([^)\n]*)\)((?:\\\n|[^\n])*)", re.MULTILINE)
_DIRECTIVE = re.compile(r"^[ \t]*#(?:\\\n|[^\n])*", re.MULTILINE)


def find_unclosed_call(text: str) -> tuple[str, int] | None:
    """Return name and offset of the first macro call that is not closed.

    Its arguments extend to the end of the text.
    """
    code = without_comments(text)
    names = {match[1] for match in _DEFINE.finditer(code)}
    if not names:
        return None
    code = _DIRECTIVE.sub(blank_match, code)
    for match in re.finditer(r"\b(\w+)[ \t]*\(", code):
        if match[1] in names and not _is_closed(code, match.end()):
            return match[1], match.start()
    return None


def find_unclosed_macros(text: str) -> dict[str, int]:
    """Return the line of each macro with arguments that has more opening parentheses."""
    code = without_comments(text)
    return {
        match[1]: code.count("\n", 0, match.start()) + 1
        for match in _DEFINE.finditer(code)
        if match[3].count("(") > match[3].count(")")
    }


def _is_closed(code: str, at: int) -> bool:
    """Report whether the parenthesis that opened before `at` is closed."""
    depth = 1
    for match in re.finditer(r"[()]", code[at:]):
        depth += 1 if match[0] == "(" else -1
        if depth == 0:
            return True
    return False
