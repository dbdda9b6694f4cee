"""The key of a result: each thing that determines a video changes it."""

import json
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from server.jobs.model.spec import Spec
from server.jobs.reuse import result_key as module
from server.jobs.reuse.result_key import DESCRIPTIVE, result_key
from server.protocol.scene import EffectInstance
from server.warnings import warning
from tests.jobs.conftest import MakeJob

EFFECT = EffectInstance(
    id="a",
    file="a.fs",
    source="text",
    vertex=None,
    includes={"x": "1"},
    files={"image": Path("f" * 64)},
    params={"size": 1.0},
)
CHANGED: dict[str, Any] = {
    "width": 66,
    "height": 38,
    "fps": 25,
    "frames": 91,
    "fit": "cover",
    "start": "1",
    "duration": "4",
    "title": "Dusk",
    "artist": "You",
    "samples": 144_001,
    "audio": "c" * 64,
    "photo": "c" * 64,
    "photo2": "c" * 64,
    "loudest_s": 1.0,
    "palette": {"vivid": "#ffffff"},
    "sequential": True,
    "needs_track": False,
    "allow_flashing": True,
    "tempo": 120.0,
    "highlight": "drop",
    "codec": "hevc",
    "quality": "high",
    "aspect": "4:5",
    "preset": "turntable",
    "warnings": [warning("photo2_not_shown", "photo2")],
    "effects": (EFFECT, EFFECT),
}
"""Another value of each field."""
CHANGED_EFFECT: dict[str, Any] = {
    "id": "b",
    "file": "b.fs",
    "source": "another text",
    "vertex": "text",
    "includes": {"x": "2"},
    "files": {"image": Path("e" * 64)},
    "params": {"size": 1.5},
    "custom": True,
    "title": "another",
}


@pytest.fixture
def spec(make_job: MakeJob) -> Spec:
    return make_job(effects=(EFFECT,)).spec


def key(spec: Spec) -> str:
    return result_key(spec, "free", "a machine", "x264")


def test_every_field_is_changed() -> None:
    assert CHANGED.keys() == {field.name for field in fields(Spec)}
    assert CHANGED_EFFECT.keys() == {field.name for field in fields(EffectInstance)}


@pytest.mark.parametrize("name", CHANGED)
def test_a_changed_field_changes_the_key(spec: Spec, name: str) -> None:
    changed = key(replace(spec, **{name: CHANGED[name]}))
    assert (changed == key(spec)) is (name in DESCRIPTIVE)


@pytest.mark.parametrize("name", CHANGED_EFFECT)
def test_a_changed_effect_changes_the_key(spec: Spec, name: str) -> None:
    changed = replace(EFFECT, **{name: CHANGED_EFFECT[name]})
    assert key(replace(spec, effects=(changed,))) != key(spec)


@pytest.mark.parametrize(
    ("one", "equal"),
    [
        ({"size": 1}, {"size": 1.0}),
        ({"a": [0, 1], "b": {"min": 2}}, {"b": {"min": 2.0}, "a": [0.0, 1]}),
        ({"x": -0.0}, {"x": 0}),
    ],
)
def test_equal_params_have_the_same_key(
    spec: Spec, one: dict[str, Any], equal: dict[str, Any]
) -> None:
    keys = {key(replace(spec, effects=(replace(EFFECT, params=p),))) for p in (one, equal)}
    assert len(keys) == 1


def test_a_flag_is_not_a_number(spec: Spec) -> None:
    keys = {key(replace(spec, effects=(replace(EFFECT, params={"on": v}),))) for v in (True, 1)}
    assert len(keys) == 2


def test_the_machine_the_plan_and_the_version_change_the_key(
    spec: Spec, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = {
        key(spec),
        result_key(spec, "premium", "a machine", "x264"),
        result_key(spec, "free", "another", "x264"),
        result_key(spec, "free", "a machine", "nvenc"),
    }
    for version in ("__version__", "FEATURES_VERSION"):
        with monkeypatch.context() as changed:
            changed.setattr(module, version, "99")
            keys.add(key(spec))
    assert len(keys) == 6


def test_a_spec_that_was_stored_has_the_same_key(spec: Spec) -> None:
    assert key(Spec.from_json(json.dumps(json.loads(spec.to_json())))) == key(spec)
