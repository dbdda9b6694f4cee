"""The INPUTS of an ISF header, with the same default values as in other hosts."""

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
"""Pattern of the name of an input or a target."""
_HOST_NAMES = re.compile(r"isf.*|gl_.*|vv_.*|IMG_.*|.*__.*")
_KINDS = {kind.value.lower(): kind for kind in Kind} | {"int": Kind.LONG}
_BINDABLE = (Kind.FLOAT, Kind.POINT, Kind.COLOR)
_SPECTRA = (Kind.AUDIO_FFT, Kind.AUDIO_HISTORY)
_AUDIO_KINDS = (Kind.AUDIO, Kind.AUDIO_FFT, Kind.AUDIO_HISTORY)
_MAX_HISTORY_S = 60.0
MAX_WIDTH = 16384
"""Maximum MAX of an audio input: the number of values in a row."""
_MAX_INPUTS = 128
_MAX_INT = 2**31 - 1


def read_inputs(author: AuthorFile, header: JsonObject, code: str) -> tuple[Input, ...]:
    """Read all inputs of the header except cubes, in order.

    Args:
        author: the file.
        header: its header.
        code: all GLSL of the effect: an input may have the name of a built-in function that is
            never called.

    Raises:
        ToqiboxError: with a diagnostic at the line of the input at fault.
    """
    array = header.get("INPUTS")
    if array is None:
        return ()
    if not isinstance(array, JsonArray):
        raise author.error("INPUTS must be an array", header.offset_of("INPUTS"))
    if len(array) > _MAX_INPUTS:
        raise author.refusal(
            f"at most {_MAX_INPUTS} inputs are allowed", header.offset_of("INPUTS")
        )
    inputs: dict[str, Input] = {}
    tables: dict[str, JsonObject] = {}
    for table, offset in zip(array, array.offsets, strict=True):
        if not isinstance(table, JsonObject):
            raise author.error("every element of INPUTS must be an object", offset)
        if is_cube(table):
            continue
        item = _input(author, table, code)
        if item.name in inputs or item.name in isf_keys.BUILTINS:
            raise author.error(isf_keys.taken_message(item.name), table.offset_of("NAME"))
        inputs[item.name], tables[item.name] = item, table
    return with_texts(author, tables, inputs)


def is_cube(table: JsonObject) -> bool:
    """Report if an entry of INPUTS or IMPORTED is a cube map."""
    type_name = table.get("TYPE")
    return isinstance(type_name, str) and type_name.lower() in ("cube", "cubemap")


def uniform_name(name: str) -> str:
    """Return the uniform for an input's name: another name if GLSL or the host uses it."""
    taken = name in RESERVED | LATER | FUNCTIONS or _HOST_NAMES.fullmatch(name)
    # Two underscores in a row are reserved in GLSL; no two names become equal.
    return "isfi" + name.replace("_", "_u") if taken else name


def is_true(value: object) -> bool:
    """Report if a file means true: a bool, a number that is not 0, “true” or “yes”."""
    if isinstance(value, str):
        return value.strip().lower() in ("true", "yes", "1")
    return bool(value)


def _input(author: AuthorFile, table: JsonObject, code: str) -> Input:
    name = table.get("NAME")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise author.error("the NAME of an input must be an identifier", table.offset_of("NAME"))
    kind = _kind(author, table, name)
    minimum, maximum = _limits(kind, table)
    values, labels = _choices(table) if kind is Kind.LONG else ((), ())
    label = table.get("LABEL")
    item = Input(
        name=name,
        uniform=name if _is_uncalled_function(name, code) else uniform_name(name),
        kind=kind,
        label=" ".join(label.split())[:80] if isinstance(label, str) and label.strip() else name,
        default=_default(kind, table, minimum, maximum, values),
        minimum=None if values else minimum,
        maximum=None if values else maximum,
        identity=value_of(kind, table.get("IDENTITY")),
        values=values,
        labels=labels,
        photo=_photo(author, table, kind),
        width=_width(table) if kind in _AUDIO_KINDS else None,
        scale=_scale(author, table) if kind in _SPECTRA else Scale.BROWSER,
        past=_span(table, "PAST", HISTORY_S[0]) if kind is Kind.AUDIO_HISTORY else 0.0,
        future=_span(table, "FUTURE", HISTORY_S[1]) if kind is Kind.AUDIO_HISTORY else 0.0,
    )
    return replace(item, modulation=_motion(author, table, item))


def _is_uncalled_function(name: str, code: str) -> bool:
    """Report if it is only the name of a built-in function that is never called."""
    is_function_only = name in FUNCTIONS and name not in RESERVED
    return is_function_only and re.search(rf"\b{name}\s*\(", code) is None


def _kind(author: AuthorFile, table: JsonObject, name: str) -> Kind:
    type_name, offset = table.get("TYPE"), table.offset_of("TYPE")
    if not isinstance(type_name, str):
        raise author.error(f"the input “{name}” has no TYPE", offset)
    if type_name.lower() not in _KINDS:
        known = ", ".join([*Kind, "cube"])
        raise author.error(f"“{type_name[:40]}” is not a valid TYPE: use {known}", offset)
    return _KINDS[type_name.lower()]


def _scale(author: AuthorFile, table: JsonObject) -> Scale:
    """Return the SCALE of a spectrum."""
    value = table.get("SCALE", str(Scale.BROWSER))
    if value not in list(Scale):
        known = " or ".join(f"“{scale}”" for scale in Scale)
        raise author.error(f"SCALE must be {known}", table.offset_of("SCALE"))
    return Scale(str(value))


def _motion(author: AuthorFile, table: JsonObject, item: Input) -> Modulation | None:
    """Return the modulation of BIND: the name of a feature, or the form of a request."""
    binding, offset = table.get("BIND"), table.offset_of("BIND")
    if binding is None:
        return None
    if item.kind.is_texture:
        raise author.error(
            "BIND is only for inputs that are numbers, points, colours or bools", offset
        )
    if not isinstance(binding, JsonObject):
        binding = {"bind": binding}
    try:
        return read_modulation(item, binding, "BIND")
    except ToqiboxError as error:
        message = f"{error.field}: {error.values['reason']}"
        raise author.error(message, _offset_of(binding, str(error.field), offset)) from None


def _photo(author: AuthorFile, table: JsonObject, kind: Kind) -> str | None:
    """Return the colour of the photo that PHOTO names."""
    name, offset = table.get("PHOTO"), table.offset_of("PHOTO")
    if name is None:
        return None
    if kind is not Kind.COLOR:
        raise author.error("PHOTO is only for inputs that are colours", offset)
    if table.get("BIND") is not None:
        raise author.error("a colour must not have both PHOTO and BIND", offset)
    if not isinstance(name, str) or name not in COLORS:
        known = ", ".join(COLORS)
        raise author.error(f"PHOTO must be a colour of the photo: {known}", offset)
    return name


def _offset_of(binding: Mapping[str, object], field: str, offset: int) -> int:
    """Return the offset in the file of the key at fault."""
    type_name = field.removeprefix("BIND.").partition("[")[0]
    return binding.offset_of(type_name) if isinstance(binding, JsonObject) else offset


def _limits(kind: Kind, table: JsonObject) -> tuple[Value | None, Value | None]:
    """Return MIN and MAX, swapped if in the wrong order; a float and a color always have both."""
    low, high = value_of(kind, table.get("MIN")), value_of(kind, table.get("MAX"))
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
    kind: Kind, table: JsonObject, low: Value | None, high: Value | None, values: tuple[int, ...]
) -> Value | None:
    value = value_of(kind, table.get("DEFAULT"))
    if kind.is_texture:
        return None
    if kind is Kind.BOOL:
        return True if value is None else value
    if kind is Kind.EVENT:
        return False
    if values:
        return value if value in values else values[0]
    if value is None:
        value = _default_without_value(kind, low, high)
    elif kind is Kind.POINT:
        return value  # Vidvox's hosts clamp only floats to MIN and MAX
    return _clamped(value, low, high)


def _default_without_value(kind: Kind, low: Value | None, high: Value | None) -> Value:
    """Return the default of an input that states none."""
    if kind is Kind.FLOAT and isinstance(low, float) and isinstance(high, float):
        return low / 2 + high / 2
    if kind is Kind.LONG:
        return low if isinstance(low, int) else 0
    return (0.0,) * (4 if kind is Kind.COLOR else 2)


def _clamped(value: Value, low: Value | None, high: Value | None) -> Value:
    if isinstance(value, tuple):
        low_parts = low if isinstance(low, tuple) else (-math.inf,) * len(value)
        high_parts = high if isinstance(high, tuple) else (math.inf,) * len(value)
        bounds = zip(value, low_parts, high_parts, strict=True)
        return tuple(min(max(part, minimum), maximum) for part, minimum, maximum in bounds)
    if low is not None and not isinstance(low, tuple):
        value = max(value, low)
    if high is not None and not isinstance(high, tuple):
        value = min(value, high)
    return value


def _choices(table: JsonObject) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Return VALUES and LABELS of a long; one that is missing is derived from the other."""
    values = [value_of(Kind.LONG, value) for value in _array_values(table, "VALUES")]
    labels = [str(label)[:80] for label in _array_values(table, "LABELS")]
    numbers = [value for value in values if isinstance(value, int)]
    if not numbers and labels:
        numbers = list(range(len(labels)))
    labels = labels[: len(numbers)] + [str(number) for number in numbers[len(labels) :]]
    return tuple(numbers), tuple(labels)


def _array_values(table: JsonObject, key: str) -> list[object]:
    value = table.get(key)
    return value[:256] if isinstance(value, JsonArray) else []


def value_of(kind: Kind, value: object) -> Value | None:
    """Return a value of the header, None if it has none that is valid."""
    if value is None or kind.is_texture or kind is Kind.EVENT:
        return None
    if kind is Kind.BOOL:
        return is_true(value)
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
    """Return a number, also if the file writes it as a bool or in quotes."""
    try:
        number = float(value) if isinstance(value, (int, float, str)) else math.nan
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) and abs(number) <= 1e9 else None


def _width(table: JsonObject) -> int | None:
    number = _number(table.get("MAX"))
    return None if number is None else int(min(max(number, 1), MAX_WIDTH))


def _span(table: JsonObject, key: str, default: float) -> float:
    """Return the seconds of an audioHistory before or after the frame."""
    number = _number(table.get(key))
    return default if number is None else min(max(number, 0.0), _MAX_HISTORY_S)
