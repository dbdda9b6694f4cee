"""Hints for the control of an input in a form: its unit, step, group, and who sets it."""

import math
from typing import Any

from server.effects.model.feature import Unit
from server.effects.model.input import Input, Kind
from server.effects.model.modulation import FeatureBinding
from server.messages import BilingualText

GROUPS = {
    "look": BilingualText("Look", "Вид"),
    "place": BilingualText("Size and place", "Размер и положение"),
    "color": BilingualText("Colours", "Цвета"),
    "text": BilingualText("Text", "Текст"),
    "time": BilingualText("Time", "Время"),
    "response": BilingualText("Response to the music", "Отклик на музыку"),
    "music": BilingualText("Driven by the music", "Ведёт музыка"),
}
"""Titles of the groups, by the values of GROUP."""
_GROUP_OF_KIND = {Kind.COLOR: "color", Kind.POINT: "place", Kind.TEXT: "text"}
_STEPS_OF_RANGE = 100
"""A range has at least this many steps."""


def describe_groups(language: str) -> list[dict[str, str]]:
    """Return the groups in the order of a form, with their titles in ``en`` or ``ru``."""
    return [{"id": name, "title": title.localize(language)} for name, title in GROUPS.items()]


def describe_control(effect_input: Input) -> dict[str, Any]:
    """Return the hints: the same in the schema of an effect and in its program for browsers."""
    is_music = is_music_only(effect_input)
    return {
        "kind": str(effect_input.kind),
        "unit": _unit(effect_input),
        "step": _step(effect_input),
        "group": effect_input.group or ("music" if is_music else _group(effect_input)),
        "advanced": effect_input.advanced or is_music,
        "musicOnly": is_music,
        "still": effect_input.static or effect_input.kind is Kind.TEXT,
    }


def is_music_only(effect_input: Input) -> bool:
    """Return whether the music drives an input through its whole range.

    A person who sets it only stops it.
    """
    binding = effect_input.modulation
    if not isinstance(binding, FeatureBinding) or effect_input.kind is not Kind.FLOAT:
        return False
    return (binding.low, binding.high) == (
        (effect_input.minimum,),
        (effect_input.maximum,),
    )


def _group(effect_input: Input) -> str:
    return _GROUP_OF_KIND.get(effect_input.kind, "look")


def _unit(effect_input: Input) -> str | None:
    if effect_input.unit is not None:
        return effect_input.unit
    if effect_input.kind is Kind.LONG and not effect_input.values:
        return str(Unit.COUNT)
    parts = [_parts(effect_input.minimum), _parts(effect_input.maximum)]
    if effect_input.kind not in (Kind.FLOAT, Kind.POINT) or not all(parts):
        return None
    return str(Unit.SHARE) if all(0 <= n <= 1 for part in parts for n in part) else None


def _step(effect_input: Input) -> float | None:
    """Return a round step of the range; None if there is no range."""
    if effect_input.kind is Kind.LONG:
        return None if effect_input.values else 1
    if effect_input.kind not in (Kind.FLOAT, Kind.POINT):
        return None
    low, high = _parts(effect_input.minimum), _parts(effect_input.maximum)
    spans = [top - bottom for bottom, top in zip(low, high, strict=False) if top > bottom]
    if not spans:
        return None
    exponent = math.floor(math.log10(min(spans) / _STEPS_OF_RANGE) + 1e-9)
    return float(f"1e{exponent}")


def _parts(value: object) -> tuple[float, ...]:
    if isinstance(value, tuple):
        return value
    return (float(value),) if isinstance(value, (int, float)) else ()
