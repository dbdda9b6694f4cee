"""Whether a shader ever writes the alpha of its colour.

Players with an opaque canvas show a colour of which only ``.rgb`` is written. In a target that was
cleared its alpha would stay 0, and nothing would be seen.
"""

import re
from collections.abc import Iterable

_ASSIGNMENT = r"\s*(?:[-+*/]?=(?!=)|\+\+|--)"

_LOOKBEHIND = 80
"""Characters in which the sign before a name is looked for."""


def never_writes_alpha(code: str, names: Iterable[str]) -> bool:
    """Whether parts of these variables are written, and no alpha of any.

    Args:
        code: a shader without comments and without the declarations of the variables.
        names: variables of the type vec4.
    """
    written = [_writes_parts(code, name) for name in names]
    return any(written) and None not in written


def _writes_parts(code: str, name: str) -> bool | None:
    """Whether parts other than the alpha are written; None where the alpha is, or may be."""
    parts = False
    for match in re.finditer(
        rf"\b{name}\b(\s*\[[^\]]*\])?(?:\s*\.\s*(\w+))?({_ASSIGNMENT})?", code
    ):
        swizzle, assigned = match[2], match[3] is not None
        if swizzle is None or (assigned and re.search("[awq]", swizzle)):
            return None  # written as a whole, or handed to a function or macro
        if not assigned and _may_be_written_by_call(code, match):
            return None
        parts = parts or assigned
    return parts


def _may_be_written_by_call(code: str, match: re.Match[str]) -> bool:
    """Whether a part with the alpha in it may be written by a function that it is handed to."""
    before = code[max(match.start() - _LOOKBEHIND, 0) : match.start()]
    is_argument = before.rstrip()[-1:] in ("(", ",")
    return is_argument and re.search("[awq]", match[2]) is not None
