"""Tasks and events cross the process boundary unchanged, and nothing else does."""

import json
from collections.abc import Mapping
from dataclasses import fields
from decimal import Decimal
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.messages import Message
from server.protocol.codec import ProtocolError
from server.protocol.events import KINDS, Done, Event, Failed, FramesDone, StageEntered, Started
from server.protocol.lines import (
    MAX_TASK_BYTES,
    read_event,
    read_task,
    write_event,
    write_task,
)
from server.protocol.scene import EffectInstance, SceneSpec
from server.protocol.tasks import KINDS as TASK_KINDS
from server.protocol.tasks import TASKS, DrawSegment, Probe, Task

NAMES = st.text('abcé"\\ \n\ud800', min_size=1, max_size=6)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | NAMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=5,
)
st.register_type_strategy(Path, st.builds(Path, st.just("/"), st.text("abc é", min_size=1)))
st.register_type_strategy(Decimal, st.decimals(allow_nan=False, allow_infinity=False))
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))


def values_of(kind: type) -> st.SearchStrategy[Any]:
    """Every dataclass of `kind`, with JSON values where a field takes any."""
    hints = get_type_hints(kind)
    loose: dict[str, st.SearchStrategy[Any]] = {}
    for field in fields(kind):
        hint = hints[field.name]
        if hint == Mapping[str, Any]:
            loose[field.name] = st.dictionaries(NAMES, PLAIN, max_size=3)
        elif "Any" in str(hint):
            loose[field.name] = st.none() | st.lists(PLAIN, max_size=2).map(lambda items: (*items,))
    return st.builds(kind, **loose)


st.register_type_strategy(EffectInstance, values_of(EffectInstance))


@pytest.mark.parametrize("kind", TASKS.values(), ids=TASKS)
@settings(max_examples=20)
@given(data=st.data())
def test_every_task_round_trips(kind: type[Task], data: st.DataObject) -> None:
    task = data.draw(values_of(kind))
    line = write_task(task)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert read_task(line) == task


@pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS])
@settings(max_examples=20)
@given(data=st.data())
def test_every_event_round_trips(kind: type[Event], data: st.DataObject) -> None:
    event = data.draw(values_of(kind))
    line = write_event(event)
    assert line.count(b"\n") == 1
    if "\\ud800" not in json.dumps(json.loads(line)) and b"?" not in line:
        assert read_event(line) == event


def test_every_task_has_a_name_of_its_own() -> None:
    assert len(TASKS) == len(TASK_KINDS)


def test_a_task_names_its_files() -> None:
    instance = EffectInstance(id="a", file="a.fs", source="", files={"map": Path("/m.png")})
    scene = SceneSpec(
        effects=(instance,), photo=Path("/p.rgba"), size=(8, 8), fps=30, frames=9, fit="blur"
    )
    task = DrawSegment(
        scene=scene, first=0, last=9, encoder="x264", threads=1, out=Path("/o.mp4"),
        state_in=Path("/s0"), state_out=Path("/s1"),
    )  # fmt: skip
    assert task.inputs() == [Path("/p.rgba"), Path("/m.png"), Path("/s0"), Path("/s0.sum")]
    outputs = ["/o.mp4", "/o.mp4.sum", "/s1", "/s1.sum"]
    assert task.outputs() == [Path(name) for name in outputs]


def test_a_reason_crosses_as_its_parts() -> None:
    event = Failed(code="undecodable_audio", values={"why": Message("file_empty")})
    assert json.loads(write_event(event))["values"] == {"why": Message("file_empty").to_json()}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"{nonsense\n", "the line is not valid JSON"),
        (b"[]\n", "the line is not a JSON object"),
        (b'{"task": "sing"}\n', "“sing” is not a task"),
        (b'{"task": ["probe"]}\n', "is not a task"),
        (b'{"task": "probe"}', f"exceeds {MAX_TASK_BYTES} bytes"),
        (b'{"task": "probe", "colour": 1}\n', r"without the keys \['colour'\]"),
        (b'{"task": "probe", "egl_device": "1"}\n', "egl_device must be of type int"),
        (b'{"task": "probe", "egl_device": true}\n', "egl_device must be of type int"),
        (b'{"task": "probe", "encoders": ["x264", 4]}\n', r"encoders\[1\] must be of type str"),
        (b'{"task": "probe", "folder": ""}\n', "folder must be a path"),
        (b'{"task": "segment"}\n', "scene must be given"),
        (b'{"task": "prepare", "folder": "/f", "max_duration": "x"}\n', "a decimal number"),
    ],
)
def test_a_line_that_is_no_task_is_refused(line: bytes, message: str) -> None:
    with pytest.raises(ProtocolError, match=message):
        read_task(line)


def test_what_is_left_out_has_its_default() -> None:
    assert read_task(b'{"task": "probe"}\n') == Probe()


@pytest.mark.parametrize("line", [b'{"event": "sung"}\n', b"7\n", b'{"event": "frames"}\n', b""])
def test_a_line_that_is_no_event_is_refused(line: bytes) -> None:
    with pytest.raises(ProtocolError):
        read_event(line)


def test_events_keep_their_form() -> None:
    lines = [
        write_event(event)
        for event in (Started(), StageEntered(stage="join"), FramesDone(done=4), Done(result={}))
    ]
    assert lines == [
        b'{"event": "started"}\n',
        b'{"event": "stage", "stage": "join"}\n',
        b'{"event": "frames", "done": 4}\n',
        b'{"event": "done", "result": {}}\n',
    ]
