"""The params of a request, and the published schema."""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from server.effects.dialects import load
from server.effects.params.modulation_schema import definitions
from server.errors import ToqiboxError

HEADER = {
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "size", "LABEL": "Size", "TYPE": "float", "MIN": 0, "MAX": 2, "DEFAULT": 1},
        {"NAME": "on", "TYPE": "bool", "DEFAULT": False},
        {"NAME": "mode", "TYPE": "long", "VALUES": [1, 5], "LABELS": ["soft", "hard"]},
        {"NAME": "count", "TYPE": "long", "MIN": 1, "MAX": 9, "DEFAULT": 3},
        {"NAME": "at", "TYPE": "point2D", "MIN": [0, 0], "MAX": [1, 2], "DEFAULT": [0.5, 1]},
        {"NAME": "free", "TYPE": "point2D"},
        {"NAME": "tint", "TYPE": "color", "DEFAULT": [1, 1, 1, 1]},
        {"NAME": "photo", "TYPE": "color", "DEFAULT": [1, 1, 1, 0.5], "PHOTO": "vivid"},
        {"NAME": "pulse", "TYPE": "float", "MIN": 0, "MAX": 1, "BIND": "kick"},
    ]
}
EFFECT = load("test", "test.fs", f"/*{json.dumps(HEADER)}*/\nvoid main() {{}}")
DEFAULTS = {
    "size": 1.0,
    "on": False,
    "mode": 1,
    "count": 3,
    "at": (0.5, 1.0),
    "free": (0.0, 0.0),
    "tint": (1.0, 1.0, 1.0, 1.0),
}


def test_missing_params_have_their_default_modulation_or_colour() -> None:
    assert EFFECT.param_values({}) == DEFAULTS
    assert EFFECT.param_values({"pulse": 0.5}) == DEFAULTS | {"pulse": 0.5}


@pytest.mark.fault("D13")
@pytest.mark.parametrize(
    ("name", "given_value", "value"),
    [
        ("size", 2, 2.0),
        ("on", True, True),
        ("mode", 5, 5),
        ("mode", 5.0, 5),
        ("mode", "hard", 5),
        ("count", 9, 9),
        ("size", -0.0, -0.0),
        ("size", 5e-324, 5e-324),
        ("free", [10**9, -0.0], (1e9, -0.0)),
        ("at", [1, 2], (1.0, 2.0)),
        ("free", [-4000, 1e6], (-4000.0, 1e6)),
        ("tint", [0, 0.5, 1, 0], (0.0, 0.5, 1.0, 0.0)),
        ("tint", "#ff0000", (1.0, 0.0, 0.0, 1.0)),
        ("tint", "#00Ff0000", (0.0, 1.0, 0.0, 0.0)),
    ],
)
def test_accepts(name: str, given_value: object, value: object) -> None:
    taken = EFFECT.param_values({name: given_value})[name]
    assert taken == value
    assert type(taken) is type(value)


@pytest.mark.fault("D08", "D10", "D13")
@pytest.mark.parametrize(
    ("params", "field", "reason"),
    [
        (None, "params", "a JSON object"),
        ([], "params", "a JSON object"),
        ("{}", "params", "a JSON object"),
        (
            {"sise": 1},
            "params.sise",
            "its parameters: size, on, mode, count, at, free, tint, photo, pulse",
        ),
        ({"sise": 1}, "params.sise", "; did you mean “size”"),
        ({"size": {"bind": "kick", "mni": 0}}, "params.size.mni", "; did you mean “min”"),
        ({"inputImage": 1}, "params.inputImage", "no such parameter"),
        ({"x" * 500: 1}, "params." + "x" * 64, "no such parameter"),
        ({"size": 2.001}, "params.size", "between 0 and 2"),
        ({"size": -1}, "params.size", "between 0 and 2"),
        ({"size": math.nan}, "params.size", "between 0 and 2"),
        ({"size": math.inf}, "params.size", "between 0 and 2"),
        ({"size": 10**400}, "params.size", "between 0 and 2"),
        ({"size": True}, "params.size", "a number"),
        ({"size": "1"}, "params.size", "a number"),
        ({"size": None}, "params.size", "a number"),
        ({"on": 1}, "params.on", "true or false"),
        ({"on": "true"}, "params.on", "true or false"),
        ({"mode": 2}, "params.mode", "one of 1, 5"),
        ({"mode": "loud"}, "params.mode", "one of soft, hard"),
        ({"mode": True}, "params.mode", "one of soft, hard"),
        ({"mode": 1.5}, "params.mode", "integer"),
        ({"count": 10}, "params.count", "between 1 and 9"),
        ({"count": "3"}, "params.count", "integer"),
        ({"count": math.nan}, "params.count", "integer"),
        ({"count": 10**400}, "params.count", "between 1 and 9"),
        ({"at": [0]}, "params.at", "[x, y]"),
        ({"at": {"x": 0}}, "params.at", "bind, osc and keys"),
        ({"at": [0, 3]}, "params.at", "between 0 and 2"),
        ({"at": [0, None]}, "params.at", "a number"),
        ({"free": [math.inf, 0]}, "params.free", "between"),
        ({"free": [2**31, 0]}, "params.free", "between"),
        ({"tint": [0, 0, 0]}, "params.tint", "[r, g, b, a]"),
        ({"tint": "red"}, "params.tint", "“#rrggbb”"),
        ({"tint": "#ff00"}, "params.tint", "“#rrggbb”"),
        ({"tint": "#gg0000"}, "params.tint", "“#rrggbb”"),
        ({"tint": "javascript:"}, "params.tint", "“#rrggbb”"),
        ({"tint": [0, 0, 0, 2]}, "params.tint", "between 0 and 1"),
    ],
)
def test_refuses(params: object, field: str, reason: str) -> None:
    with pytest.raises(ToqiboxError) as caught:
        EFFECT.param_values(params)
    assert caught.value.code == "invalid_parameter"
    assert caught.value.field == caught.value.values["name"] == field
    assert reason in str(caught.value.values["reason"])


def test_params_of_an_effect_without_inputs_are_refused() -> None:
    with pytest.raises(ToqiboxError, match="has no parameters"):
        load("test", "test.fs", "/*{}*/").param_values({"size": 1})


def test_description() -> None:
    entry = EFFECT.describe()
    assert entry["id"] == "test"
    assert entry["dialect"] == "isf"
    assert entry["license"] == EFFECT.license
    schema = entry["inputs"] | {"$defs": definitions()}
    Draft202012Validator.check_schema(schema)
    properties = schema["properties"]
    assert list(properties) == [item.name for item in EFFECT.inputs][1:]
    assert properties["size"] == {
        "title": "Size",
        **{"kind": "float", "unit": None, "step": 0.01, "group": "look"},
        **{"advanced": False, "musicOnly": False, "still": False},
        "type": ["number", "object"],
        "minimum": 0.0,
        "maximum": 2.0,
        "default": 1.0,
        "if": {"type": "object"},
        "then": {"$ref": "#/$defs/motion"},
    }
    assert properties["mode"]["oneOf"] == [
        {"const": 1, "title": "soft"},
        {"const": 5, "title": "hard"},
        {"type": "string", "enum": ["soft", "hard"]},
        {"type": "object"},
    ]
    assert properties["pulse"]["motion"] == {"bind": "kick", "min": 0, "max": 1}
    assert properties["photo"]["photo"] == "vivid"
    assert properties["photo"]["default"] == [1.0, 1.0, 1.0, 0.5]
    assert properties["at"]["default"] == [0.5, 1.0]
    Draft202012Validator(schema).validate(
        {name: list(v) if isinstance(v, tuple) else v for name, v in DEFAULTS.items()}
    )


SCHEMA = {**EFFECT.describe()["inputs"], "$defs": definitions()}
_numbers = st.integers(-3, 12) | st.floats(-3, 3, allow_nan=False)
_anything = (
    st.none()
    | st.booleans()
    | _numbers
    | st.sampled_from(["soft", "hard", "#ffffff", "#12345678", "#fff", ""])
    | st.lists(_numbers, max_size=5)
)


@given(
    st.dictionaries(
        st.sampled_from([*DEFAULTS, "pulse", "inputImage", "none"]), _anything, max_size=3
    )
)
def test_schema_and_check_agree(params: dict[str, Any]) -> None:
    valid = Draft202012Validator(SCHEMA).is_valid(params)
    try:
        EFFECT.param_values(params)
    except ToqiboxError:
        assert not valid
    else:
        assert valid
