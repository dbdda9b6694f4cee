"""The author's own uniforms as inputs: ``uniform float zoom; // = 0.8 [0.1, 2.0] Zoom``.

GL Transitions write the default in a comment; the range and the label after it are an extension.
If they are missing they are guessed from the name and the default.
"""

import math
import re

from server.effects.dialects.fragment.declarations import Declaration
from server.effects.dialects.fragment.uniform_names import to_label
from server.effects.model.input import Input, Kind, Value
from server.effects.model.modulation import FeatureBinding

KINDS = {
    "float": Kind.FLOAT,
    "int": Kind.LONG,
    "uint": Kind.LONG,
    "bool": Kind.BOOL,
    "vec2": Kind.POINT,
    "ivec2": Kind.POINT,
    "uvec2": Kind.POINT,
    "vec3": Kind.COLOR,
    "ivec3": Kind.COLOR,
    "vec4": Kind.COLOR,
    "ivec4": Kind.COLOR,
}
"""Kind of input that sets a uniform of each type."""
HOST_TYPES = {
    Kind.FLOAT: "float",
    Kind.LONG: "int",
    Kind.BOOL: "bool",
    Kind.POINT: "vec2",
    Kind.COLOR: "vec4",
}
"""GLSL type of the uniform that the timeline fills for each kind."""

_NUMBER = r"[-+]?(?:\d{1,12}\.?\d{0,12}|\.\d{1,12})(?:[eE][-+]?\d{1,3})?"
_VALUE = re.compile(
    rf"={{1,2}}\s*(?:(?:[biu]?vec[234])\s*\(([^()]{{0,200}})\)|({_NUMBER}|true|false))"
)
_PART = re.compile(rf"\s*({_NUMBER})\s*[fu]?\s*")
_RANGE = re.compile(rf"\[\s*({_NUMBER})\s*(?:,|\.\.|to|-)\s*({_NUMBER})\s*\]")
_MIN_PATTERN = re.compile(rf"\bmin\w{{0,4}}[\s:=]{{1,4}}({_NUMBER})", re.IGNORECASE)
_MAX_PATTERN = re.compile(rf"\bmax\w{{0,4}}[\s:=]{{1,4}}({_NUMBER})", re.IGNORECASE)
_COLOR = re.compile(r"col|clr|tint|rgb|hue|shade", re.IGNORECASE)
_DEFAULT_ONE_NAMES = re.compile(
    r"scale|zoom|speed|rate|gain|bright|contrast|saturat|multipl|intensit|strength|amount|opacity"
    r"|alpha|dpr|pixel_?ratio|density",
    re.IGNORECASE,
)
_COUNT_NAMES = re.compile(r"octave|count|iter|steps|num|layers|samples", re.IGNORECASE)
_MAX_NUMBER = 1e9


def own_input(declaration: Declaration, uniform: str, bind: str | None = None) -> Input:
    """Return the input for a uniform of one of KINDS.

    Args:
        declaration: its declaration.
        uniform: the uniform that the timeline fills, of the type in HOST_TYPES.
        bind: the feature that modulates it by default.
    """
    kind = KINDS[declaration.type]
    note = (
        f"= {declaration.initial} {declaration.note}" if declaration.initial else declaration.note
    )
    stated_default = _stated_default(kind, declaration.type, note)
    default = stated_default if stated_default is not None else _guess(kind, declaration.name)
    low, high = _limits(kind, declaration.name, default, _range(note))
    if bind is not None:
        low, high, default = 0.0, 1.0, 0.0
    return Input(
        name=declaration.name,
        uniform=uniform,
        kind=kind,
        label=_label(declaration, note),
        default=_clamp(default, low, high),
        minimum=low,
        maximum=high,
        modulation=FeatureBinding(feature=bind) if bind else None,
    )


def states_default(declaration: Declaration) -> bool:
    """Report if the author states a default."""
    return bool(declaration.initial) or _VALUE.match(declaration.note) is not None


def _label(declaration: Declaration, note: str) -> str:
    """Return the text after the range in its comment, else its name as words."""
    parts = _RANGE.split(note, maxsplit=1)
    text = " ".join(parts[-1].split()).strip(" .;,:") if len(parts) > 1 else ""
    printable = "".join(char for char in text if char.isprintable())
    return printable[:80] or to_label(declaration.name)[:80]


def _stated_default(kind: Kind, glsl_type: str, note: str) -> Value | None:
    """Return the default in a comment or an initialiser."""
    match = _VALUE.search(note)
    if match is None:
        return None
    if match[1] is None:
        return _scalar(kind, glsl_type, match[2])
    parts = [_PART.fullmatch(part) for part in match[1].split(",")]
    numbers = [_number(part[1]) for part in parts if part is not None]
    return _vector(kind, glsl_type, numbers) if len(numbers) == len(parts) else None


def _scalar(kind: Kind, glsl_type: str, word: str) -> Value | None:
    if kind is Kind.BOOL:
        return word == "true" or (word != "false" and _number(word) != 0)
    number = float(word == "true") if word in ("true", "false") else _number(word)
    if kind is Kind.LONG:
        return int(number)
    return number if kind is Kind.FLOAT else _vector(kind, glsl_type, [number])


def _vector(kind: Kind, glsl_type: str, numbers: list[float]) -> Value | None:
    """Construct a vector as GLSL does: one number sets all; the fourth of a vec3 is 1."""
    size = int(glsl_type[-1]) if glsl_type[-1].isdigit() else 1
    numbers = numbers * size if len(numbers) == 1 else numbers
    if kind not in (Kind.POINT, Kind.COLOR) or len(numbers) != size:
        return None
    return tuple([*numbers, 1.0][: 4 if kind is Kind.COLOR else 2])


def _guess(kind: Kind, name: str) -> Value:
    """Guess a default with which the shader most likely draws something."""
    if kind is Kind.BOOL:
        return False
    if kind is Kind.LONG:
        return 4 if _COUNT_NAMES.search(name) else 0
    if kind is Kind.FLOAT:
        return 1.0 if _DEFAULT_ONE_NAMES.search(name) else 0.5
    if kind is Kind.COLOR:
        return (1.0,) * 4 if _COLOR.search(name) else (0.0, 0.0, 0.0, 1.0)
    return (1.0, 1.0) if _DEFAULT_ONE_NAMES.search(name) else (0.5, 0.5)


def _range(note: str) -> tuple[float, float] | None:
    match = _RANGE.search(note)
    if match is not None:
        ends = _number(match[1]), _number(match[2])
    else:
        minimum, maximum = _MIN_PATTERN.search(note), _MAX_PATTERN.search(note)
        if minimum is None or maximum is None:
            return None
        ends = _number(minimum[1]), _number(maximum[1])
    return min(ends), max(ends)


def _limits(
    kind: Kind, name: str, default: Value, stated_range: tuple[float, float] | None
) -> tuple[Value | None, Value | None]:
    """Return the stated range, else one that holds the default and twice it."""
    if kind is Kind.BOOL:
        return None, None
    size = {Kind.POINT: 2, Kind.COLOR: 4}.get(kind)
    parts = default if isinstance(default, tuple) else (default,)
    if stated_range is not None:
        low, high = stated_range
    elif kind is Kind.COLOR and (_COLOR.search(name) or all(0 <= part <= 1 for part in parts)):
        low, high = 0.0, 1.0
    else:
        maximum = 2 * max(abs(part) for part in parts)
        minimum = {Kind.LONG: 10.0, Kind.FLOAT: 1.0 if default == 0 else 0.0}.get(kind, 1.0)
        fits = kind is Kind.FLOAT and 0 <= parts[0] <= 1 and not _DEFAULT_ONE_NAMES.search(name)
        high = 1.0 if fits else max(maximum, minimum)
        signed = size is not None or min(parts) < 0
        low = -high if signed else 0.0
    if kind is Kind.LONG:
        return math.floor(low), math.ceil(high)
    return (low, high) if size is None else ((low,) * size, (high,) * size)


def _clamp(value: Value, low: Value | None, high: Value | None) -> Value:
    """Clamp a value to its limits."""
    if isinstance(value, tuple):
        low_parts = low if isinstance(low, tuple) else value
        high_parts = high if isinstance(high, tuple) else value
        bounds = zip(value, low_parts, high_parts, strict=True)
        return tuple(min(max(part, minimum), maximum) for part, minimum, maximum in bounds)
    if isinstance(low, tuple) or isinstance(high, tuple) or low is None or high is None:
        return value
    return min(max(value, low), high)


def _number(word: str) -> float:
    return min(max(float(word), -_MAX_NUMBER), _MAX_NUMBER)
