"""Macros that are right and that Mesa's preprocessor gets wrong, written so that it does not."""

import re

_FUNCTION = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)\(", re.MULTILINE)
_DEFINE = re.compile(r"^[ \t]*#[ \t]*define\b(?:\\\n|[^\n])*", re.MULTILINE)
_CONDITION = re.compile(r"^[ \t]*#[ \t]*(?!define\b)(?:\\\n|[^\n])*", re.MULTILINE)
_SIGN_OPERATOR = re.compile(r"(?<![\d.][eE])(?<![-+])([-+])(?![-+=])")
_LAST = re.compile(r"\b(\w+)\s*\)")
_BARE_NAME = re.compile(r"\b([A-Za-z_]\w*)\b(?!\s*\()")


def rewrite_mesa_macros(source: str) -> str:
    """The same shader, for a preprocessor with two faults; its lines stay where they are.

    The name of a macro with arguments is a plain word where no parenthesis follows it; Mesa stops
    at one that is followed by a closing one. And of a sign beside an argument that is a sign it
    makes one token: of ``a-2`` with ``-`` for ``a`` comes ``--2``.
    """
    names = set(_FUNCTION.findall(source)) & set(_LAST.findall(source))
    if names:
        source = _rename(source, names)
    return _DEFINE.sub(lambda match: _SIGN_OPERATOR.sub(r" \1 ", match[0]), source)


def _rename(source: str, names: set[str]) -> str:
    """Other names for those words, everywhere but in directives that ask for a name."""

    def replace(match: re.Match[str]) -> str:
        return f"isf_{match[1]}" if match[1] in names else match[1]

    parts, end = [], 0
    for match in _CONDITION.finditer(source):
        parts += [_BARE_NAME.sub(replace, source[end : match.start()]), match[0]]
        end = match.end()
    return "".join([*parts, _BARE_NAME.sub(replace, source[end:])])
