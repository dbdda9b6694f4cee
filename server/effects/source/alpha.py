"""Detection of shaders that never write the alpha of their colour.

Players with an opaque canvas show a colour of which only ``.rgb`` is written. In a cleared target
its alpha would stay 0, and nothing would be visible.
"""

import re
from collections.abc import Iterable

_ASSIGNMENT = r"\s*(?:[-+*/]?=(?!=)|\+\+|--)"

_LOOKBEHIND = 80
"""Characters before a name in which the preceding operator is searched."""


def never_writes_alpha(code: str, names: Iterable[str]) -> bool:
    """Report if components of these variables are written, but no alpha of any.

    Args:
        code: a shader without comments and without the declarations of the variables.
        names: variables of the type vec4.
    """
    written = [_writes_parts(code, name) for name in names]
    return any(written) and None not in written


def _writes_parts(code: str, name: str) -> bool | None:
    """Report if components other than the alpha are written; None if the alpha is, or may be."""
    parts = False
    for match in re.finditer(
        rf"\b{name}\b(\s*\[[^\]]*\])?(?:\s*\.\s*(\w+))?({_ASSIGNMENT})?", code
    ):
        swizzle, assigned = match[2], match[3] is not None
        if swizzle is None or (assigned and re.search("[awq]", swizzle)):
            return None  # written as a whole, or passed to a function or macro
        if not assigned and _may_be_written_by_call(code, match):
            return None
        parts = parts or assigned
    return parts


def _may_be_written_by_call(code: str, match: re.Match[str]) -> bool:
    """Report if a function may write the alpha of a component that is passed to it."""
    before = code[max(match.start() - _LOOKBEHIND, 0) : match.start()]
    is_argument = before.rstrip()[-1:] in ("(", ",")
    return is_argument and re.search("[awq]", match[2]) is not None
