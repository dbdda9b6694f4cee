"""Hints for the controls of inputs: unit, step, group, and what only the music drives."""

import json
from typing import Any

import pytest

from server.effects.dialects import load
from server.effects.model.control import GROUPS, describe_control, describe_groups
from server.effects.web_program import build_program
from server.errors import ToqiboxError


def _effect(**keys: Any) -> Any:
    header = {"INPUTS": [{"NAME": "x", **keys}]}
    return load("a", "a.fs", f"/*{json.dumps(header)}*/\nvoid main() {{}}")


def _hints(**keys: Any) -> dict[str, Any]:
    return describe_control(_effect(**keys).inputs[0])


@pytest.mark.parametrize(
    ("keys", "unit", "step", "group"),
    [
        ({"TYPE": "float"}, "share", 0.01, "look"),
        ({"TYPE": "float", "MAX": 0.05}, "share", 0.0001, "look"),
        ({"TYPE": "float", "MIN": -2, "MAX": 2}, None, 0.01, "look"),
        ({"TYPE": "float", "MIN": 0, "MAX": 360, "UNIT": "deg"}, "deg", 1.0, "look"),
        ({"TYPE": "float", "MIN": 1, "MAX": 1}, "share", None, "look"),
        ({"TYPE": "long", "MIN": 1, "MAX": 9}, "count", 1, "look"),
        ({"TYPE": "long", "LABELS": ["a"]}, None, None, "look"),
        ({"TYPE": "bool"}, None, None, "look"),
        ({"TYPE": "color"}, None, None, "color"),
        ({"TYPE": "point2D"}, None, None, "place"),
        ({"TYPE": "point2D", "MIN": [0, 0], "MAX": [1, 1]}, "share", 0.01, "place"),
        ({"TYPE": "text"}, None, None, "text"),
        ({"TYPE": "float", "GROUP": "response"}, "share", 0.01, "response"),
    ],
)
def test_unit_step_and_group(
    keys: dict[str, Any], unit: str | None, step: float | None, group: str
) -> None:
    hints = _hints(**keys)
    assert (hints["unit"], hints["step"], hints["group"]) == (unit, step, group)
    assert hints["kind"] == keys["TYPE"]


@pytest.mark.parametrize(
    ("keys", "is_music"),
    [
        ({"TYPE": "float", "BIND": "kick"}, True),
        ({"TYPE": "float", "MIN": 0, "MAX": 600, "BIND": {"bind": "drop.since"}}, True),
        ({"TYPE": "float", "MAX": 2, "BIND": {"bind": "level", "min": 0.5, "max": 1.5}}, False),
        ({"TYPE": "float", "BIND": {"keys": [[0, 0], [1, 1]]}}, False),
        ({"TYPE": "float", "BIND": {"osc": "sine"}}, False),
        ({"TYPE": "bool", "BIND": "kick"}, False),
        ({"TYPE": "float"}, False),
    ],
)
def test_what_only_the_music_drives_is_marked(keys: dict[str, Any], *, is_music: bool) -> None:
    hints = _hints(**keys)
    assert (hints["musicOnly"], hints["advanced"]) == (is_music, is_music)
    assert (hints["group"] == "music") is is_music


def test_a_file_can_mark_a_control_as_advanced() -> None:
    assert _hints(TYPE="float", ADVANCED=True)["advanced"]


@pytest.mark.parametrize("group", ["misc", "", 1, [], {}, ["look"]])
def test_a_group_is_one_of_those_that_exist(group: object) -> None:
    with pytest.raises(ToqiboxError) as refused:
        _effect(TYPE="float", GROUP=group)
    assert "GROUP must be one of look, place" in str(refused.value.diagnostics)


def test_a_schema_and_a_program_have_the_same_names() -> None:
    """Both give a property of an input one name and one value."""
    effect = _effect(TYPE="float", LABEL="Size", LABEL_RU="Размер", MAX=3, DEFAULT=1, BIND="kick")
    shown = effect.describe("ru")["inputs"]["properties"]["x"]
    program = build_program(effect, "ru")["inputs"][0]
    shared = shown.keys() & program.keys()
    assert shared == {
        *("title", "kind", "unit", "step", "group", "advanced", "musicOnly", "still"),
        *("default", "minimum", "maximum", "motion"),
    }
    assert {name: shown[name] for name in shared} == {name: program[name] for name in shared}
    assert shown["title"] == "Размер"


def test_groups_have_titles_in_both_languages() -> None:
    english, russian = describe_groups("en"), describe_groups("ru")
    assert [group["id"] for group in english] == [group["id"] for group in russian] == [*GROUPS]
    assert english[0]["title"] != russian[0]["title"]
