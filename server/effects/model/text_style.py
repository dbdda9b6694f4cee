"""Styles of text inputs: header keys that are constants, or computed from other inputs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from server.effects.model.size_expression import evaluate

MAX_TEXT_CHARACTERS = 200
"""Maximum length of a text in a request."""
TITLE, ARTIST = "$title", "$artist"
"""Variables in a text that stand for the title and artist of the job."""

SAMPLE_CREDITS = {"title": "Dusk", "artist": "TOQIBOX"}
"""Title and artist that an effect is shown with outside of a job."""

StyleValue = float | str

DEFAULTS: dict[str, StyleValue] = {
    "FONT": "Inter",
    "BOLD": 1.0,
    "SIZE": 0.1,
    "ALIGN": "left",
    "WIDTH": 0.9,
    "HEIGHT": 0.9,
    "SPACING": 0.0,
    "LEADING": 1.15,
    "OUTLINE": 0.0,
    "SHADOW": 0.0,
    "LINES": 2.0,
    "SHRINK": 0.42,
    "CELLS": 0.0,
}
"""The keys and their default values."""
RANGES = {
    "SIZE": (0.005, 1.0),
    "WIDTH": (0.02, 1.0),
    "HEIGHT": (0.02, 1.0),
    "SPACING": (-0.2, 2.0),
    "LEADING": (0.5, 4.0),
    "OUTLINE": (0.0, 0.25),
    "SHADOW": (0.0, 1.0),
    "LINES": (1.0, 8.0),
    "SHRINK": (0.1, 1.0),
    "BOLD": (0.0, 1.0),
    "CELLS": (0.0, 1.0),
}
"""Ranges of the numeric keys."""
WORD_KEYS = ("FONT", "ALIGN")
"""Keys whose values are words; an input named in one sets it by the label of its choice."""


@dataclass(frozen=True, kw_only=True)
class TextStyle:
    """The style of one text input, as its header states it."""

    text: str = ""
    """Default text; TITLE and ARTIST in it are the job's."""
    constants: Mapping[str, StyleValue] = field(default_factory=dict)
    """Constant values, by key."""
    choices: Mapping[str, str] = field(default_factory=dict)
    """Name of the input whose label is the value, by key; only WORD_KEYS."""
    expressions: Mapping[str, str] = field(default_factory=dict)
    """Expressions (see size_expression.py) over inputs and safe_area.size_names, by key."""

    def resolve(
        self, numbers: Mapping[str, float], labels: Mapping[str, str]
    ) -> dict[str, StyleValue]:
        """Return the value of every key, inside its range.

        Args:
            numbers: the numeric inputs by name, and safe_area.size_names.
            labels: labels of the chosen values, by the input's name.
        """
        values = {**DEFAULTS, **self.constants}
        for key, name in self.choices.items():
            values[key] = labels.get(name, values[key])
        for key, expression in self.expressions.items():
            values[key] = evaluate(expression, numbers)
        return {key: _clamp(key, value) for key, value in values.items()}

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form for the browser."""
        values = {**DEFAULTS, **self.constants}
        return {
            "text": self.text,
            "words": values,
            "choices": dict(self.choices),
            "expressions": dict(self.expressions),
            "ranges": RANGES,
        }


def fill_credits(text: str, title: str | None, artist: str | None) -> str:
    """Return a text with the job's title and artist; empty if only missing ones were in it."""
    return text.replace(TITLE, title or "").replace(ARTIST, artist or "").strip()


def parse_alignment(value: StyleValue) -> float:
    """Return 0 for left, 0.5 for centre, 1 for right, by a word such as “Bottom left”."""
    lowered = str(value).lower()
    return 0.0 if "left" in lowered else 1.0 if "right" in lowered else 0.5


def _clamp(key: str, value: StyleValue) -> StyleValue:
    if key not in RANGES:
        return value
    low, high = RANGES[key]
    return min(max(float(value), low), high) if isinstance(value, (int, float)) else DEFAULTS[key]
