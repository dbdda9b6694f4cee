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
    """Return the `$defs` that REFERENCE points to."""
    binding = {
        "bind": {"enum": list(FEATURES)},
        "min": _VALUE,
        "max": _VALUE,
        "curve": {"anyOf": [{"enum": list(EASES[:-1])}, _between(1 / MAX_EXPONENT, MAX_EXPONENT)]},
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
    kinds = [_object("bind", binding), _object("osc", oscillator), _object("keys", keys)]
    return {"motion": {"type": "object", "oneOf": kinds}}


def _object(required: str, properties: dict[str, Any]) -> dict[str, Any]:
    return {"required": [required], "properties": properties, "additionalProperties": False}


def _between(minimum: float, maximum: float) -> dict[str, Any]:
    return {"type": "number", "minimum": minimum, "maximum": maximum}
