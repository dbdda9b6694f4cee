"""Values of the constants of a shader, read from its text."""

import re

_DEFINE = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)\b(.*)$", re.MULTILINE)
_CONST = re.compile(r"\bconst\s+(?:(?:highp|mediump|lowp)\s+)?\w+\s+(\w+)\s*=")
_ASSIGNED = re.compile(r"\b(\w+)\s*=(?!=)([^;,]*)")


def find_constants(source: str) -> dict[str, set[str]]:
    """Return the texts of each macro, and of each constant that is declared alone."""
    constant = set(_CONST.findall(source))
    values: dict[str, set[str]] = {}
    for match in _DEFINE.finditer(source):
        values.setdefault(match[1], set()).add(match[2].strip(" \t()"))
    for match in _ASSIGNED.finditer(source):
        if match[1] in constant or match[1] in values:
            values.setdefault(match[1], set()).add(match[2].strip(" \t\n()"))
    return values
