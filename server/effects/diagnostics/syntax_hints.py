"""Hints for syntax errors: compilers name the word they fail at, the cause is before it."""

import re

from server.effects.diagnostics.known_names import KEYWORDS, TYPES
from server.effects.diagnostics.location import SourceLocation, closest_match
from server.effects.glsl.macro_calls import find_unclosed_macros
from server.effects.source.blanking import without_comments


def hint_syntax_error(match: re.Match[str], location: SourceLocation) -> str | None:
    """Return a hint for a syntax error at a word."""
    if "end of file" in match[0] or "$end" in match[0]:
        return _open_brace(location)
    word = location.word or (match[1] if match.lastindex and match[1] else "")
    causes = (
        _surplus,
        _foreign,
        _macro_not_closed,
        _not_ended,
        _not_closed,
        _taken,
        _unknown_type,
        _outside,
    )
    hints = (cause(word, match.string, location) for cause in causes)
    return next((hint_text for hint_text in hints if hint_text), None)


def _surplus(word: str, message: str, _place: SourceLocation) -> str | None:
    if word == "}" and "expecting end of file" in message:
        return "there is one “}” too many, here or before"
    if word == "else":
        return (
            "this “else” has no “if”: the “if” is already closed, or has a “;” after its condition"
        )
    return None


def _foreign(word: str, _message: str, _place: SourceLocation) -> str | None:
    if word and (word in "'\"@$`" or not word.isascii()):
        return f"“{word}” is not a valid character in GLSL"
    return None


def _not_ended(word: str, _message: str, location: SourceLocation) -> str | None:
    """Return a hint if `word` is the first of its line and the previous line lacks a “;”."""
    if not word or not location.source.lstrip().startswith(word):
        return None
    lines = location.text.split("\n")
    for number in range(location.line - 1, 0, -1):
        code = re.sub(r"//.*", "", lines[number - 1]).strip()
        if code:
            ended = code[-1] in ";{}*/,(#\\" or code.startswith("#")
            return None if ended else f"a “;” is missing at the end of line {number}"
    return None


def _macro_not_closed(_word: str, _message: str, location: SourceLocation) -> str | None:
    """Return a hint if a macro that the line uses lacks a parenthesis itself."""
    for name, line in find_unclosed_macros(location.text).items():
        if re.search(rf"\b{name}\b", location.source) and line != location.line:
            return f"a “)” is missing in the macro “{name}” of line {line}"
    return None


def _not_closed(word: str, message: str, location: SourceLocation) -> str | None:
    if "expecting ')'" in message or (word == ";" and _balance(location.source, "(", ")") > 0):
        return "a “)” is missing before this"
    return "the expression before this “;” is incomplete" if word == ";" else None


def _taken(word: str, _message: str, _place: SourceLocation) -> str | None:
    return f"“{word}” is a keyword: use another name" if word in KEYWORDS else None


def _unknown_type(_word: str, _message: str, location: SourceLocation) -> str | None:
    """Return a hint if the word before the one at fault was meant as a type."""
    if location.column is None:
        return None
    match = re.search(r"([A-Za-z]\w*)\s+$", location.source[: location.column - 1])
    if match is None or match[1] in TYPES:
        return None
    other = re.fullmatch(r"(?:float|half|vector)([234])", match[1])
    meant = f"vec{other[1]}" if other else closest_match(match[1], TYPES)
    return f"“{match[1]}” is not a type: did you mean “{meant}”?" if meant else None


def _outside(_word: str, _message: str, location: SourceLocation) -> str | None:
    before = "\n".join(location.text.split("\n")[: location.line - 1])
    if _balance(before, "{", "}") == 0 and re.match(
        r"\s*\w+(?:\.\w+)?\s*[-+*/]?=", location.source
    ):
        return "statements are only allowed inside a function; here use only declarations"
    return None


def _open_brace(location: SourceLocation) -> str | None:
    """Find the brace that is not closed outside of comments."""
    code = without_comments(location.text)
    open_braces: list[int] = []
    for match in re.finditer(r"[{}]", code):
        if match[0] == "{":
            open_braces.append(match.start())
        elif open_braces:
            open_braces.pop()
    if not open_braces:
        return "a statement is incomplete at the end of the file"
    line = code.count("\n", 0, open_braces[-1]) + 1
    return f"a “}}” is missing: the “{{” of line {line} is not closed"


def _balance(text: str, opening: str, closing: str) -> int:
    code = without_comments(text)
    return code.count(opening) - code.count(closing)


def suggest_entry_point(text: str) -> tuple[int, str]:
    """Return the offset of a function that may be meant as the missing entry point, and a hint."""
    entries = ("main", "mainImage", "transition")
    for match in re.finditer(r"\b(?:void|vec4)\s+([A-Za-z_]\w*)\s*\(", without_comments(text)):
        if meant := closest_match(match[1], entries):
            return match.start(1), f"did you mean “{meant}”?"
    return 0, "a plain shader has “void main()”, a Shadertoy “void mainImage(out vec4, in vec2)”"
