"""JSON Schemas of effects: their controls, and their programs for browsers."""

from server.effects.effect import Builtin
from server.effects.model.control import GROUPS
from server.effects.model.feature import FEATURES, AnalysisLevel, Unit
from server.effects.model.input import Kind, Scale
from server.effects.model.modulation import EASES, Shape
from server.effects.model.palette import COLORS
from server.effects.model.texture import Content, Filter, Wrap
from server.jobs.json_schema import (
    BOOLEAN,
    COUNT,
    NUMBER,
    TEXT,
    Schema,
    array_of,
    nullable,
    object_schema,
    reference,
)

_INTEGER: Schema = {"type": "integer"}
_NUMBERS = array_of(NUMBER)
_ANY: Schema = {"type": ["number", "string", "boolean", "array"], "items": NUMBER}
_ENDS: Schema = {"min": _ANY, "max": _ANY}
_KEYS: Schema = {"type": "array", "items": {"type": "array", "items": _ANY}}
_CHOICE = object_schema(
    {}, {"const": _INTEGER, "title": TEXT, "type": TEXT, "enum": array_of(TEXT)}
)
_RANGE: Schema = {"minimum": NUMBER, "maximum": NUMBER}
_RANGES = array_of(object_schema({}, _RANGE))
_CONTROL: Schema = {
    "title": TEXT,
    "unit": nullable(TEXT),
    "step": nullable(NUMBER),
    "group": {"enum": list(GROUPS)},
    "advanced": BOOLEAN,
    "musicOnly": BOOLEAN,
    "still": BOOLEAN,
}
_MOTION: Schema = {"motion": reference("Modulation")}
_INPUTS: dict[Kind, tuple[Schema, Schema]] = {
    Kind.FLOAT: ({"default": NUMBER}, {**_RANGE, **_MOTION}),
    Kind.LONG: (
        {"default": _INTEGER},
        {**_RANGE, **_MOTION, "oneOf": array_of(_CHOICE)},
    ),
    Kind.BOOL: ({"default": BOOLEAN}, _MOTION),
    Kind.EVENT: ({"default": BOOLEAN}, _MOTION),
    Kind.POINT: ({"default": _NUMBERS, "prefixItems": _RANGES}, _MOTION),
    Kind.COLOR: (
        {"default": _NUMBERS, "prefixItems": _RANGES},
        {**_MOTION, "photo": {"enum": list(COLORS)}},
    ),
    Kind.TEXT: ({"default": TEXT, "maxLength": COUNT}, {}),
}
"""Required and optional properties of each kind that a request can set."""


def _name(kind: Kind) -> str:
    word = "Point" if kind is Kind.POINT else kind.value.capitalize()
    return f"{word}Input"


def _input(kind: Kind) -> Schema:
    required, optional = _INPUTS[kind]
    kind_schema = {"type": "string", "const": kind.value}
    return object_schema({"kind": kind_schema, **_CONTROL, **required}, optional)


_CHANNEL = object_schema(
    {
        "uniform": TEXT,
        "source": TEXT,
        "filter": {"enum": [str(item) for item in Filter]},
        "wrap": {"enum": [str(item) for item in Wrap]},
        "flipped": BOOLEAN,
    }
)
_PASS = object_schema(
    {
        "vertex": TEXT,
        "fragment": {"type": "string", "description": "GLSL ES 3.00, like `vertex`."},
        "target": nullable(TEXT),
        "channels": array_of(_CHANNEL),
    }
)
_TARGET = object_schema(
    {
        "name": TEXT,
        "persistent": BOOLEAN,
        "floating": BOOLEAN,
        "width": nullable(TEXT),
        "height": nullable(TEXT),
        "cube": BOOLEAN,
    }
)
_TEXTURE = object_schema(
    {
        "name": TEXT,
        "content": {"enum": [str(item) for item in Content]},
        "files": array_of(TEXT),
        "size": COUNT,
        "components": COUNT,
    }
)
_VALUE: Schema = {"type": ["number", "boolean", "array", "null"], "items": NUMBER}
_PROGRAM_INPUT = object_schema(
    {
        "name": TEXT,
        "uniform": TEXT,
        "kind": {"enum": [str(kind) for kind in Kind]},
        **_CONTROL,
        **dict.fromkeys(("default", "minimum", "maximum", "identity"), _VALUE),
        "values": array_of(_INTEGER),
        "labels": {**array_of(TEXT), "description": "Names of `values` in a request."},
        "motion": {"type": ["object", "null"], "additionalProperties": True},
        "photo": nullable({"enum": list(COLORS)}),
        "width": nullable(COUNT),
        "scale": {"enum": [str(item) for item in Scale]},
        "past": NUMBER,
        "future": NUMBER,
        "lettering": {"type": ["object", "null"], "additionalProperties": True},
    }
)

EFFECT_SCHEMAS: dict[str, Schema] = {
    "Inputs": object_schema(
        {
            "type": {"const": "object"},
            "properties": {"type": "object", "additionalProperties": reference("Input")},
            "additionalProperties": {"const": False},
        }
    )
    | {"description": "JSON Schema of `params`, with what a form needs to show controls."},
    "Input": {
        "oneOf": [reference(_name(kind)) for kind in _INPUTS],
        "discriminator": {
            "propertyName": "kind",
            "mapping": {k.value: f"#/components/schemas/{_name(k)}" for k in _INPUTS},
        },
    },
    **{_name(kind): _input(kind) for kind in _INPUTS},
    "Modulation": {
        "anyOf": [reference(name) for name in ("Binding", "Oscillator", "Keyframes")],
        "description": "What an input can have instead of a value.",
    },
    "Binding": object_schema(
        {"bind": {"enum": list(FEATURES)}},
        {
            **_ENDS,
            **{"curve": {"type": ["string", "number"]}, "smooth": NUMBER, "decay": NUMBER},
            **{"from": _NUMBERS, "invert": BOOLEAN},
        },
    ),
    "Oscillator": object_schema(
        {"osc": {"enum": [str(shape) for shape in Shape]}},
        {**_ENDS, **dict.fromkeys(("beats", "seconds", "phase"), NUMBER)},
    ),
    "Keyframes": object_schema(
        {"keys": {**_KEYS, "description": f"[time, value, ease]: {', '.join(EASES)}."}},
        {"unit": {"enum": ["s", "beat"]}},
    ),
    "Group": object_schema({"id": {"enum": list(GROUPS)}, "title": TEXT}),
    "Feature": {
        **object_schema(
            {
                "name": {"enum": list(FEATURES)},
                "unit": {"enum": [str(unit) for unit in Unit]},
                "needs": {"enum": [str(level) for level in AnalysisLevel]},
                "description": TEXT,
            }
        ),
        "description": "What an input can be bound to.",
    },
    "Program": {
        **object_schema(
            {
                "passes": array_of(_PASS),
                "targets": array_of(_TARGET),
                "textures": array_of(_TEXTURE),
                "uniforms": {
                    "type": "object",
                    "additionalProperties": {"enum": [str(meaning) for meaning in Builtin]},
                },
                "inputs": array_of(_PROGRAM_INPUT),
                "picture": nullable(TEXT),
                "second": nullable(TEXT),
                "sequential": BOOLEAN,
            }
        ),
        "description": "What a browser needs to draw the effect with WebGL 2.",
    },
}
