"""The keys that an ISF header may have, and warnings about those that have no effect."""

from collections.abc import Iterator, Sequence
from typing import Any

from server.effects.diagnostics.location import closest_match
from server.effects.model.text_style import DEFAULTS
from server.effects.source.diagnostic import AuthorFile
from server.effects.source.header import JsonArray, JsonObject

BUILTINS = ("TIME", "TIMEDELTA", "FRAMEINDEX", "DATE", "RENDERSIZE", "PASSINDEX")
"""Names of the values that every host of ISF provides."""
_HEADER_KEYS = (
    "ISFVSN", "VSN", "TITLE", "TITLE_RU", "DESCRIPTION", "DESCRIPTION_RU", "CREDIT", "LICENSE",
    "CATEGORIES", "PREMIUM", "INPUTS", "PASSES", "IMPORTED", "PERSISTENT_BUFFERS",
)  # fmt: skip
_PASS_KEYS = ("TARGET", "PERSISTENT", "FLOAT", "WIDTH", "HEIGHT", "DESCRIPTION")
_BUFFER_KEYS = ("PERSISTENT", "FLOAT", "WIDTH", "HEIGHT", "DESCRIPTION", "NAME")
_IMPORT_KEYS = ("NAME", "PATH", "TYPE", "DESCRIPTION")
_INPUT_KEYS = (
    "NAME", "TYPE", "LABEL", "LABEL_RU", "DESCRIPTION", "DEFAULT", "MIN", "MAX", "IDENTITY", "BIND",
    "UNIT", "GROUP", "ADVANCED",
)  # fmt: skip
_KEYS_OF_KINDS = {
    "VALUES": ("long",),
    "LABELS": ("long",),
    "LABELS_RU": ("long",),
    "PHOTO": ("color",),
    "SCALE": ("audioFFT", "audioHistory"),
    "PAST": ("audioHistory",),
    "FUTURE": ("audioHistory",),
} | dict.fromkeys(DEFAULTS, ("text",))
"""Keys that only inputs of these TYPEs have."""


def name_taken_message(name: str) -> str:
    """Return a message about a name that is already used."""
    if name in BUILTINS:
        return f"the name “{name}” is reserved by ISF: use another name"
    return f"the name “{name}” must not be used twice"


def warnings(author_file: AuthorFile, header: JsonObject) -> Iterator[dict[str, Any]]:
    """Yield warnings about keys that are unknown, repeated, or without effect."""
    yield from _unknown(author_file, header, _HEADER_KEYS, "the header")
    for table in _tables(header.get("INPUTS")):
        yield from _unknown(author_file, table, (*_INPUT_KEYS, *_KEYS_OF_KINDS), "an input")
        yield from _misplaced(author_file, table)
    for table in _tables(header.get("PASSES")):
        yield from _unknown(author_file, table, _PASS_KEYS, "a pass")
    for table in _tables(header.get("IMPORTED")):
        yield from _unknown(author_file, table, _IMPORT_KEYS, "an imported image")
    for table in _tables(header.get("PERSISTENT_BUFFERS")):
        yield from _unknown(author_file, table, _BUFFER_KEYS, "a buffer")


def _tables(entries: object) -> list[JsonObject]:
    """Return the objects of an array, or of an object by name."""
    values = (
        entries.values()
        if isinstance(entries, JsonObject)
        else entries
        if isinstance(entries, JsonArray)
        else ()
    )
    return [table for table in values if isinstance(table, JsonObject)]


def _unknown(
    author_file: AuthorFile, table: JsonObject, known: Sequence[str], table_name: str
) -> Iterator[dict[str, Any]]:
    for key in table:
        if key not in known:
            meant = key.upper() if key.upper() in known else closest_match(key.upper(), known)
            hint = f"did you mean “{meant}”?" if meant else f"known keys: {', '.join(known)}"
            message = f"“{key[:40]}” is not a key of {table_name}: it is ignored"
            yield author_file.warning(message, table.spans[key][0], hint)
    for key in dict.fromkeys(table.repeated):
        message = f"“{key[:40]}” occurs more than once in {table_name}: only the last one counts"
        yield author_file.warning(message, table.spans[key][0], "remove the others")


def _misplaced(author_file: AuthorFile, table: JsonObject) -> Iterator[dict[str, Any]]:
    """Yield warnings about keys of inputs of another TYPE."""
    kind = str(table.get("TYPE") or "").lower()
    for key, kinds in _KEYS_OF_KINDS.items():
        allowed = [word.lower() for word in kinds] + ["int"] * ("long" in kinds)
        if table.get(key) is not None and kind and kind not in allowed:
            message = f"{key} has no effect on an input of TYPE {kind[:40]}"
            yield author_file.warning(
                message, table.spans[key][0], f"it is for TYPE {' or '.join(kinds)}"
            )
