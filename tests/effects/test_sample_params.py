"""Params to try on an effect that is blank with its defaults."""

import json

from server.effects.dialects import load
from server.effects.sample_params import sample_params

HEADER = {
    "INPUTS": [
        {"NAME": "inputImage", "TYPE": "image"},
        {"NAME": "go", "TYPE": "event"},
        {"NAME": "on", "TYPE": "bool", "DEFAULT": False},
        {"NAME": "mode", "TYPE": "long", "VALUES": [1, 5, 7]},
        {"NAME": "count", "TYPE": "long", "MIN": 1, "MAX": 9},
        {"NAME": "free", "TYPE": "long"},
        {"NAME": "size", "TYPE": "float", "MIN": 2, "MAX": 6},
        {"NAME": "at", "TYPE": "point2D"},
        {"NAME": "tint", "TYPE": "color"},
    ]
}


def test_all_is_on_and_numbers_are_high_then_low() -> None:
    effect = load("test", "test.fs", f"/*{json.dumps(HEADER)}*/\nvoid main() {{}}")
    same = {"go": True, "on": True, "tint": (1.0, 1.0, 1.0, 1.0)}
    high, low = sample_params(effect)
    assert high == same | {"mode": 7, "count": 7, "size": 5.0, "at": (0.75, 0.75)}
    assert low == same | {"mode": 1, "count": 3, "size": 3.0, "at": (0.25, 0.25)}
    for values in (high, low):
        assert effect.param_values(values).items() >= values.items()
