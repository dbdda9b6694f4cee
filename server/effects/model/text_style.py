"""How the text of a text input is set: header keys that are values, or made of other inputs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from server.effects.model.size_expression import evaluate

MAX_TEXT_CHARACTERS = 200
"""Of a text that a request gives."""
TITLE, ARTIST = "$title", "$artist"
"""Words in a text that stand for the job's own."""

SAMPLE_CREDITS = {"title": "Dusk", "artist": "TOQIBOX"}
"""The title and the artist that an effect is shown with where there is no job."""

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
"""The keys, and what each is where the header does not say it."""
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
"""What the numbers among them may be."""
WORD_KEYS = ("FONT", "ALIGN")
"""The keys that are words, and of an input that says them the label of its choice."""


@dataclass(frozen=True, kw_only=True)
class TextStyle:
    """The header's word on one text input."""

    text: str = ""
    """What is shown where a request says nothing; TITLE and ARTIST in it are the job's."""
    constants: Mapping[str, StyleValue] = field(default_factory=dict)
    """By key."""
    choices: Mapping[str, str] = field(default_factory=dict)
    """Name of the input whose label says it, by key; of WORDS."""
    expressions: Mapping[str, str] = field(default_factory=dict)
    """By key, as size.py has them: over the inputs and safe_area.size_names."""

    def resolve(
        self, numbers: Mapping[str, float], labels: Mapping[str, str]
    ) -> dict[str, StyleValue]:
        """Every key's word, inside its range.

        Args:
            numbers: the numeric inputs by name, and safe_area.size_names.
            labels: of the choices, by the input's name.
        """
        values = {**DEFAULTS, **self.constants}
        for key, name in self.choices.items():
            values[key] = labels.get(name, values[key])
        for key, expression in self.expressions.items():
            values[key] = evaluate(expression, numbers)
        return {key: _clamp(key, value) for key, value in values.items()}

    def to_json(self) -> dict[str, Any]:
        """As a browser is told."""
        values = {**DEFAULTS, **self.constants}
        return {
            "text": self.text,
            "words": values,
            "choices": dict(self.choices),
            "expressions": dict(self.expressions),
            "ranges": RANGES,
        }


def fill_credits(text: str, title: str | None, artist: str | None) -> str:
    """A text with the job's title and artist in it; of a text that they were all of, nothing."""
    return text.replace(TITLE, title or "").replace(ARTIST, artist or "").strip()


def alignment(value: StyleValue) -> float:
    """0 left, 0.5 centre, 1 right, by what a word such as “Bottom left” holds."""
    lowered = str(value).lower()
    return 0.0 if "left" in lowered else 1.0 if "right" in lowered else 0.5


def _clamp(key: str, value: StyleValue) -> StyleValue:
    if key not in RANGES:
        return value
    low, high = RANGES[key]
    return min(max(float(value), low), high) if isinstance(value, (int, float)) else DEFAULTS[key]
