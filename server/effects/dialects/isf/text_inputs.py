"""Text inputs of an ISF header: TYPE "text", a kind of our own, with the keys of lettering.py."""

import re
from collections.abc import Mapping
from dataclasses import replace

from server.effects.model.input import Input, Kind
from server.effects.model.safe_area import size_names
from server.effects.model.size_expression import FUNCTIONS
from server.effects.model.text_style import (
    DEFAULTS,
    MAX_TEXT_CHARACTERS,
    RANGES,
    WORD_KEYS,
    StyleValue,
    TextStyle,
)
from server.effects.source.diagnostic import AuthorFile
from server.effects.source.header import JsonObject

_NUMBERS = (Kind.FLOAT, Kind.LONG, Kind.BOOL)
_NAME = re.compile(r"(?<![\w.])[A-Za-z_]\w*")
_PICTURE = frozenset(size_names(1, 1))
_MAX_LENGTH = 200


def with_texts(
    author: AuthorFile, rows: Mapping[str, JsonObject], found: Mapping[str, Input]
) -> tuple[Input, ...]:
    """The inputs, those of text with their lettering, and those that it is made from held still.

    Args:
        author: the file.
        rows: of the header, by the input's name.
        found: the inputs by name.

    Raises:
        ToqiboxError: with a diagnostic at the key at fault.
    """
    texts = {
        name: _text_style(author, rows[name], found)
        for name, item in found.items()
        if item.kind is Kind.TEXT
    }
    shaping = {name for one in texts.values() for name in _named(one, found)}
    for name in shaping:
        if found[name].modulation is not None:
            message = f"“{name}” shapes the letters of a text, so it cannot have a BIND"
            raise author.error(message, rows[name].offset_of("BIND"))
    return tuple(
        replace(item, text_style=texts.get(name), static=name in shaping)
        for name, item in found.items()
    )


def _named(one: TextStyle, found: Mapping[str, Input]) -> set[str]:
    """The inputs that a lettering is made of."""
    words = " ".join(one.expressions.values())
    return {*one.choices.values(), *(name for name in _NAME.findall(words) if name in found)}


def _text_style(author: AuthorFile, row: JsonObject, found: Mapping[str, Input]) -> TextStyle:
    text = row.get("DEFAULT", "")
    if not isinstance(text, str):
        raise author.error("the DEFAULT of a text is a string", row.offset_of("DEFAULT"))
    constants: dict[str, StyleValue] = {}
    choices: dict[str, str] = {}
    expressions: dict[str, str] = {}
    for key in DEFAULTS:
        word = row.get(key)
        if isinstance(word, str) and key in WORD_KEYS:
            choice = word in found and found[word].kind is Kind.LONG and bool(found[word].labels)
            (choices if choice else constants).update({key: word[:80]})
        elif isinstance(word, str):
            expressions[key] = _expression(author, row, key, word, found)
        elif isinstance(word, (bool, int, float)) and key in RANGES:
            constants[key] = float(word)
        elif word is not None:
            raise author.error(f"{key} is neither a value nor made of inputs", row.offset_of(key))
    return TextStyle(
        text=text[:MAX_TEXT_CHARACTERS],
        constants=constants,
        choices=choices,
        expressions=expressions,
    )


def _expression(
    author: AuthorFile, row: JsonObject, key: str, text: str, found: Mapping[str, Input]
) -> str:
    """An expression of numeric inputs."""
    for name in _NAME.findall(text):
        numeric = name in found and found[name].kind in _NUMBERS
        if not numeric and name not in FUNCTIONS and name not in _PICTURE:
            raise author.error(f"{key}: there is no numeric input “{name}”", row.offset_of(key))
    return text[:_MAX_LENGTH]
