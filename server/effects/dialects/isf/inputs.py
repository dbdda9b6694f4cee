"""The INPUTS of an ISF header, with the defaults that other hosts give what is left out."""

import math
import re
from collections.abc import Mapping
from dataclasses import replace

from server.effects.dialects.isf import keys as isf_keys
from server.effects.dialects.isf.text_inputs import with_texts
from server.effects.glsl.glsl330 import FUNCTIONS, LATER, RESERVED
from server.effects.model.input import HISTORY_S, Input, Kind, Scale, Value
from server.effects.model.modulation import Modulation
from server.effects.model.palette import COLORS
from server.effects.params.modulation_parser import read_modulation
from server.effects.source.diagnostic import AuthorFile
from server.effects.source.header import JsonArray, JsonObject
from server.errors import ToqiboxError

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
"""What the name of an input or a target may be."""
_HOST_NAMES = re.compile(r"isf.*|gl_.*|vv_.*|IMG_.*|.*__.*")
_KINDS = {kind.value.lower(): kind for kind in Kind} | {"int": Kind.LONG}
_BINDABLE = (Kind.FLOAT, Kind.POINT, Kind.COLOR)
_SPECTRA = (Kind.AUDIO_FFT, Kind.AUDIO_HISTORY)
_SOUNDS = (Kind.AUDIO, Kind.AUDIO_FFT, Kind.AUDIO_HISTORY)
_MAX_HISTORY_S = 60.0
MAX_WIDTH = 16384
"""Largest MAX of an input that is sound: values of one row."""
_MAX_INPUTS = 128
_MAX_INT = 2**31 - 1


def read_inputs(author: AuthorFile, header: JsonObject, code: str) -> tuple[Input, ...]:
    """Every input of the header but cubes, in its order.

    Args:
        author: the file.
        header: its header.
        code: all GLSL of the effect: an input may have the name of a function of GLSL's own
            that is called nowhere.

    Raises:
        ToqiboxError: with a diagnostic at the line of the input at fault.
    """
    rows = header.get("INPUTS")
    if rows is None:
        return ()
    if not isinstance(rows, JsonArray):
        raise author.error("INPUTS is not an array", header.offset_of("INPUTS"))
    if len(rows) > _MAX_INPUTS:
        raise author.refusal(f"it has more than {_MAX_INPUTS} inputs", header.offset_of("INPUTS"))
    found: dict[str, Input] = {}
    lines: dict[str, JsonObject] = {}
    for row, place in zip(rows, rows.offsets, strict=True):
        if not isinstance(row, JsonObject):
            raise author.error("INPUTS holds something that is not an object", place)
        if is_cube(row):
            continue
        item = _input(author, row, code)
        if item.name in found or item.name in isf_keys.BUILTINS:
            raise author.error(isf_keys.taken(item.name), row.offset_of("NAME"))
        found[item.name], lines[item.name] = item, row
    return with_texts(author, lines, found)


def is_cube(row: JsonObject) -> bool:
    """Whether a row of INPUTS or IMPORTED stands for a cube."""
    word = row.get("TYPE")
    return isinstance(word, str) and word.lower() in ("cube", "cubemap")


def uniform_name(name: str) -> str:
    """The uniform for an input's name: another one where GLSL or the host has taken it."""
    taken = name in RESERVED | LATER | FUNCTIONS or _HOST_NAMES.fullmatch(name)
    # Two underscores in a row are GLSL's own; no two names become one.
    return "isfi" + name.replace("_", "_u") if taken else name


def truth(value: object) -> bool:
    """What a file means by true: a bool, a number that is not 0, “true” or “yes”."""
    if isinstance(value, str):
        return value.strip().lower() in ("true", "yes", "1")
    return bool(value)


def _input(author: AuthorFile, row: JsonObject, code: str) -> Input:
    name = row.get("NAME")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise author.error("an input's NAME is missing or no identifier", row.offset_of("NAME"))
    kind = _kind(author, row, name)
    minimum, maximum = _limits(kind, row)
    values, labels = _choices(row) if kind is Kind.LONG else ((), ())
    label = row.get("LABEL")
    item = Input(
        name=name,
        uniform=name if _uncalled(name, code) else uniform_name(name),
        kind=kind,
        label=" ".join(label.split())[:80] if isinstance(label, str) and label.strip() else name,
        default=_default(kind, row, minimum, maximum, values),
        minimum=None if values else minimum,
        maximum=None if values else maximum,
        identity=value_of(kind, row.get("IDENTITY")),
        values=values,
        labels=labels,
        photo=_photo(author, row, kind),
        width=_width(row) if kind in _SOUNDS else None,
        scale=_scale(author, row) if kind in _SPECTRA else Scale.BROWSER,
        past=_span(row, "PAST", HISTORY_S[0]) if kind is Kind.AUDIO_HISTORY else 0.0,
        future=_span(row, "FUTURE", HISTORY_S[1]) if kind is Kind.AUDIO_HISTORY else 0.0,
    )
    return replace(item, modulation=_motion(author, row, item))


def _uncalled(name: str, code: str) -> bool:
    """Whether it is only the name of a function of GLSL's own, and that is called nowhere."""
    only = name in FUNCTIONS and name not in RESERVED
    return only and re.search(rf"\b{name}\s*\(", code) is None


def _kind(author: AuthorFile, row: JsonObject, name: str) -> Kind:
    word, place = row.get("TYPE"), row.offset_of("TYPE")
    if not isinstance(word, str):
        raise author.error(f"the input “{name}” has no TYPE", place)
    if word.lower() not in _KINDS:
        known = ", ".join([*Kind, "cube"])
        raise author.error(f"“{word[:40]}” is no TYPE; known types: {known}", place)
    return _KINDS[word.lower()]


def _scale(author: AuthorFile, row: JsonObject) -> Scale:
    """The SCALE of a spectrum."""
    word = row.get("SCALE", str(Scale.BROWSER))
    if word not in list(Scale):
        known = " and ".join(f"“{scale}”" for scale in Scale)
        raise author.error(f"SCALE is neither of {known}", row.offset_of("SCALE"))
    return Scale(str(word))


def _motion(author: AuthorFile, row: JsonObject, item: Input) -> Modulation | None:
    """What BIND says: the name of a feature, or a motion as a request writes it."""
    told, place = row.get("BIND"), row.offset_of("BIND")
    if told is None:
        return None
    if item.kind.is_texture:
        raise author.error("BIND works on inputs that are numbers, points, colours or true", place)
    if not isinstance(told, JsonObject):
        told = {"bind": told}
    try:
        return read_modulation(item, told, "BIND")
    except ToqiboxError as error:
        message = f"{error.field}: {error.values['reason']}"
        raise author.error(message, _place(told, str(error.field), place)) from None


def _photo(author: AuthorFile, row: JsonObject, kind: Kind) -> str | None:
    """The colour of the photo that PHOTO names."""
    name, place = row.get("PHOTO"), row.offset_of("PHOTO")
    if name is None:
        return None
    if kind is not Kind.COLOR:
        raise author.error("PHOTO works on inputs that are colours", place)
    if row.get("BIND") is not None:
        raise author.error("a colour has either PHOTO or BIND", place)
    if not isinstance(name, str) or name not in COLORS:
        known = ", ".join(COLORS)
        raise author.error(f"PHOTO names no colour of the photo; known colours: {known}", place)
    return name


def _place(told: Mapping[str, object], field: str, place: int) -> int:
    """Where in the file the key at fault stands."""
    word = field.removeprefix("BIND.").partition("[")[0]
    return told.offset_of(word) if isinstance(told, JsonObject) else place


def _limits(kind: Kind, row: JsonObject) -> tuple[Value | None, Value | None]:
    """MIN and MAX. Of a float both always exist, of a color too; a wrong order is put right."""
    low, high = value_of(kind, row.get("MIN")), value_of(kind, row.get("MAX"))
    if kind is Kind.FLOAT:
        low = 0.0 if low is None else low
        high = 1.0 if high is None else high
    if kind is Kind.COLOR:
        low = (0.0,) * 4 if low is None else low
        high = (1.0,) * 4 if high is None else high
    if low is None or high is None or kind not in (*_BINDABLE, Kind.LONG):
        return (low, high) if kind in (Kind.LONG, Kind.POINT) else (None, None)
    return _ordered(low, high)


def _ordered(low: Value, high: Value) -> tuple[Value, Value]:
    if isinstance(low, tuple) and isinstance(high, tuple):
        pairs = [sorted(pair) for pair in zip(low, high, strict=True)]
        return tuple(pair[0] for pair in pairs), tuple(pair[1] for pair in pairs)
    if isinstance(low, tuple) or isinstance(high, tuple):
        return low, high
    return min(low, high), max(low, high)


def _default(
    kind: Kind, row: JsonObject, low: Value | None, high: Value | None, values: tuple[int, ...]
) -> Value | None:
    value = value_of(kind, row.get("DEFAULT"))
    if kind.is_texture:
        return None
    if kind is Kind.BOOL:
        return True if value is None else value
    if kind is Kind.EVENT:
        return False
    if values:
        return value if value in values else values[0]
    if value is None:
        value = _missing(kind, low, high)
    elif kind is Kind.POINT:
        return value  # Vidvox's hosts hold floats alone to MIN and MAX
    return _clamped(value, low, high)


def _missing(kind: Kind, low: Value | None, high: Value | None) -> Value:
    """The default of an input that states none."""
    if kind is Kind.FLOAT and isinstance(low, float) and isinstance(high, float):
        return low / 2 + high / 2
    if kind is Kind.LONG:
        return low if isinstance(low, int) else 0
    return (0.0,) * (4 if kind is Kind.COLOR else 2)


def _clamped(value: Value, low: Value | None, high: Value | None) -> Value:
    if isinstance(value, tuple):
        lows = low if isinstance(low, tuple) else (-math.inf,) * len(value)
        highs = high if isinstance(high, tuple) else (math.inf,) * len(value)
        rows = zip(value, lows, highs, strict=True)
        return tuple(min(max(part, least), most) for part, least, most in rows)
    if low is not None and not isinstance(low, tuple):
        value = max(value, low)
    if high is not None and not isinstance(high, tuple):
        value = min(value, high)
    return value


def _choices(row: JsonObject) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """VALUES and LABELS of a long; where one is missing the other makes up for it."""
    values = [value_of(Kind.LONG, value) for value in _rows(row, "VALUES")]
    labels = [str(label)[:80] for label in _rows(row, "LABELS")]
    numbers = [value for value in values if isinstance(value, int)]
    if not numbers and labels:
        numbers = list(range(len(labels)))
    labels = labels[: len(numbers)] + [str(number) for number in numbers[len(labels) :]]
    return tuple(numbers), tuple(labels)


def _rows(row: JsonObject, key: str) -> list[object]:
    value = row.get(key)
    return value[:256] if isinstance(value, JsonArray) else []


def value_of(kind: Kind, value: object) -> Value | None:
    """A value as the header states it, None where it states none that can be used."""
    if value is None or kind.is_texture or kind is Kind.EVENT:
        return None
    if kind is Kind.BOOL:
        return truth(value)
    if kind in (Kind.POINT, Kind.COLOR):
        return _vector(value, 4 if kind is Kind.COLOR else 2)
    number = _number(value)
    if number is None or kind is Kind.FLOAT:
        return number
    return int(min(max(number, -_MAX_INT), _MAX_INT))


def _vector(value: object, size: int) -> tuple[float, ...] | None:
    if not isinstance(value, JsonArray):
        return None
    numbers = [_number(part) for part in value]
    if size == 4 and len(numbers) == 3:
        numbers.append(1.0)
    known = tuple(number for number in numbers if number is not None)
    return known if len(known) == size == len(numbers) else None


def _number(value: object) -> float | None:
    """A number, also where the file writes it as a bool or in quotes."""
    try:
        number = float(value) if isinstance(value, (int, float, str)) else math.nan
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) and abs(number) <= 1e9 else None


def _width(row: JsonObject) -> int | None:
    number = _number(row.get("MAX"))
    return None if number is None else int(min(max(number, 1), MAX_WIDTH))


def _span(row: JsonObject, key: str, usual: float) -> float:
    """Seconds that an audioHistory reaches to one side."""
    number = _number(row.get(key))
    return usual if number is None else min(max(number, 0.0), _MAX_HISTORY_S)
