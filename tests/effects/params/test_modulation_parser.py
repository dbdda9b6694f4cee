"""Modulations in requests and files, and errors with the field at fault."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from server.effects.dialects import load
from server.effects.effect import Effect
from server.effects.model.feature import FEATURES, AnalysisLevel
from server.effects.model.modulation import (
    FeatureBinding,
    Keyframe,
    KeyframeTrack,
    Oscillator,
    Shape,
)
from server.effects.params.modulation_schema import definitions
from server.errors import ToqiboxError

HEADER: dict[str, list[dict[str, Any]]] = {
    "INPUTS": [
        {"NAME": "size", "TYPE": "float", "MIN": 0, "MAX": 2, "DEFAULT": 1},
        {"NAME": "on", "TYPE": "bool"},
        {"NAME": "hit", "TYPE": "event"},
        {"NAME": "mode", "TYPE": "long", "VALUES": [7, 5, 9], "LABELS": ["a", "b", "c"]},
        {"NAME": "count", "TYPE": "long", "MIN": 1, "MAX": 9, "DEFAULT": 3},
        {"NAME": "at", "TYPE": "point2D", "MIN": [0, 0], "MAX": [1, 2]},
        {"NAME": "free", "TYPE": "point2D"},
        {"NAME": "tint", "TYPE": "color"},
    ]
}
EFFECT = load("test", "test.fs", f"/*{json.dumps(HEADER)}*/\nvoid main() {{}}")
SCHEMA = {**EFFECT.describe()["inputs"], "$defs": definitions()}


@pytest.mark.parametrize(
    ("name", "payload", "expected"),
    [
        ("size", {"bind": "kick"}, FeatureBinding(feature="kick", high=(2.0,))),
        (
            "size",
            {
                "bind": "kick.pulse", "min": 0.2, "max": 0.8, "curve": "out", "smooth": 0.1,
                "decay": 0.3, "invert": True,
            },
            FeatureBinding(
                feature="kick.pulse", low=(0.2,), high=(0.8,), curve="out", smooth=0.1, decay=0.3,
                invert=True,
            ),
        ),
        (
            "size",
            {"bind": "tempo", "from": [60, 180], "curve": 2},
            FeatureBinding(feature="tempo", high=(2.0,), feature_range=(60, 180), curve=2),
        ),
        ("on", {"bind": "section.drop"}, FeatureBinding(feature="section.drop")),
        ("hit", {"bind": "snare"}, FeatureBinding(feature="snare")),
        (
            "on",
            {"keys": [[0, False], [2, True]]},
            KeyframeTrack(keys=(Keyframe(0, (0.0,), "hold"), Keyframe(2, (1.0,), "hold"))),
        ),
        ("mode", {"bind": "beat.count"}, FeatureBinding(feature="beat.count", high=(2.0,))),
        (
            "mode",
            {"keys": [[0, "b"], [4, 9]], "unit": "beat"},
            KeyframeTrack(
                keys=(Keyframe(0, (1.0,), "hold"), Keyframe(4, (2.0,), "hold")), beats=True
            ),
        ),
        (
            "count",
            {"bind": "bass", "max": 4},
            FeatureBinding(feature="bass", low=(1.0,), high=(4.0,)),
        ),
        ("at", {"bind": "mid"}, FeatureBinding(feature="mid", low=(0.0, 0.0), high=(1.0, 2.0))),
        (
            "free",
            {"osc": "saw", "seconds": 2, "phase": 0.5, "min": [9, 0], "max": [0, 9]},
            Oscillator(
                shape=Shape.SAW, beats=None, seconds=2, phase=0.5, low=(9.0, 0.0), high=(0.0, 9.0)
            ),
        ),
        (
            "tint",
            {"osc": "sine", "min": "#ff0000", "max": [0, 0, 1, 1]},
            Oscillator(
                shape=Shape.SINE, beats=4, seconds=None, low=(1, 0, 0, 1), high=(0, 0, 1, 1)
            ),
        ),
        (
            "tint",
            {"keys": [[0, "#000000"], [1.5, "#ffffff", "hold"]]},
            KeyframeTrack(keys=(Keyframe(0, (0, 0, 0, 1)), Keyframe(1.5, (1, 1, 1, 1), "hold"))),
        ),
    ],
)  # fmt: skip
def test_accepts(name: str, payload: dict[str, Any], expected: object) -> None:
    assert EFFECT.param_values({name: payload})[name] == expected
    Draft202012Validator.check_schema(SCHEMA)
    assert Draft202012Validator(SCHEMA).is_valid({name: payload})


@pytest.mark.parametrize(
    ("params", "field", "reason"),
    [
        ({"size": {}}, "params.size", "one of bind, osc and keys"),
        ({"size": {"bind": "kick", "osc": "sine"}}, "params.size", "one of bind, osc and keys"),
        ({"size": {"bind": "kik"}}, "params.size.bind", "did you mean “kick”"),
        ({"size": {"bind": 3}}, "params.size.bind", "the name of a feature"),
        ({"size": {"bind": None}}, "params.size.bind", "the name of a feature"),
        ({"size": {"bind": "transition"}}, "params.size.bind", "not an audio feature"),
        ({"size": {"bind": "kick", "mim": 1}}, "params.size.mim", "must be one of bind, min, max"),
        ({"size": {"bind": "kick", "min": 2, "max": 1}}, "params.size.min", "less than max"),
        ({"size": {"bind": "kick", "max": 3}}, "params.size.max", "between 0 and 2"),
        ({"size": {"bind": "kick", "min": "x"}}, "params.size.min", "a number"),
        ({"size": {"bind": "bass", "from": [1, 0]}}, "params.size.from", "less than max"),
        ({"size": {"bind": "bass", "from": 1}}, "params.size.from", "[from, to]"),
        ({"size": {"bind": "bass", "curve": "hold"}}, "params.size.curve", "one of linear, in"),
        ({"size": {"bind": "bass", "curve": 0}}, "params.size.curve", "between 0.0625 and 16"),
        ({"size": {"bind": "bass", "smooth": -1}}, "params.size.smooth", "between 0 and 30"),
        ({"size": {"bind": "bass", "decay": 1}}, "params.size.decay", "only to a pulse"),
        ({"size": {"bind": "kick.phase", "decay": 1}}, "params.size.decay", "only to a pulse"),
        ({"size": {"bind": "bass", "invert": 1}}, "params.size.invert", "true or false"),
        ({"size": {"osc": "sin"}}, "params.size.osc", "one of sine, triangle, saw, square"),
        ({"size": {"osc": "sine", "beats": 0}}, "params.size.beats", "between 0.015625 and"),
        (
            {"size": {"osc": "sine", "beats": 1, "seconds": 1}},
            "params.size.seconds",
            "not both",
        ),
        ({"size": {"osc": "sine", "phase": None}}, "params.size.phase", "a number"),
        ({"size": {"bind": "kick", "decay": None}}, "params.size.decay", "a number"),
        ({"size": {"bind": "bass", "from": None}}, "params.size.from", "[from, to]"),
        ({"size": {"osc": "sine", "phase": 2}}, "params.size.phase", "between 0 and 1"),
        ({"size": {"keys": []}}, "params.size.keys", "a list of 1 to"),
        ({"size": {"keys": [[0, 1]] * 1001}}, "params.size.keys", "a list of 1 to 1000"),
        ({"size": {"keys": [[0]]}}, "params.size.keys[0]", "[time, value]"),
        ({"size": {"keys": [[-1, 0]]}}, "params.size.keys[0][0]", "between 0 and"),
        ({"size": {"keys": [[0, 9]]}}, "params.size.keys[0][1]", "between 0 and 2"),
        ({"size": {"keys": [[0, 1, "ease"]]}}, "params.size.keys[0][2]", "one of linear"),
        ({"size": {"keys": [[2, 1], [1, 0]]}}, "params.size.keys[1]", "later than"),
        ({"size": {"keys": [[1, 1], [1, 0]]}}, "params.size.keys[1]", "later than"),
        ({"size": {"keys": [[0, 1]], "unit": "bar"}}, "params.size.unit", "one of s, beat"),
        ({"on": {"bind": "kick", "min": True}}, "params.on.min", "no range"),
        ({"hit": {"bind": "kick", "max": 1}}, "params.hit.max", "no range"),
        ({"mode": {"bind": "kick", "min": "z"}}, "params.mode.min", "one of a, b, c"),
        ({"free": {"bind": "kick"}}, "params.free.min", "give min and max"),
        ({"tint": {"bind": "kick", "max": "red"}}, "params.tint.max", "#rrggbb"),
        ({"tint": {"bind": "kick.since"}}, "params.tint.from", "is not a value between 0"),
        ({"at": {"bind": "tempo"}}, "params.at.from", "is not a value between 0"),
    ],
)
def test_refuses(params: dict[str, Any], field: str, reason: str) -> None:
    with pytest.raises(ToqiboxError) as caught:
        EFFECT.param_values(params)
    assert (caught.value.code, caught.value.field) == ("invalid_parameter", field)
    assert reason in str(caught.value.values["reason"])


def test_a_file_uses_the_same_form() -> None:
    inputs: list[dict[str, Any]] = [
        {"NAME": "a", "TYPE": "float", "BIND": {"bind": "kick", "max": 0.5, "decay": 0.15}},
        {"NAME": "b", "TYPE": "float", "BIND": {"osc": "sine", "beats": 8}},
        {"NAME": "c", "TYPE": "bool", "BIND": "section.drop"},
        {"NAME": "d", "TYPE": "color", "BIND": {"keys": [[0, [1, 0, 0, 1]]]}},
    ]
    inputs_read = _effect(inputs).inputs
    assert inputs_read[0].modulation == FeatureBinding(feature="kick", high=(0.5,), decay=0.15)
    assert inputs_read[1].modulation == Oscillator(shape=Shape.SINE, beats=8, seconds=None)
    assert inputs_read[2].modulation == FeatureBinding(feature="section.drop")
    assert inputs_read[3].modulation == KeyframeTrack(keys=(Keyframe(0, (1, 0, 0, 1)),))


def _effect(inputs: list[dict[str, Any]]) -> Effect:
    return load("test", "test.fs", f"/*{json.dumps({'INPUTS': inputs})}*/\nvoid main() {{}}")


@pytest.mark.parametrize(
    ("payload", "analysis_level"),
    [
        (1.0, AnalysisLevel.NOTHING),
        ({"bind": "time.progress"}, AnalysisLevel.NOTHING),
        ({"osc": "sine", "seconds": 3}, AnalysisLevel.NOTHING),
        ({"keys": [[0, 1]]}, AnalysisLevel.NOTHING),
        ({"bind": "bass.raw"}, AnalysisLevel.SPECTRA),
        ({"bind": "bass"}, AnalysisLevel.TRACK),
        ({"bind": "kick.until"}, AnalysisLevel.TRACK),
        ({"osc": "sine"}, AnalysisLevel.TRACK),
        ({"keys": [[0, 1]], "unit": "beat"}, AnalysisLevel.TRACK),
    ],
)
def test_the_analysis_that_a_modulation_needs(
    payload: object, analysis_level: AnalysisLevel
) -> None:
    effect = _effect([{"NAME": "size", "TYPE": "float"}])
    assert effect.analysis_level(effect.param_values({"size": payload})) is analysis_level


def test_a_transition_in_beats_and_a_texture_of_the_past_need_the_track() -> None:
    fade = "vec4 transition(vec2 uv) { return mix(getFromColor(uv), getToColor(uv), progress); }"
    moved = load("fade", "fade.glsl", fade)
    assert moved.analysis_level({}) is AnalysisLevel.NOTHING
    assert moved.analysis_level(moved.param_values({"unit": "beats"})) is AnalysisLevel.TRACK
    with pytest.raises(ToqiboxError, match="cannot be animated"):
        moved.param_values({"at": {"keys": [[0, 3]]}})
    assert "if" not in moved.describe()["inputs"]["properties"]["at"]
    assert (
        _effect([{"NAME": "past", "TYPE": "audioHistory"}]).analysis_level({})
        is AnalysisLevel.TRACK
    )
    assert (
        _effect([{"NAME": "fft", "TYPE": "audioFFT"}]).analysis_level({}) is AnalysisLevel.SPECTRA
    )


@pytest.mark.parametrize(
    ("params", "messages"),
    [
        ({"size": {"bind": "kik"}}, ["'kik' is not one of ["]),
        ({"mode": {"bind": "kik"}}, ["'kik' is not one of ["]),
        ({"size": {"osc": "sinus"}}, ["'sinus' is not one of ["]),
        ({"size": {"keys": [[0, 1, "slow"]]}}, ["'slow' is not one of ["]),
        ({"size": {"bind": "kick", "mim": 1}}, ["Additional properties are not allowed"]),
        ({"size": {}}, ["'keys' is a required property"]),
        ({"size": 9}, ["9 is greater than the maximum of 2"]),
        ({"mode": 6}, ["6 is not valid under any of the given schemas"]),
    ],
)
def test_a_validator_says_once_what_is_wrong(
    params: dict[str, object], messages: list[str]
) -> None:
    errors = [error.message for error in Draft202012Validator(SCHEMA).iter_errors(params)]
    assert [error[: len(start)] for error, start in zip(errors, messages, strict=True)] == messages


_leaf = st.none() | st.booleans() | st.integers(-2, 3) | st.sampled_from(["kick", "sine", "s", "a"])
_keys = st.sampled_from(
    ["bind", "osc", "keys", "unit", "min", "max", "curve", "smooth", "from", "beats", "phase"]
)


@given(
    st.dictionaries(
        st.sampled_from([input_entry["NAME"] for input_entry in HEADER["INPUTS"]]),
        st.dictionaries(_keys, _leaf | st.lists(_leaf | st.lists(_leaf, max_size=3), max_size=3)),
        max_size=2,
    )
)
def test_everything_accepted_matches_the_schema(params: dict[str, Any]) -> None:
    fault: ToqiboxError | None = None
    try:
        EFFECT.param_values(params)
    except ToqiboxError as error:
        fault = error
    if fault is None:
        assert Draft202012Validator(SCHEMA).is_valid(params)
    else:
        assert fault.code == "invalid_parameter"
        assert (fault.field or "").startswith("params.")


def test_every_feature_can_be_bound_and_has_a_description() -> None:
    for name, feature in FEATURES.items():
        assert EFFECT.param_values({"size": {"bind": name}})["size"].feature == name  # type: ignore[union-attr]
        assert feature.description.endswith(tuple("abcdefghijklmnopqrstuvwxyz)0123456789-"))
