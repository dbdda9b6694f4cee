"""Values of inputs written into the header of an ISF file; every other character stays as it is.

A plain value becomes the input's DEFAULT, and what would move the input in its place (BIND, PHOTO)
is taken out. A motion becomes its BIND, and PHOTO is taken out.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from server.effects.params.modulation_parser import is_modulation
from server.effects.source.header import HeaderSyntaxError, JsonArray, JsonObject, read_object

_DIGITS = 6


class EditError(ValueError):
    """The header cannot be changed as asked; the message says why."""


@dataclass(frozen=True)
class Edit:
    """A text with other values in its header."""

    text: str
    written: tuple[str, ...]
    """Names of the inputs whose values it holds now."""
    left: tuple[str, ...]
    """Names that stand in no header: inputs that the host adds."""


def edit_header(text: str, values: Mapping[str, object]) -> Edit:
    """Write `values` into the header of an ISF file.

    Args:
        text: the file, with whatever line breaks it has.
        values: plain values or motions by input name, as a request has them and already checked.

    Raises:
        EditError: the text has no header, none of the names is in it, or it is written in a way in
            which a single value cannot be changed.
    """
    before = _read(text)
    tables = _tables_by_name(before)
    written = tuple(name for name in values if name in tables)
    if not written:
        raise EditError("none of these inputs stands in the header of the file")
    changed = text
    for name in written:
        table = _tables_by_name(_read(changed))[name]
        changed = _set_value(changed, table, values[name])
    if _plain(_read(changed)) != _expected(before, {name: values[name] for name in written}):
        raise EditError("the header is written in a way in which single values cannot be changed")
    return Edit(changed, written, tuple(name for name in values if name not in tables))


def _set_value(text: str, table: JsonObject, value: object) -> str:
    """The text with one input set, from its last change to its first, so that places hold."""
    key, literal, removed_keys = _change(table, value)
    edits = [_replacement(text, table, key, literal)]
    edits += [_removal(text, table, word) for word in removed_keys]
    for start, end, replacement in sorted(edits, reverse=True):
        text = text[:start] + replacement + text[end:]
    return text


def _change(table: JsonObject, value: object) -> tuple[str, str, list[str]]:
    """The key that is set, what it is set to, and the keys that are taken out."""
    is_moving = isinstance(value, Mapping) and is_modulation(value)
    key = "BIND" if is_moving else "DEFAULT"
    literal = (
        _modulation_literal(value)
        if isinstance(value, Mapping)
        else _literal(value, _is_whole(table))
    )
    return key, literal, [word for word in ("BIND", "PHOTO") if word != key and word in table]


def _modulation_literal(modulation: Mapping[str, object]) -> str:
    """A motion as BIND has it; a feature alone is its name."""
    if set(modulation) == {"bind"}:
        return _literal(modulation["bind"], whole=False)
    return _literal(modulation, whole=False)


def _literal(value: object, whole: bool) -> str:
    """The value as JSON, its numbers with six digits at most."""
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if isinstance(value, (int, float)):
        short = f"{value:.{_DIGITS}g}"
        return str(int(value)) if whole or isinstance(value, int) else _point(short)
    if isinstance(value, str):
        # A string may hold the end of the comment that the header stands in.
        return json.dumps(value, ensure_ascii=False).replace("*/", "*\\/")
    if isinstance(value, Mapping):
        pairs = [
            f"{_literal(str(key), whole=False)}: {_literal(part, whole=False)}"
            for key, part in value.items()
        ]
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_literal(part, whole=False) for part in value) + "]"
    raise EditError(f"a value of the type {type(value).__name__} cannot stand in a header")


def _point(number: str) -> str:
    return number if set(number) & set(".en") else f"{number}.0"


def _replacement(text: str, table: JsonObject, key: str, literal: str) -> tuple[int, int, str]:
    """Start, end and new text where the key's value stands, or where it is put."""
    if key in table:
        return table.offsets[key], table.spans[key][1], literal
    begin, end = max(table.spans.values(), key=lambda span: span[1])
    blank = _blank_before(text, begin)
    return end, end, f',{blank if blank.strip(" " + chr(9)) else " "}"{key}": {literal}'


def _removal(text: str, table: JsonObject, key: str) -> tuple[int, int, str]:
    """Start, end and nothing: the key, its value and one comma."""
    begin, end = table.spans[key]
    blank = _blank_before(text, begin)
    after = re.compile(r"\s*,[ \t]*").match(text, end)
    if after is not None:
        if set(blank) & set("\r\n"):
            return begin - len(blank), text.index(",", end) + 1, ""
        return begin, after.end(), ""
    head = text[:begin].rstrip()
    return (len(head) - 1 if head.endswith(",") else begin), end, ""


def _blank_before(text: str, place: int) -> str:
    return text[len(text[:place].rstrip()) : place]


def _read(text: str) -> JsonObject:
    # One character for each of the text, so that places are those of the text.
    lines = text.replace("\r\n", " \n").replace("\r", "\n")
    start = lines.find("/*")
    end = lines.find("*/", start + 2)
    if start < 0 or end < 0:
        raise EditError("the file has no ISF header")
    try:
        return read_object(lines, start + 2, end)
    except HeaderSyntaxError as error:
        raise EditError(f"the header cannot be read: {error}") from None


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
    """What the header has to say afterwards."""
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
