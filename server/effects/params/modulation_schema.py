"""JSON Schemas (2020-12) of modulations, for the inputs in GET /effects."""

from typing import Any

from server.effects.model.feature import FEATURES
from server.effects.model.modulation import EASES, Shape
from server.effects.params.modulation_parser import (
    MAX_BEATS,
    MAX_DECAY_S,
    MAX_EXPONENT,
    MAX_KEYFRAMES,
    MAX_SECONDS,
    MAX_SMOOTH_S,
)

_NUMBER = {"type": "number"}
_VALUE = {"type": ["number", "string", "boolean", "array"]}
"""Any value; the server checks that it fits the input."""
REFERENCE = {"$ref": "#/$defs/motion"}
"""The schema of a modulation inside a property."""


def definitions() -> dict[str, Any]:
    """Return the `$defs` that REFERENCE points to.

    The key of a modulation selects its schema, and a validator reports errors of it alone.
    """
    binding = {
        "bind": {"enum": list(FEATURES)},
        "min": _VALUE,
        "max": _VALUE,
        "curve": {
            "type": ["string", "number"],
            "if": {"type": "string"},
            "then": {"enum": list(EASES[:-1])},
            "else": _between(1 / MAX_EXPONENT, MAX_EXPONENT),
        },
        "smooth": _between(0, MAX_SMOOTH_S),
        "decay": _between(0.01, MAX_DECAY_S),
        "from": {"type": "array", "items": _NUMBER, "minItems": 2, "maxItems": 2},
        "invert": {"type": "boolean"},
    }
    oscillator = {
        "osc": {"enum": [str(shape) for shape in Shape]},
        "beats": _between(1 / 64, MAX_BEATS),
        "seconds": _between(0.01, MAX_SECONDS),
        "phase": _between(0, 1),
        "min": _VALUE,
        "max": _VALUE,
    }
    keyframe = {
        "type": "array",
        "prefixItems": [_between(0, MAX_SECONDS), _VALUE, {"enum": list(EASES)}],
        "items": False,
        "minItems": 2,
    }
    keys = {
        "keys": {"type": "array", "items": keyframe, "minItems": 1, "maxItems": MAX_KEYFRAMES},
        "unit": {"enum": ["s", "beat"]},
    }
    return {
        "motion": {
            "type": "object",
            **_if_has("bind", "binding", _if_has("osc", "oscillator", _reference("keyframes"))),
        },
        "binding": _object("bind", binding),
        "oscillator": _object("osc", oscillator),
        "keyframes": _object("keys", keys),
    }


def _if_has(key: str, definition: str, otherwise: dict[str, Any]) -> dict[str, Any]:
    return {"if": {"required": [key]}, "then": _reference(definition), "else": otherwise}


def _reference(name: str) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{name}"}


def _object(required: str, properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": [required],
        "properties": properties,
        "additionalProperties": False,
    }


def _between(minimum: float, maximum: float) -> dict[str, Any]:
    return {"type": "number", "minimum": minimum, "maximum": maximum}
