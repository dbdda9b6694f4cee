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
from server.protocol.codec import ProtocolError, from_json, from_stored, to_json
from server.protocol.results.drawing import DrawnSegment, SegmentTimes
from server.protocol.results.media import CountedFlashes, EncodedAudio, MuxedVideo, PreparedPhoto
from server.protocol.scene import EffectInstance, SceneSpec
from server.protocol.tasks import KINDS as TASK_KINDS
from server.protocol.tasks import TASKS, AnyTask, DrawSegment, EncodeAudio, Probe
from server.protocol.wire.events import (
    EVENTS,
    Done,
    Event,
    Failed,
    FramesDone,
    StageEntered,
    Started,
)
from server.protocol.wire.lines import (
    MAX_TASK_BYTES,
    read_event,
    read_result,
    read_task,
    write_event,
    write_task,
)

NAMES = st.text('abcé"\\ \n\ud800', min_size=1, max_size=6)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | NAMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=5,
)
MAPPINGS = st.dictionaries(NAMES, PLAIN, max_size=3)
st.register_type_strategy(Path, st.builds(Path, st.just("/"), st.text("abc é", min_size=1)))
st.register_type_strategy(Decimal, st.decimals(allow_nan=False, allow_infinity=False))
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))


def values_of(kind: type) -> st.SearchStrategy[Any]:
    """Return every dataclass of `kind`, with JSON values where a field takes any."""
    hints = get_type_hints(kind)
    loose: dict[str, st.SearchStrategy[Any]] = {}
    for field in fields(kind):
        hint = hints[field.name]
        if hint == Mapping[str, Any]:
            loose[field.name] = MAPPINGS
        elif hint == tuple[Mapping[str, Any], ...]:
            loose[field.name] = st.lists(MAPPINGS, max_size=2).map(lambda items: (*items,))
        elif "Any" in str(hint):
            loose[field.name] = st.none() | st.lists(PLAIN, max_size=2).map(lambda items: (*items,))
    return st.builds(kind, **loose)


for nested in (EffectInstance, PreparedPhoto):
    st.register_type_strategy(nested, values_of(nested))


@pytest.mark.parametrize("kind", TASKS.values(), ids=TASKS)
@settings(max_examples=20)
@given(data=st.data())
def test_every_task_round_trips(kind: type[AnyTask], data: st.DataObject) -> None:
    task = data.draw(values_of(kind))
    line = write_task(task)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert read_task(line) == task


@pytest.mark.parametrize("kind", TASKS.values(), ids=TASKS)
@settings(max_examples=20)
@given(data=st.data())
def test_every_result_round_trips(kind: type[AnyTask], data: st.DataObject) -> None:
    result = data.draw(values_of(kind.result_type))
    line = write_event(Done(result=to_json(result)))
    assert line.count(b"\n") == 1
    stored = json.loads(json.dumps(to_json(result)))
    assert from_json(kind.result_type, stored) == result
    assert from_stored(kind.result_type, stored) == result


def test_a_result_of_another_kind_is_refused() -> None:
    task = EncodeAudio(audio=Path("/a"), frames=1, fps=30, out=Path("/b"))
    assert read_result(task, Done(result={"seconds": 1})) == EncodedAudio(seconds=1.0)
    for values in ({}, {"seconds": "1"}, {"seconds": 1.0, "frames": 1}):
        with pytest.raises(ProtocolError, match="the result of"):
            read_result(task, Done(result=values))


@pytest.mark.fault("L08")
def test_a_stored_result_of_another_version_is_read_as_far_as_possible() -> None:
    """A missing or mistyped value is replaced by an empty one, an unknown key is ignored."""
    stored = {"frames": 9, "wall": 1.0, "seconds": {"render": 0.5, "encode": "fast"}, "bytes": None}
    assert from_stored(DrawnSegment, stored) == DrawnSegment(
        frames=9,
        renderer="",
        software=False,
        seconds=SegmentTimes(compile=0.0, render=0.5, readback=0.0, encode=0.0, flashes=0.0),
        shades=None,
        bytes=0,
    )
    counted = {"excessive": [{"from": 0.1, "to": 1, "perSecond": 6}]}
    (interval,) = from_stored(CountedFlashes, counted).excessive
    assert (interval.start_s, interval.end_s, interval.per_second) == (0.1, 1.0, 6.0)
    nothing = from_stored(MuxedVideo, {})
    assert (nothing.bytes, len(nothing.check.colour)) == (0, 0)
    cut_off: list[object] = [None, [], {"check": 1}, {"check": {"colour": ["tv"]}}]
    assert [from_stored(MuxedVideo, damaged) for damaged in cut_off] == [nothing] * 4


@pytest.mark.parametrize("kind", EVENTS.values(), ids=EVENTS)
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
    assert [TASKS[name].__name__ for name in ("compile_for_browser", "encode_audio", "mux")] == [
        "CompileForBrowser",
        "EncodeAudio",
        "Mux",
    ]


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


def test_a_reason_is_sent_as_its_parts() -> None:
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
        (b'{"task": "draw_segment"}\n', "scene must be given"),
        (b'{"task": "prepare", "folder": "/f", "max_duration": "x"}\n', "a decimal number"),
    ],
)
def test_a_line_that_is_not_a_task_is_refused(line: bytes, message: str) -> None:
    with pytest.raises(ProtocolError, match=message):
        read_task(line)


def test_missing_values_have_their_defaults() -> None:
    assert read_task(b'{"task": "probe"}\n') == Probe()


@pytest.mark.parametrize(
    "line", [b'{"event": "sung"}\n', b"7\n", b'{"event": "frames_done"}\n', b""]
)
def test_a_line_that_is_not_an_event_is_refused(line: bytes) -> None:
    with pytest.raises(ProtocolError):
        read_event(line)


def test_events_keep_their_form() -> None:
    lines = [
        write_event(event)
        for event in (Started(), StageEntered(stage="mux"), FramesDone(done=4), Done(result={}))
    ]
    assert lines == [
        b'{"event": "started"}\n',
        b'{"event": "stage_entered", "stage": "mux"}\n',
        b'{"event": "frames_done", "done": 4}\n',
        b'{"event": "done", "result": {}}\n',
    ]
