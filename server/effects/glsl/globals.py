"""Globals with an initialiser that is not constant: desktop GLSL has them, GLSL ES has not.

The initialiser of such a declaration is moved to a function after it, on the same line; all these
functions are called in order when `main` begins. A declaration that the preprocessor removes takes
its function with it.
"""

import re
from collections.abc import Iterator

_DECLARATION_PATTERN = re.compile(
    r"\s*((?:(?:highp|mediump|lowp)\s+)?[A-Za-z_]\w*)\s+([A-Za-z_].*)", re.DOTALL
)
_NAME = re.compile(r"([A-Za-z_]\w*)\s*((?:\[[^\]]*\]\s*)*)")
_QUALIFIERS = """
    const uniform in out inout varying attribute layout precision struct return centroid flat
    smooth noperspective invariant
"""
_SKIPPED_QUALIFIERS = frozenset(_QUALIFIERS.split())
_CONSTRUCTORS = re.compile(r"[biu]?vec[234]|mat[234](?:x[234])?|float|int|uint|bool|true|false")
_WORD = re.compile(r"(?<![\w.])[A-Za-z_]\w*")
_MAIN_PATTERN = re.compile(r"\bvoid\s+main\s*\(\s*(?:void)?\s*\)\s*\{")
_DIRECTIVE = re.compile(r"\s*#(?:[^\n\\]|\\.)*\n?", re.DOTALL)
_LINE = re.compile(r"[ \t]*#[ \t]*line[ \t]+(\d+)")
_MACRO = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)((?:[^\n\\]|\\.)*)", re.DOTALL | re.MULTILINE)
_MAX_DECLARATIONS = 200
"""Maximum number of declarations that are rewritten, and of macros that are counted."""


def hoist_global_initializers(source: str) -> str:
    """Rewrite globals so that ES 3.00 accepts them; every line keeps its number.

    Args:
        source: a shader without comments, after its ``#version`` line.
    """
    parts: list[str] = []
    calls: list[str] = []
    for text, line in _statements(source):
        replacement = (
            _split_declaration(text, len(calls), line) if len(calls) < _MAX_DECLARATIONS else None
        )
        if replacement is not None:
            calls.append(f"#ifdef es_with_{len(calls)}\n    es_set_{len(calls)}();\n#endif\n")
        parts.append(text if replacement is None else replacement)
    if not calls:
        return source
    with_call = _MAIN_PATTERN.sub(lambda match: f"{match[0]} es_set();", "".join(parts))
    body = f"    if (es_is_set) return;\n    es_is_set = true;\n{''.join(calls)}"
    return f"void es_set();\nbool es_is_set;\n{with_call}\nvoid es_set() {{\n{body}}}\n"


def _statements(source: str) -> Iterator[tuple[str, int]]:
    """Yield the pieces of the source, each with the line it ends on.

    A whole statement outside of all functions is a piece of its own.
    """
    start = position = depth = 0
    line = 1
    braces = _braces(source)
    breaks = re.compile("|".join([r"[{}();\n]", *(rf"\b{name}\b" for name in braces)]))
    while True:
        if start == position and (directive := _DIRECTIVE.match(source, start)):
            number = _LINE.match(directive[0].lstrip())
            line = int(number[1]) if number else line + directive[0].count("\n")
            yield directive[0], line
            start = position = directive.end()
            continue
        match = breaks.search(source, position)
        if match is None:
            break
        position, char = match.end(), match[0]
        line += char == "\n"
        depth += braces.get(char, (char in "{(") - (char in "})"))
        if depth <= 0 and char in ";}":
            yield source[start:position], line
            start, depth = position, 0
    yield source[start:], line


def _braces(source: str) -> dict[str, int]:
    """Return the macros that open more braces than they close, or vice versa."""
    parsed = (
        (match[1], match[2].count("{") - match[2].count("}")) for match in _MACRO.finditer(source)
    )
    return dict([(name, balance) for name, balance in parsed if balance][:_MAX_DECLARATIONS])


def _split_declaration(statement: str, index: int, line: int) -> str | None:
    """Return a declaration without its initialisers, and a function that assigns them."""
    match = _DECLARATION_PATTERN.fullmatch(statement.removesuffix(";"))
    if not statement.endswith(";") or match is None or match[1].split()[0] in _SKIPPED_QUALIFIERS:
        return None
    names, assignments, has_dynamic_value = [], [], False
    for declarator in _declarators(match[2]):
        name, equals, value = declarator.partition("=")
        parsed = _NAME.fullmatch(name.strip())
        if parsed is None or "[]" in parsed[2].replace(" ", "") or value.startswith("="):
            return None
        names.append(name.strip())
        if equals and not all(map(_CONSTRUCTORS.fullmatch, _WORD.findall(value))):
            has_dynamic_value = True
        if equals:
            assignments.append(f"{parsed[1]} ={value};")
    if not has_dynamic_value:
        return None
    blank = statement[: len(statement) - len(statement.lstrip())]
    # The lines of the values come after those of the names, which take one line.
    first = line - "".join(assignments).count("\n")
    head = f"{blank}{match[1]} {', '.join(names)};\n#define es_with_{index}\n#line {first}\n"
    return f"{head}void es_set_{index}() {{ {' '.join(assignments)} }}"


def _declarators(text: str) -> Iterator[str]:
    """Yield the texts between the commas outside of all brackets."""
    start = depth = 0
    for at, char in enumerate(text):
        depth += (char in "([{") - (char in ")]}")
        if char == "," and depth == 0:
            yield text[start:at]
            start = at + 1
    yield text[start:]
