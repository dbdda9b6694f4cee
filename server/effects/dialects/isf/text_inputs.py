"""Text inputs of an ISF header: TYPE "text", an extension, with the keys of text_style.py."""

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
_SIZE_NAMES = frozenset(size_names(1, 1))
_MAX_LENGTH = 200


def with_texts(
    author_file: AuthorFile, tables: Mapping[str, JsonObject], inputs: Mapping[str, Input]
) -> tuple[Input, ...]:
    """Return the inputs with the styles of texts; inputs that a style uses become static.

    Args:
        author_file: the file.
        tables: objects of the header, by the input's name.
        inputs: the inputs by name.

    Raises:
        ToqiboxError: with a diagnostic at the key at fault.
    """
    texts = {
        name: _text_style(author_file, tables[name], inputs)
        for name, effect_input in inputs.items()
        if effect_input.kind is Kind.TEXT
    }
    used_names = {
        name for text_style in texts.values() for name in _inputs_used(text_style, inputs)
    }
    for name in used_names:
        if inputs[name].modulation is not None:
            message = f"“{name}” is used in the style of a text, so it must not have a BIND"
            raise author_file.error(message, tables[name].offset_of("BIND"))
    return tuple(
        replace(effect_input, text_style=texts.get(name), static=name in used_names)
        for name, effect_input in inputs.items()
    )


def _inputs_used(text_style: TextStyle, inputs: Mapping[str, Input]) -> set[str]:
    """Return the inputs that a style is computed from."""
    expressions_text = " ".join(text_style.expressions.values())
    return {
        *text_style.choices.values(),
        *(name for name in _NAME.findall(expressions_text) if name in inputs),
    }


def _text_style(
    author_file: AuthorFile, table: JsonObject, inputs: Mapping[str, Input]
) -> TextStyle:
    text = table.get("DEFAULT", "")
    if not isinstance(text, str):
        raise author_file.error(
            "the DEFAULT of a text must be a string", table.offset_of("DEFAULT")
        )
    constants: dict[str, StyleValue] = {}
    choices: dict[str, str] = {}
    expressions: dict[str, str] = {}
    for key in DEFAULTS:
        value = table.get(key)
        if isinstance(value, str) and key in WORD_KEYS:
            choice = (
                value in inputs and inputs[value].kind is Kind.LONG and bool(inputs[value].labels)
            )
            (choices if choice else constants).update({key: value[:80]})
        elif isinstance(value, str):
            expressions[key] = _expression(author_file, table, key, value, inputs)
        elif isinstance(value, (bool, int, float)) and key in RANGES:
            constants[key] = float(value)
        elif value is not None:
            raise author_file.error(f"{key} must be a value or an expression", table.offset_of(key))
    return TextStyle(
        text=text[:MAX_TEXT_CHARACTERS],
        constants=constants,
        choices=choices,
        expressions=expressions,
    )


def _expression(
    author_file: AuthorFile, table: JsonObject, key: str, text: str, inputs: Mapping[str, Input]
) -> str:
    """Check an expression of numeric inputs."""
    for name in _NAME.findall(text):
        numeric = name in inputs and inputs[name].kind in _NUMBERS
        if not numeric and name not in FUNCTIONS and name not in _SIZE_NAMES:
            raise author_file.error(f"{key}: “{name}” is not a numeric input", table.offset_of(key))
    return text[:_MAX_LENGTH]
