"""The params of a request and modulations: values of the inputs, or an error with its place."""

import json
from typing import Any

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from numpy.typing import NDArray

from server.animation.timeline import Timeline
from server.effects.dialects import load
from server.effects.model.feature import FEATURES
from server.effects.model.input import Kind
from server.effects.model.modulation import EASES, Shape
from server.effects.params.modulation_schema import definitions
from server.errors import ToqiboxError
from tests.fuzz.harness import short
from tests.fuzz.inputs import numbers, objects, values

MODES = {"VALUES": [7, 5, 9], "LABELS": ["soft", "hard", "both"]}
ENDS = {"MIN": [0, 0], "MAX": [1, 2]}
INPUTS: list[dict[str, Any]] = [
    {"NAME": "size", "TYPE": "float", "MIN": 0.5, "MAX": 2, "DEFAULT": 1},
    {"NAME": "free", "TYPE": "float"},
    {"NAME": "on", "TYPE": "bool"},
    {"NAME": "hit", "TYPE": "event"},
    {"NAME": "mode", "TYPE": "long", **MODES},
    {"NAME": "count", "TYPE": "long", "MIN": 1, "MAX": 9, "DEFAULT": 3},
    {"NAME": "at", "TYPE": "point2D", **ENDS},
    {"NAME": "place", "TYPE": "point2D"},
    {"NAME": "tint", "TYPE": "color"},
    {"NAME": "title", "TYPE": "text"},
]
NAMES = [entry["NAME"] for entry in INPUTS]
FRAMES, FPS = 7, 30


def _header(inputs: list[dict[str, Any]]) -> str:
    return f"/*{json.dumps({'INPUTS': inputs})}*/\nvoid main() {{}}"


EFFECT = load("test", "test.fs", _header(INPUTS))
SCHEMA = {**EFFECT.describe()["inputs"], "$defs": definitions()}
PLACES = tuple(f"params.{name}" for name in NAMES)


class Features:
    """Features of a track that never ends, at all values of their range."""

    def column(self, name: str, frames: int, fps: int) -> NDArray[np.float32]:
        return np.linspace(
            0, 200 if name in ("tempo", "beat.count") else 1, frames, dtype=np.float32
        )

    def events(self, event: str) -> NDArray[np.float64]:
        return np.array([[0.0, 1.0], [0.1, 0.2], [0.101, 1.0], [0.5, 0.5]])


KEYS = [
    *("bind", "osc", "keys", "unit", "min", "max", "curve", "smooth", "decay", "from", "invert"),
    *("beats", "seconds", "phase"),
]
FEATURE_NAMES = st.sampled_from(sorted(FEATURES))
COLORS = st.sampled_from(["#ff0000", "#00FF0080", "#ff"]) | st.lists(numbers, max_size=5)
ENDPOINTS = st.floats(0, 2) | st.sampled_from([5, 7, 9, "hard", True]) | COLORS | numbers
TIMES = st.lists(st.floats(0, 100), min_size=1, max_size=5, unique=True).map(sorted)
KEYFRAMES = st.builds(
    lambda times, value, ease: [[time, value, *ease] for time in times],
    TIMES,
    ENDPOINTS,
    st.lists(st.sampled_from(EASES), max_size=1),
)
MODULATIONS = st.one_of(
    st.fixed_dictionaries(
        {"bind": FEATURE_NAMES},
        optional={
            "min": ENDPOINTS,
            "max": ENDPOINTS,
            "curve": st.sampled_from(EASES) | st.floats(0, 20),
            "smooth": st.floats(0, 31) | numbers,
            "decay": st.floats(0, 30) | numbers,
            "from": st.lists(numbers, min_size=2, max_size=2),
            "invert": st.booleans(),
        },
    ),
    st.fixed_dictionaries(
        {"osc": st.sampled_from(list(Shape)).map(str)},
        optional={
            "beats": st.floats(0, 100) | numbers,
            "seconds": st.floats(0, 100) | numbers,
            "phase": st.floats(0, 1),
            "min": ENDPOINTS,
            "max": ENDPOINTS,
        },
    ),
    st.fixed_dictionaries(
        {"keys": KEYFRAMES}, optional={"unit": st.sampled_from(["s", "beat", "bar"])}
    ),
    objects(KEYS, values),
)
PARAMS = st.dictionaries(
    st.sampled_from(NAMES) | st.text(max_size=4), ENDPOINTS | MODULATIONS | values, max_size=3
)


def _values(params: Any) -> dict[str, Any] | None:
    """Return the values of the inputs; None if the params are refused."""
    try:
        return EFFECT.param_values(params)
    except ToqiboxError as error:
        assert error.code == "invalid_parameter"
        assert error.field == "params" or str(error.field).startswith("params.")
        assert all(error.sentence(language) for language in ("en", "ru"))
        return None


@short
@given(PARAMS | values)
def test_params_are_values_or_refused(params: Any) -> None:
    accepted = _values(params)
    if accepted is None:
        return
    assert accepted.keys() >= params.keys()
    assert Draft202012Validator(SCHEMA).is_valid(params)
    json.dumps(params, allow_nan=False)


@short
@given(st.sampled_from(NAMES[:-1]), MODULATIONS | ENDPOINTS)
def test_an_accepted_value_stays_in_the_range_of_its_input(name: str, value: Any) -> None:
    accepted = _values({name: value})
    if accepted is None:
        return
    column = Timeline(EFFECT, accepted, Features(), FRAMES, FPS).columns[name].values
    assert np.isfinite(column).all()
    item = next(item for item in EFFECT.inputs if item.name == name)
    low, high = item.settable_range
    if item.values:
        assert set(column.ravel().tolist()) <= set(item.values)
    elif low is not None and high is not None:
        ends = np.asarray(low, np.float32), np.asarray(high, np.float32)
        assert (column >= ends[0]).all()
        assert (column <= ends[1]).all()


@short
@given(st.sampled_from(INPUTS[:-1]), MODULATIONS)
@example({"NAME": "on", "TYPE": "bool"}, {"bind": "kick"})
@example({"NAME": "on", "TYPE": "event"}, {"keys": [[0, True], [1, False]]})
@example({"NAME": "mode", "TYPE": "long", **MODES}, {"osc": "saw", "min": 5, "max": 9})
@example({"NAME": "mode", "TYPE": "long", **MODES}, {"keys": [[0, "soft"], [1, 9, "linear"]]})
def test_the_default_motion_of_an_input_can_be_sent_back(
    entry: dict[str, Any], modulation: Any
) -> None:
    bound = json.loads(json.dumps({**entry, "BIND": modulation}, default=str))
    try:
        effect = load("test", "test.fs", _header([bound]))
    except ToqiboxError:
        return
    (item,) = effect.inputs
    motion = effect.describe()["inputs"]["properties"][item.name].get("motion")
    if item.modulation is not None and item.kind is not Kind.TEXT:
        assert effect.param_values({item.name: motion}) == {item.name: item.modulation}
