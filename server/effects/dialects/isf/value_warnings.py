"""Warnings about values of an ISF header that cannot be used as they are written."""

import json
from collections.abc import Iterator
from typing import Any

from server.effects.diagnostics.location import closest_match
from server.effects.dialects.isf import input_values as isf_values
from server.effects.model.input import Input, Kind, Value
from server.effects.model.safe_area import size_names
from server.effects.model.size_expression import FUNCTIONS, evaluate, find_problem, unknown_names
from server.effects.source.diagnostic import AuthorFile
from server.effects.source.header import JsonArray, JsonObject

_FORMS = {
    Kind.FLOAT: "a number",
    Kind.LONG: "an integer",
    Kind.POINT: "two numbers, such as [0.5, 0.5]",
    Kind.COLOR: "three or four numbers from 0 to 1, such as [1.0, 0.5, 0.0, 1.0]",
}
_NUMBERS = (Kind.FLOAT, Kind.LONG, Kind.BOOL, Kind.EVENT)


def warnings(
    author_file: AuthorFile, header: JsonObject, inputs: tuple[Input, ...]
) -> Iterator[dict[str, Any]]:
    """Yield warnings about inputs and about sizes of passes.

    Args:
        author_file: the file.
        header: its header.
        inputs: the inputs that were read from it.
    """
    by_name = {effect_input.name: effect_input for effect_input in inputs}
    for table in _tables(header, "INPUTS"):
        effect_input = by_name.get(str(table.get("NAME")))
        if (
            effect_input is not None
            and table.get("MAX") is not None
            and effect_input.width is not None
        ):
            yield from _audio_warnings(author_file, table, effect_input)
        if effect_input is not None and not effect_input.kind.is_texture:
            yield from _input_warnings(author_file, table, effect_input)
    yield from _pass_warnings(author_file, _tables(header, "PASSES"), inputs)


def _tables(header: JsonObject, key: str) -> list[JsonObject]:
    array = header.get(key)
    return (
        [table for table in array if isinstance(table, JsonObject)]
        if isinstance(array, JsonArray)
        else []
    )


def _audio_warnings(
    author_file: AuthorFile, table: JsonObject, effect_input: Input
) -> Iterator[dict[str, Any]]:
    """Yield a warning about the MAX of an audio input, which is a number of values."""
    if str(table["MAX"]) in (str(effect_input.width), f"{effect_input.width}.0"):
        return
    message = (
        f"MAX of “{effect_input.name}” is {_format(table['MAX'])}: {effect_input.width} is used"
    )
    hint = f"MAX must be an integer between 1 and {isf_values.MAX_WIDTH}"
    yield author_file.warning(message, table.offset_of("MAX"), hint)


def _input_warnings(
    author_file: AuthorFile, table: JsonObject, effect_input: Input
) -> Iterator[dict[str, Any]]:
    form = _FORMS.get(effect_input.kind)
    for key in ("DEFAULT", "MIN", "MAX", "IDENTITY"):
        if (
            form
            and table.get(key) is not None
            and isf_values.value_of(effect_input.kind, table[key]) is None
        ):
            message = f"{key} of “{effect_input.name}” is {_format(table[key])}: it is ignored"
            hint = f"a value of TYPE {effect_input.kind} must be {form}"
            yield author_file.warning(message, table.offset_of(key), hint)
    if effect_input.kind is Kind.LONG:
        yield from _choice_warnings(author_file, table, effect_input)
    minimum, maximum = (
        isf_values.value_of(effect_input.kind, table.get(key)) for key in ("MIN", "MAX")
    )
    if minimum is not None and maximum is not None and _exceeds(minimum, maximum):
        message = f"MIN of “{effect_input.name}” is greater than its MAX: they are swapped"
        yield author_file.warning(
            message, table.offset_of("MIN"), "write the smaller number as MIN"
        )
    default = isf_values.value_of(effect_input.kind, table.get("DEFAULT"))
    if (
        default is not None
        and effect_input.default != default
        and effect_input.kind is not Kind.BOOL
    ):
        yield author_file.warning(
            f"DEFAULT of “{effect_input.name}” is {_format(table['DEFAULT'])}, which is out of"
            f" range: {_format(effect_input.default)} is used",
            table.offset_of("DEFAULT"),
            _allowed(effect_input),
        )


def _allowed(effect_input: Input) -> str:
    if effect_input.values:
        return f"VALUES has {', '.join(map(str, effect_input.values[:16]))}"
    return f"MIN is {_format(effect_input.minimum)}, MAX is {_format(effect_input.maximum)}"


def _choice_warnings(
    author_file: AuthorFile, table: JsonObject, effect_input: Input
) -> Iterator[dict[str, Any]]:
    values, labels = (table.get(key) for key in ("VALUES", "LABELS"))
    russian = table.get("LABELS_RU")
    for key, array in (("VALUES", values), ("LABELS", labels), ("LABELS_RU", russian)):
        if array is not None and not isinstance(array, JsonArray):
            message = f"{key} of “{effect_input.name}” is {_format(array)}: it is ignored"
            yield author_file.warning(
                message, table.offset_of(key), f"{key} must be an array in brackets"
            )
    if (
        isinstance(values, JsonArray)
        and isinstance(labels, JsonArray)
        and len(values) != len(labels)
    ):
        message = f"“{effect_input.name}” has {len(values)} VALUES and {len(labels)} LABELS"
        hint = (
            "labels without a value are ignored"
            if len(labels) > len(values)
            else "values without a label are shown as numbers"
        )
        yield author_file.warning(message, table.offset_of("LABELS"), hint)
    if isinstance(russian, JsonArray) and len(russian) != len(effect_input.labels):
        message = (
            f"“{effect_input.name}” has {len(effect_input.labels)} labels and {len(russian)}"
            " LABELS_RU"
        )
        hint = "write a Russian label for each of LABELS, in their order"
        yield author_file.warning(message, table.offset_of("LABELS_RU"), hint)
    for value, offset in (
        zip(values, values.offsets, strict=True) if isinstance(values, JsonArray) else ()
    ):
        if isf_values.value_of(Kind.LONG, value) is None:
            values_of = f"VALUES of “{effect_input.name}”"
            message = f"{_format(value)} in {values_of} is not a number: it is ignored"
            yield author_file.warning(message, offset, "LABELS are words, VALUES are integers")


def _exceeds(minimum: Value, maximum: Value) -> bool:
    if isinstance(minimum, tuple) and isinstance(maximum, tuple):
        return any(a > b for a, b in zip(minimum, maximum, strict=True))
    return not isinstance(minimum, tuple) and not isinstance(maximum, tuple) and minimum > maximum


def _pass_warnings(
    author_file: AuthorFile, tables: list[JsonObject], inputs: tuple[Input, ...]
) -> Iterator[dict[str, Any]]:
    names = size_names(1.0, 1.0)
    names |= {effect_input.name: 1.0 for effect_input in inputs if effect_input.kind in _NUMBERS}
    for at, table in enumerate(tables):
        last = at == len(tables) - 1
        if not table.get("TARGET") and not last:
            message = "this pass has no TARGET and is not the last: it is not drawn"
            yield author_file.warning(message, table.offset, "give it a TARGET")
        for key in ("WIDTH", "HEIGHT"):
            if table.get(key) is None or isinstance(table[key], bool):
                continue
            text = str(table[key])
            reason = find_problem(text, names)
            if reason is not None:
                message = f"{key} is “{text[:60]}”, which counts as 1: {reason}"
                yield author_file.warning(message, table.offset_of(key), _size_hint(text, names))
            elif not last and "$" not in text and (size := evaluate(text, names)) < 1:
                message = f"{key} is “{text[:60]}”, which counts as 1: it is {size:g}"
                yield author_file.warning(
                    message, table.offset_of(key), "a size must be at least 1 pixel"
                )
            elif last and text.replace(" ", "") not in ("$WIDTH", "$HEIGHT"):
                message = f"{key} of the last pass has no effect: it is as large as the frame"
                yield author_file.warning(message, table.offset_of(key), f"remove {key}")


def _size_hint(text: str, names: dict[str, float]) -> str:
    unknown = unknown_names(text, names)
    meant = closest_match(unknown[0], names) if unknown else None
    if meant:
        return f"did you mean “${meant}”?"
    known = [*(f"${name}" for name in list(names)[:16]), *sorted(FUNCTIONS)]
    return f"known: numbers, + - * / % ^ ( ) and {', '.join(known)}"


def _format(value: object) -> str:
    """Format a value as a header writes it, shortened."""
    if isinstance(value, float) and value.is_integer():
        value = int(value) if abs(value) < 1e15 else value
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}..."
