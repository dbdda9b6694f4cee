"""Valid macros that Mesa's preprocessor expands wrongly, rewritten so that it does not."""

import re

_FUNCTION = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)\(", re.MULTILINE)
_DEFINE = re.compile(r"^[ \t]*#[ \t]*define\b(?:\\\n|[^\n])*", re.MULTILINE)
_CONDITION = re.compile(r"^[ \t]*#[ \t]*(?!define\b)(?:\\\n|[^\n])*", re.MULTILINE)
_SIGN_OPERATOR = re.compile(r"(?<![\d.][eE])(?<![-+])([-+])(?![-+=])")
_LAST = re.compile(r"\b(\w+)\s*\)")
_BARE_NAME = re.compile(r"\b([A-Za-z_]\w*)\b(?!\s*\()")


def rewrite_mesa_macros(source: str) -> str:
    """Rewrite a shader for a preprocessor with two bugs; its lines stay.

    The name of a macro with arguments is a plain word if no parenthesis follows it; Mesa fails at
    one that is followed by a closing one. And it joins a sign with an argument that is a sign to
    one token: ``a-2`` with ``-`` for ``a`` becomes ``--2``.
    """
    names = set(_FUNCTION.findall(source)) & set(_LAST.findall(source))
    if names:
        source = _rename(source, names)
    return _DEFINE.sub(lambda match: _SIGN_OPERATOR.sub(r" \1 ", match[0]), source)


def _rename(source: str, names: set[str]) -> str:
    """Rename those words, except in directives that expect a name."""

    def replace(match: re.Match[str]) -> str:
        return f"isf_{match[1]}" if match[1] in names else match[1]

    parts, end = [], 0
    for match in _CONDITION.finditer(source):
        parts += [_BARE_NAME.sub(replace, source[end : match.start()]), match[0]]
        end = match.end()
    return "".join([*parts, _BARE_NAME.sub(replace, source[end:])])
