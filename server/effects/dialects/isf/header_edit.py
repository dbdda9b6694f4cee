"""Writing of values of inputs into an ISF header; every other character stays as it is.

A constant value becomes the input's DEFAULT, and the keys that would override it (BIND, PHOTO) are
removed. A modulation becomes its BIND, and PHOTO is removed.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from server.effects.params.modulation_parser import is_modulation
from server.effects.source.header import HeaderSyntaxError, JsonArray, JsonObject, read_object

_DIGITS = 6


class HeaderEditError(ValueError):
    """The header cannot be changed as requested; the message gives the reason."""


@dataclass(frozen=True)
class HeaderEdit:
    """A text with other values in its header."""

    text: str
    written: tuple[str, ...]
    """Names of the inputs whose values were written."""
    left: tuple[str, ...]
    """Names that are in no header: inputs that the host adds."""


def edit_header(text: str, values: Mapping[str, object]) -> HeaderEdit:
    """Write `values` into the header of an ISF file.

    Args:
        text: content of the file, with line breaks of any kind.
        values: constant values or modulations by input name, in the form of a request, checked.

    Raises:
        HeaderEditError: the text has no header, none of the names is in it, or its notation does
            not allow to change a single value.
    """
    before = _read(text)
    tables = _tables_by_name(before)
    written = tuple(name for name in values if name in tables)
    if not written:
        raise HeaderEditError("none of these inputs is in the header of the file")
    changed = text
    for name in written:
        table = _tables_by_name(_read(changed))[name]
        changed = _set_value(changed, table, values[name])
    if _plain(_read(changed)) != _expected(before, {name: values[name] for name in written}):
        raise HeaderEditError("single values of this header cannot be changed")
    return HeaderEdit(changed, written, tuple(name for name in values if name not in tables))


def _set_value(text: str, table: JsonObject, value: object) -> str:
    """Set one input, from the last change to the first, so that offsets stay valid."""
    key, literal, removed_keys = _change(table, value)
    edits = [_replacement(text, table, key, literal)]
    edits += [_removal(text, table, word) for word in removed_keys]
    for start, end, replacement in sorted(edits, reverse=True):
        text = text[:start] + replacement + text[end:]
    return text


def _change(table: JsonObject, value: object) -> tuple[str, str, list[str]]:
    """Return the key to set, its value, and the keys to remove."""
    is_moving = isinstance(value, Mapping) and is_modulation(value)
    key = "BIND" if is_moving else "DEFAULT"
    literal = (
        _modulation_literal(value)
        if isinstance(value, Mapping)
        else _literal(value, _is_whole(table))
    )
    return key, literal, [word for word in ("BIND", "PHOTO") if word != key and word in table]


def _modulation_literal(modulation: Mapping[str, object]) -> str:
    """Return a modulation as BIND states it; a feature alone is its name."""
    if set(modulation) == {"bind"}:
        return _literal(modulation["bind"], whole=False)
    return _literal(modulation, whole=False)


def _literal(value: object, whole: bool) -> str:
    """Return the value as JSON, with numbers of at most six digits."""
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if isinstance(value, (int, float)):
        short = f"{value:.{_DIGITS}g}"
        return str(int(value)) if whole or isinstance(value, int) else _point(short)
    if isinstance(value, str):
        # A string may contain the end of the comment around the header.
        return json.dumps(value, ensure_ascii=False).replace("*/", "*\\/")
    if isinstance(value, Mapping):
        pairs = [
            f"{_literal(str(key), whole=False)}: {_literal(part, whole=False)}"
            for key, part in value.items()
        ]
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_literal(part, whole=False) for part in value) + "]"
    raise HeaderEditError(f"a header cannot hold a value of type {type(value).__name__}")


def _point(number: str) -> str:
    return number if set(number) & set(".en") else f"{number}.0"


def _replacement(text: str, table: JsonObject, key: str, literal: str) -> tuple[int, int, str]:
    """Return start, end and new text of the key's value, or where to insert it."""
    if key in table:
        return table.offsets[key], table.spans[key][1], literal
    begin, end = max(table.spans.values(), key=lambda span: span[1])
    blank = _blank_before(text, begin)
    return end, end, f',{blank if blank.strip(" " + chr(9)) else " "}"{key}": {literal}'


def _removal(text: str, table: JsonObject, key: str) -> tuple[int, int, str]:
    """Return start, end and an empty text: the key, its value and one comma."""
    begin, end = table.spans[key]
    blank = _blank_before(text, begin)
    after = re.compile(r"\s*,[ \t]*").match(text, end)
    if after is not None:
        if set(blank) & set("\r\n"):
            return begin - len(blank), text.index(",", end) + 1, ""
        return begin, after.end(), ""
    head = text[:begin].rstrip()
    return (len(head) - 1 if head.endswith(",") else begin), end, ""


def _blank_before(text: str, offset: int) -> str:
    return text[len(text[:offset].rstrip()) : offset]


def _read(text: str) -> JsonObject:
    # One character for each of the text, so that offsets are those of the text.
    lines = text.replace("\r\n", " \n").replace("\r", "\n")
    start = lines.find("/*")
    end = lines.find("*/", start + 2)
    if start < 0 or end < 0:
        raise HeaderEditError("the file has no ISF header")
    try:
        return read_object(lines, start + 2, end)
    except HeaderSyntaxError as error:
        raise HeaderEditError(f"the header cannot be read: {error}") from None


def _tables_by_name(header: JsonObject) -> dict[str, JsonObject]:
    array = header.get("INPUTS")
    tables = (
        [table for table in array if isinstance(table, JsonObject)]
        if isinstance(array, JsonArray)
        else []
    )
    return {str(table["NAME"]): table for table in tables if isinstance(table.get("NAME"), str)}


def _is_whole(table: JsonObject) -> bool:
    kind = table.get("TYPE")
    return isinstance(kind, str) and kind.lower() in ("long", "int")


def _expected(header: JsonObject, values: Mapping[str, object]) -> object:
    """Return the content that the changed header must have."""
    wanted = _plain(header)
    assert isinstance(wanted, dict)
    for table, original in zip(wanted["INPUTS"], _input_tables(header), strict=True):
        name = str(table.get("NAME")) if isinstance(table, dict) else ""
        if original is None or name not in values or _tables_by_name(header)[name] is not original:
            continue
        key, literal, removed_keys = _change(original, values[name])
        table[key] = _plain(read_object(f'{{"v": {literal}}}', 0, len(literal) + 7)["v"])
        for word in removed_keys:
            del table[word]
    return wanted


def _input_tables(header: JsonObject) -> list[JsonObject | None]:
    array = header.get("INPUTS")
    return (
        [table if isinstance(table, JsonObject) else None for table in array]
        if isinstance(array, JsonArray)
        else []
    )


def _plain(value: object) -> object:
    if isinstance(value, JsonObject):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, JsonArray):
        return [_plain(part) for part in value]
    return value
