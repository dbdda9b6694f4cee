"""Hints for compiler messages: one sentence on the likely cause of common mistakes.

Compilers name the token at which they fail, which is rarely the mistake itself. The patterns match
messages of Mesa, NVIDIA, Intel and browsers (ANGLE); other messages have no hint.
"""

import re
from collections.abc import Callable

from server.effects.diagnostics.known_names import FUNCTIONS, TYPES, hint_for_foreign_name
from server.effects.diagnostics.location import SourceLocation, closest_match
from server.effects.diagnostics.syntax_hints import hint_syntax_error

_MAX_SIGNATURES = 3


_Hint = Callable[[re.Match[str], SourceLocation], str | None]


def find_hint(message: str, location: SourceLocation) -> str | None:
    """Return a sentence on how to fix the cause of a message, None if it is unknown."""
    for pattern, make in _TABLE:
        if match := pattern.search(message):
            hint_text = make(match, location)
            if hint_text:
                return hint_text
    return None


_ENTRIES = frozenset(("main", "mainImage"))
"""Functions that a host calls; no other name is a misspelling of them."""


def _undeclared(match: re.Match[str], location: SourceLocation) -> str | None:
    name = match[1]
    if hint_text := hint_for_foreign_name(name, location.host):
        return hint_text
    if meant := closest_match(name, {*location.own, *location.host} - TYPES - _ENTRIES):
        return f"did you mean “{meant}”?"
    if name in TYPES:
        return None
    if "RENDERSIZE" in location.host:
        return f"“{name}” is not defined: declare it, or add it to INPUTS in the header"
    return f"“{name}” is not defined: declare it before this line"


def _no_function(match: re.Match[str], location: SourceLocation) -> str | None:
    name = match[1]
    lines = _definitions(location.text, name)
    if lines and min(lines) > location.line:
        return f"“{name}” is defined in line {min(lines)}: define a function before its first use"
    if hint_text := hint_for_foreign_name(name, location.host):
        return hint_text
    meant = closest_match(name, {*_functions(location.text), *location.host, *FUNCTIONS})
    return f"did you mean “{meant}”?" if meant else f"the function “{name}” is not defined"


def _no_match(match: re.Match[str], location: SourceLocation) -> str | None:
    name, argument_types = match[1], match[2]
    if (
        name.startswith(("texture", "texel", "IMG_"))
        and "sampler" not in argument_types.split(",")[0]
    ):
        return f"the first argument of “{name}” must be an image: a sampler2D or an image input"
    if not location.signatures:
        return None
    takes = [
        re.sub(r"^.*?\(", "(", signature) for signature in location.signatures[:_MAX_SIGNATURES]
    ]
    more = " …" if len(location.signatures) > _MAX_SIGNATURES else ""
    return f"“{name}” takes {' or '.join(takes)}{more}, not ({argument_types})"


def _overload(match: re.Match[str], location: SourceLocation) -> str | None:
    """Handle browsers and NVIDIA, which report an unknown name and wrong arguments alike."""
    name = match[1]
    if _definitions(location.text, name) and min(_definitions(location.text, name)) < location.line:
        return f"“{name}” takes other arguments: see line {min(_definitions(location.text, name))}"
    if name in FUNCTIONS:
        return f"“{name}” takes other arguments; for a float write 1.0, not 1"
    return _no_function(match, location)


def _assigned(match: re.Match[str], location: SourceLocation) -> str | None:
    name = next(group for group in match.groups() if group)
    if re.search(rf"\bconst\s+\w+\s+{re.escape(name)}\b", location.text):
        return f"“{name}” is a constant: remove “const”, or write to another variable"
    return f"“{name}” is read-only: copy it to a variable first"


def _converted(match: re.Match[str], _place: SourceLocation) -> str | None:
    return _conversion(_type(match[1]), _type(match[2]))


def _type(description: str) -> str:
    """Parse ANGLE's description of a type, such as ``highp 4-component vector of float``."""
    if vector_match := re.search(r"([234])-component vector of (float|int|uint|bool)", description):
        letter = {"float": "", "int": "i", "uint": "u", "bool": "b"}[vector_match[2]]
        return f"{letter}vec{vector_match[1]}"
    return description.rsplit(maxsplit=1)[-1] if description.strip() else ""


def _conversion(actual: str, expected: str) -> str | None:
    if actual == "void":
        return "a function of type void returns no value"
    parts, needed = _parts(actual), _parts(expected)
    if not parts or not needed:
        return None
    if parts > needed:
        some = "xyzw"[:needed]
        return f"{actual} has more components than {expected}: select some of them, such as .{some}"
    if parts == needed == 1:
        return f"convert it with {expected}(…): 1.0 is a float, 1 an int"
    return f"{actual} has too few components: write {expected}(…{', 1.0' if parts > 1 else ''})"


def _parts(word: str) -> int:
    """Return the number of components of a type; 0 if it is neither a vector nor a number."""
    if word in ("int", "uint", "float"):
        return 1
    match = re.fullmatch(r"[iu]?vec([234])", word)
    return int(match[1]) if match else 0


def _returned(match: re.Match[str], _place: SourceLocation) -> str | None:
    return f"“{match[1]}” must end with “return …;” on every way through it"


def _redeclared(match: re.Match[str], location: SourceLocation) -> str | None:
    name = match[1]
    if name in location.host:
        return f"“{name}” is already declared by the host: remove this declaration"
    return f"“{name}” is already declared: use another name, or only assign to it"


def _swizzle(match: re.Match[str], location: SourceLocation) -> str | None:
    return f"“.{match[1]}” asks for parts that it does not have: a vec2 has .xy, a vec3 .xyz"


def _fixed(hint_text: str) -> _Hint:
    return lambda _match, _place: hint_text


def _definitions(text: str, name: str) -> list[int]:
    """Return the lines in which functions of that name begin."""
    pattern = re.compile(
        rf"^[ \t]*(?:\w+[ \t]+)+{re.escape(name)}[ \t]*\([^;{{]{{0,500}}\)\s*\{{", re.M
    )
    return [text.count("\n", 0, match.start()) + 1 for match in pattern.finditer(text)]


def _functions(text: str) -> set[str]:
    return set(re.findall(r"\b\w+[ \t]+([A-Za-z_]\w*)[ \t]*\([^;{]{0,500}\)\s*\{", text))


_SIZES = "both sides must be as large, or one a single number: .xy makes a vec2 of any vector"
_INCLUDE_HINT = "the file must exist, relative to this file or to the effect's folder"
_INTEGERS = "“%” is for integers: use mod(a, b) for floats"

_TABLE: tuple[tuple[re.Pattern[str], _Hint], ...] = tuple(
    (re.compile(pattern), make)
    for pattern, make in (
        (r"[`'](\w+)' undeclared", _undeclared),
        (r"undefined variable \"(\w+)\"", _undeclared),
        (r"'(\w+)' : undeclared identifier", _undeclared),
        (r"no function with name '(\w+)'", _no_function),
        (r"no matching function for call to `(\w+)\((.*?)\)'", _no_match),
        (r"'(\w+)' : no matching overloaded function", _overload),
        (r"unable to find compatible overloaded function \"(\w+)", _overload),
        (r"syntax error, unexpected (?:end of file|\$end)", hint_syntax_error),
        (r"syntax error.* at token \"([^\"]+)\"", hint_syntax_error),
        (r"'([^']*)' : syntax error", hint_syntax_error),
        (r"syntax error", hint_syntax_error),
        (r"read-only variable '(\w+)'", _assigned),
        (
            r"can't modify an? \w+(?: variable)? \"(\w+)\"|assignment to const variable (\w+)",
            _assigned,
        ),
        (
            r"(?:initializer|value) of type (\w+) cannot be assigned to variable of type (\w+)",
            _converted,
        ),
        (r"cannot convert from '\s*([^']+)' to '\s*([^']+)'", _converted),
        (r"implicit (?:cast|narrowing of type) from \"(\w+)\" to \"(\w+)\"", _converted),
        (r"function [`'](\w+)' has non-void return type", _returned),
        (
            r"can't modify a const\b|assignment to const",
            _fixed("a constant is read-only: remove “const”, or write to another variable"),
        ),
        (r"too few parameters|too many parameters", _fixed("see its definition")),
        (r"'(\w+)' : function does not return a value", _returned),
        (r"[`'](\w+)' (?:redeclared|: redefinition)", _redeclared),
        (r"redefinition of [`'\"]?(\w+)|declaration of \"(\w+)\" conflicts", _redeclared),
        (r"invalid swizzle / mask `(\w+)'", _swizzle),
        (r"'(\w+)' : (?:vector swizzle out of range|illegal vector field)", _swizzle),
        (r"operator % must be|'%' : wrong operand|operands to \"%\"", _fixed(_INTEGERS)),
        (r"vector size mismatch|wrong operand types", _fixed(_SIZES)),
        (r"too few components|not enough data", _fixed("pass a number for each component")),
        (r"too many (?:components|arguments)", _fixed("it has fewer components than arguments")),
        (
            r"condition must be (?:scalar )?boolean|boolean expression expected",
            _fixed("a condition must be a bool: use “==” and not “=”, or x > 0.5"),
        ),
        (
            r"array size must be|constant expression required",
            _fixed("the size of an array must be a constant: const int COUNT = 4;"),
        ),
        (r"recursion|[Rr]ecursive", _fixed("recursion is not allowed: use a loop")),
        (r"cannot access field|no such field", _fixed("see the struct for its field names")),
        (
            r"memory exhausted",
            _fixed("it is nested too deeply: move parts of it to variables or functions"),
        ),
        (r"Unterminated #if", _fixed("add the missing #endif")),
        (r"Unterminated comment", _fixed("add the missing “*/”")),
        (r"included file does not exist", _fixed(_INCLUDE_HINT)),
        (
            r"invoked with \d+ arguments",
            _fixed("see the #define for how many arguments the macro takes"),
        ),
        (
            r"non-directive|[Ii]nvalid directive",
            _fixed("known directives: #define #if #ifdef #else #endif"),
        ),
    )
)
