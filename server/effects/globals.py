"""Globals that start as something not constant: desktop GLSL has them, GLSL ES has not.

Each such declaration loses its initialiser, which goes into a function beside it, on the same
line; all these functions are called in order when `main` begins. A declaration that the
preprocessor leaves out takes its function with it.
"""

import re
from collections.abc import Iterator

_WORDS = re.compile(r"\s*((?:(?:highp|mediump|lowp)\s+)?[A-Za-z_]\w*)\s+([A-Za-z_].*)", re.DOTALL)
_NAME = re.compile(r"([A-Za-z_]\w*)\s*((?:\[[^\]]*\]\s*)*)")
_QUALIFIERS = """
    const uniform in out inout varying attribute layout precision struct return centroid flat
    smooth noperspective invariant
"""
_NOT_OURS = frozenset(_QUALIFIERS.split())
_CONSTANT = re.compile(
    r"(?:[^A-Za-z_]|\d[\w.]*|\b(?:[biu]?vec[234]|mat[234](?:x[234])?|float|int|uint|bool|true|false)\b)*"
)
_MAIN = re.compile(r"\bvoid\s+main\s*\(\s*(?:void)?\s*\)\s*\{")
_LINE = re.compile(r"[ \t]*#[ \t]*line[ \t]+(\d+)")
_BREAK = re.compile(r"[{}();]|\n")
_MOST = 200
"""So many in one shader are taken apart."""


def settled(source: str) -> str:
    """The same shader with globals that ES 3.00 accepts; every line keeps its number.

    Args:
        source: a shader without comments, after its ``#version`` line.
    """
    parts: list[str] = []
    calls: list[str] = []
    for text, line in _statements(source):
        taken = _apart(text, len(calls), line) if len(calls) < _MOST else None
        if taken is not None:
            calls.append(f"#ifdef es_with_{len(calls)}\n    es_set_{len(calls)}();\n#endif\n")
        parts.append(text if taken is None else taken)
    if not calls:
        return source
    begun = _MAIN.sub(lambda match: f"{match[0]} es_set();", "".join(parts))
    body = f"    if (es_is_set) return;\n    es_is_set = true;\n{''.join(calls)}"
    return f"void es_set();\nbool es_is_set;\n{begun}\nvoid es_set() {{\n{body}}}\n"


def _statements(source: str) -> Iterator[tuple[str, int]]:
    """The source in pieces, each with the line it ends on; one that is a whole statement outside
    of all functions, and nothing else, starts and ends with it."""
    start, depth, line = 0, 0, 1
    position = 0
    while (match := _BREAK.search(source, position)) is not None:
        position, sign = match.end(), match[0]
        if sign == "\n":
            line += 1
            if depth == 0 and source[start:position].lstrip().startswith("#"):
                while source[:position].endswith("\\\n") and "\n" in source[position:]:
                    position = source.index("\n", position) + 1
                    line += 1
                number = _LINE.match(source[start:position].lstrip("\n"))
                line = int(number[1]) if number else line
                yield source[start:position], line
                start = position
            continue
        depth += (sign in "{(") - (sign in "})")
        if depth <= 0 and sign in ";}":
            yield source[start:position], line
            start, depth = position, 0
    yield source[start:], line


def _apart(statement: str, index: int, line: int) -> str | None:
    """A declaration without its initialisers, and the function that does their work."""
    match = _WORDS.fullmatch(statement.removesuffix(";"))
    if not statement.endswith(";") or match is None or match[1].split()[0] in _NOT_OURS:
        return None
    names, sets, moved = [], [], False
    for entry in _entries(match[2]):
        name, equals, value = entry.partition("=")
        found = _NAME.fullmatch(name.strip())
        if found is None or "[]" in found[2].replace(" ", "") or value.startswith("="):
            return None
        names.append(name.strip())
        if equals and not _CONSTANT.fullmatch(value):
            moved = True
        if equals:
            sets.append(f"{found[1]} ={value};")
    if not moved:
        return None
    blank = statement[: len(statement) - len(statement.lstrip())]
    # The lines of the values come after those of the names, which take one.
    first = line - "".join(sets).count("\n")
    head = f"{blank}{match[1]} {', '.join(names)};\n#define es_with_{index}\n#line {first}\n"
    return f"{head}void es_set_{index}() {{ {' '.join(sets)} }}"


def _entries(text: str) -> Iterator[str]:
    """What is between the commas outside of all brackets."""
    start = depth = 0
    for at, sign in enumerate(text):
        depth += (sign in "([{") - (sign in ")]}")
        if sign == "," and depth == 0:
            yield text[start:at]
            start = at + 1
    yield text[start:]
