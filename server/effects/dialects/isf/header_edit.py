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
    rows = _rows(before)
    written = tuple(name for name in values if name in rows)
    if not written:
        raise EditError("none of these inputs stands in the header of the file")
    changed = text
    for name in written:
        row = _rows(_read(changed))[name]
        changed = _tuned(changed, row, values[name])
    if _plain(_read(changed)) != _expected(before, {name: values[name] for name in written}):
        raise EditError("the header is written in a way in which single values cannot be changed")
    return Edit(changed, written, tuple(name for name in values if name not in rows))


def _tuned(text: str, row: JsonObject, value: object) -> str:
    """The text with one input set, from its last change to its first, so that places hold."""
    key, literal, gone = _change(row, value)
    edits = [_replaced(text, row, key, literal)]
    edits += [_removed(text, row, word) for word in gone]
    for start, end, put in sorted(edits, reverse=True):
        text = text[:start] + put + text[end:]
    return text


def _change(row: JsonObject, value: object) -> tuple[str, str, list[str]]:
    """The key that is set, what it is set to, and the keys that are taken out."""
    moved = isinstance(value, Mapping) and is_modulation(value)
    key = "BIND" if moved else "DEFAULT"
    literal = _motion(value) if isinstance(value, Mapping) else _literal(value, _is_whole(row))
    return key, literal, [word for word in ("BIND", "PHOTO") if word != key and word in row]


def _motion(told: Mapping[str, object]) -> str:
    """A motion as BIND has it; a feature alone is its name."""
    if set(told) == {"bind"}:
        return _literal(told["bind"], whole=False)
    return _literal(told, whole=False)


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


def _replaced(text: str, row: JsonObject, key: str, literal: str) -> tuple[int, int, str]:
    """Start, end and new text where the key's value stands, or where it is put."""
    if key in row:
        return row.offsets[key], row.spans[key][1], literal
    begin, end = max(row.spans.values(), key=lambda span: span[1])
    blank = _blank_before(text, begin)
    return end, end, f',{blank if blank.strip(" " + chr(9)) else " "}"{key}": {literal}'


def _removed(text: str, row: JsonObject, key: str) -> tuple[int, int, str]:
    """Start, end and nothing: the key, its value and one comma."""
    begin, end = row.spans[key]
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


def _rows(header: JsonObject) -> dict[str, JsonObject]:
    rows = header.get("INPUTS")
    found = (
        [row for row in rows if isinstance(row, JsonObject)] if isinstance(rows, JsonArray) else []
    )
    return {str(row["NAME"]): row for row in found if isinstance(row.get("NAME"), str)}


def _is_whole(row: JsonObject) -> bool:
    kind = row.get("TYPE")
    return isinstance(kind, str) and kind.lower() in ("long", "int")


def _expected(header: JsonObject, values: Mapping[str, object]) -> object:
    """What the header has to say afterwards."""
    wanted = _plain(header)
    assert isinstance(wanted, dict)
    for row, place in zip(wanted["INPUTS"], _tables(header), strict=True):
        name = str(row.get("NAME")) if isinstance(row, dict) else ""
        if place is None or name not in values or _rows(header)[name] is not place:
            continue
        key, literal, gone = _change(place, values[name])
        row[key] = _plain(read_object(f'{{"v": {literal}}}', 0, len(literal) + 7)["v"])
        for word in gone:
            del row[word]
    return wanted


def _tables(header: JsonObject) -> list[JsonObject | None]:
    rows = header.get("INPUTS")
    return (
        [row if isinstance(row, JsonObject) else None for row in rows]
        if isinstance(rows, JsonArray)
        else []
    )


def _plain(value: object) -> object:
    if isinstance(value, JsonObject):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, JsonArray):
        return [_plain(part) for part in value]
    return value
