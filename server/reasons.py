"""Why a value is not valid: fragments that stand inside the sentence of `invalid_parameter`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Reason:
    """One fragment of REASONS with what the names in its braces stand for."""

    key: str
    values: Mapping[str, object] = field(default_factory=dict)

    def said(self, language: str) -> str:
        """The fragment in ``en`` or ``ru``."""
        english, russian = REASONS[self.key]
        return (russian if language == "ru" else english).format_map(self.values)

    def __str__(self) -> str:
        return self.said("en")

    def to_json(self) -> dict[str, Any]:
        """As it crosses from a worker; see from_json."""
        return {"reason": self.key, "values": dict(self.values)}

    @classmethod
    def from_json(cls, value: Any) -> "Reason | str":
        """What to_json gave, or any other value as text."""
        if isinstance(value, dict) and value.get("reason") in REASONS:
            return cls(value["reason"], value.get("values") or {})
        return str(value)


def reason(key: str, **values: object) -> Reason:
    """The fragment `key` of REASONS."""
    return Reason(key, values)


REASONS: dict[str, tuple[str, str]] = {
    "did_you_mean": (" Did you mean “{name}”?", " Может быть, «{name}»?"),
    "not_offered": ("not offered by this server", "этот сервер такого не умеет"),
    "no_chain": (
        "a chain of effects is not offered by this server",
        "этот сервер не умеет цепочки эффектов",
    ),
    "no_photo2": ("the effect shows no second photo", "этот эффект не показывает второе фото"),
    "seconds": (
        "it must be seconds as a plain decimal number, such as 12.5",
        "нужны секунды обычным десятичным числом, например 12.5",
    ),
    "positive_seconds": ("it must be more than 0 seconds", "нужно больше 0 секунд"),
    "past_the_end": ("the track ends at {seconds} seconds", "трек кончается на {seconds} с"),
    "one_of": ("it must be one of {known}", "подойдёт одно из: {known}"),
    "whole_number": ("it must be a whole number", "нужно целое число"),
    "number": ("it must be a number", "нужно число"),
    "between": ("it must be from {least} to {most}", "нужно от {least} до {most}"),
    "boolean": ("it must be true or false", "нужно true или false"),
    "point": ("it must be [x, y]", "нужно [x, y]"),
    "color": ("it must be [r, g, b, a] or “#rrggbb”", "нужно [r, g, b, a] или «#rrggbb»"),
    "object": ("it must be a JSON object", "нужен объект JSON"),
    "plain_object": (
        "it must be a JSON object without duplicate names or NaN",
        "нужен объект JSON без повторов имён и без NaN",
    ),
    "bytes": ("at most {most} bytes", "не больше {most} байт"),
    "characters": ("at most {most} characters", "не больше {most} знаков"),
    "no_control": (
        "it must be text without control characters",
        "нужен текст без управляющих знаков",
    ),
    "utf8": ("it must be text in UTF-8", "нужен текст в UTF-8"),
    "unknown_param": (
        "the effect has no such parameter; known are {known}",
        "у эффекта нет такого параметра; есть: {known}",
    ),
    "no_params": ("the effect has no parameters", "у эффекта нет параметров"),
}
"""Key → English, Russian."""
