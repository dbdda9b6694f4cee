"""Columns of the timeline, and their values in a shader."""

from typing import Any

import numpy as np
import pytest

from server.animation.timeline import Timeline
from server.effects.effect import Builtin, Effect, Input, Kind, Target, Value
from server.effects.model.modulation import FeatureBinding, TransitionProgress
from server.render.gl.context import Context
from tests.render.drawing import (
    FPS,
    FRAMES,
    Rising,
    draw_frame,
    isf,
    make_effect,
    make_renderer,
    one_pass,
    read_pixels,
)

FLOATS = '{"PASSES": [{"TARGET": "o", "FLOAT": true}]}'


def test_time_as_a_shader_reads_it(context: Context) -> None:
    body = "void main() { gl_FragColor = vec4(TIME, TIMEDELTA, float(FRAMEINDEX), RENDERSIZE.y); }"
    renderer = make_renderer(context, isf(body, FLOATS))
    for frame in (0, 1, 7):
        renderer.draw(frame)
        delta = np.float32(0.1) if frame else 0.0
        expected = np.array([frame / FPS, delta, frame, 36], np.float32)
        assert read_pixels(renderer.output)[5, 5].tolist() == expected.tolist()


def test_date_as_a_shader_reads_it(context: Context) -> None:
    renderer = make_renderer(context, isf("void main() { gl_FragColor = DATE; }", FLOATS))
    renderer.draw(15)
    assert read_pixels(renderer.output)[5, 5].tolist() == [2000, 1, 1, 1.5]


def _effect(*inputs: Input) -> Effect:
    return Effect(
        id="e", file="e.fs", source="", title="E", dialect="isf", inputs=inputs,
        uniforms={"DATE": Builtin.DATE},
    )  # fmt: skip


def test_the_date_continues_after_midnight() -> None:
    date = Timeline(_effect(), {}, Rising(), 86_402, 1).columns["DATE"]
    assert date.values[86_399].tolist() == [2000, 1, 1, 86_399]
    assert date.values[86_400].tolist() == [2000, 1, 2, 0]
    assert date.values[86_401].tolist() == [2000, 1, 2, 1]


def _column(kind: Kind, **more: object) -> list[list[float]]:
    item = Input(name="x", uniform="x_", kind=kind, label="x", **more)  # type: ignore[arg-type]
    timeline = Timeline(_effect(item), {}, Rising(), 21, FPS)
    values: list[list[float]] = timeline.columns["x_"].values.tolist()
    return values


def test_a_bound_input_follows_the_audio_over_its_range() -> None:
    moved = _column(
        Kind.FLOAT, modulation=FeatureBinding(feature="level", low=(2.0,), high=(-2.0,))
    )
    assert moved[0] == [2.0]
    assert moved[10] == [0.0]
    assert moved[20] == [-2.0]
    ends = FeatureBinding(feature="level", low=(0.0, 10.0), high=(1.0, 20.0))
    point = _column(Kind.POINT, modulation=ends)
    assert point[10] == [0.5, 15.0]
    flag = [row[0] for row in _column(Kind.BOOL, modulation=FeatureBinding(feature="level"))]
    assert flag == [0] * 10 + [1] * 11
    assert _column(Kind.LONG, modulation=FeatureBinding(feature="level", high=(4.0,)))[20] == [4]


def test_a_choice_moves_through_the_indices_of_its_values() -> None:
    moved = FeatureBinding(feature="level", high=(2.0,))
    column = _column(Kind.LONG, values=(7, 1, 9), labels=("a", "b", "c"), modulation=moved)
    assert [row[0] for row in column[::5]] == [7, 1, 1, 9, 9]


def test_an_event_bound_to_a_curved_pulse_fires_where_it_rises_above_one_half() -> None:
    item = Input(name="x", uniform="x", kind=Kind.EVENT, label="x")

    def fired(**more: Any) -> list[int]:
        motion = FeatureBinding(feature="kick", **more)
        column = Timeline(_effect(item), {"x": motion}, Rising(), FRAMES, FPS).columns["x"]
        return [n for n in range(FRAMES) if column.at(n) == np.int32(1).tobytes()]

    assert fired() == fired(decay=1.0) == [3]
    assert fired(invert=True) == [0, 4]


def test_a_feature_that_does_not_change_is_a_constant() -> None:
    item = Input(
        name="x", uniform="x", kind=Kind.FLOAT, label="x", modulation=FeatureBinding(feature="bass")
    )
    assert Timeline(_effect(item), {}, Rising(), 10, FPS).columns["x"].constant


def test_a_constant_value_applies_to_every_frame() -> None:
    item = Input(
        name="x",
        uniform="x",
        kind=Kind.FLOAT,
        label="x",
        modulation=FeatureBinding(feature="level"),
    )
    timeline = Timeline(_effect(item), {"x": 0.25}, Rising(), 10, FPS)
    assert timeline.columns["x"].constant
    assert timeline.columns["x"].at(9) == np.float32(0.25).tobytes()
    assert timeline.numbers(3) == {"x": 0.25}


def test_a_colour_of_the_photo_is_the_default_if_the_palette_has_it() -> None:
    item = Input(
        name="x", uniform="x", kind=Kind.COLOR, label="x", default=(1, 1, 1, 0.5), photo="vivid"
    )
    palette = {"vivid": (0.0, 0.25, 1.0)}

    def column(param_values: dict[str, Any], palette: Any) -> list[float]:
        timeline = Timeline(_effect(item), param_values, Rising(), 3, FPS, palette)
        assert timeline.columns["x"].constant
        return [float(part) for part in timeline.columns["x"].values[0]]

    assert column({}, palette) == [0.0, 0.25, 1.0, 0.5]
    assert column({}, {"light": (0.9, 0.9, 0.9)}) == column({}, None) == [1.0, 1.0, 1.0, 0.5]
    assert column({"x": (1.0, 0.0, 0.0, 1.0)}, palette) == [1.0, 0.0, 0.0, 1.0]


def test_an_event_is_true_in_one_frame() -> None:
    kick = Input(
        name="k", uniform="k", kind=Kind.EVENT, label="", modulation=FeatureBinding(feature="kick")
    )
    level = Input(
        name="l", uniform="l", kind=Kind.EVENT, label="", modulation=FeatureBinding(feature="level")
    )
    given = Input(name="g", uniform="g", kind=Kind.EVENT, label="", default=False)
    effect = _effect(kick, level, given)

    def fired(name: str, **values: Value) -> list[int]:
        column = Timeline(effect, values, Rising(), FRAMES, FPS).columns[name]
        return [n for n in range(FRAMES) if column.at(n) == np.int32(1).tobytes()]

    assert fired("k") == [3]  # the kick is at 0.35 s
    assert fired("l") == [10]  # where the level rises above one half
    assert fired("g") == []
    assert fired("g", g=True) == fired("k", k=True) == [0]
    assert fired("k", k=False) == []


def test_an_event_as_all_passes_of_a_frame_see_it(context: Context) -> None:
    """The target counts the event, and the output sees it as well."""
    effect = isf(
        """void main() {
            if (PASSINDEX == 0) gl_FragColor = IMG_THIS_PIXEL(p) + vec4(hit ? 1.0 : 0.0);
            else gl_FragColor = vec4(IMG_THIS_PIXEL(p).r, hit, 0.0, 1.0);
        }""",
        """{"INPUTS": [{"NAME": "hit", "TYPE": "event", "BIND": "kick"}],
            "PASSES": [{"TARGET": "p", "PERSISTENT": true, "FLOAT": true}, {}]}""",
    )
    renderer = make_renderer(context, effect)
    renderer.begin(0)
    seen = [draw_frame(renderer, frame)[0, 0, :2].tolist() for frame in range(6)]
    assert seen == [[0, 0], [0, 0], [0, 0], [255, 255], [255, 0], [255, 0]]


def test_uniforms_that_dialects_name_differently(context: Context) -> None:
    uniforms = {
        "size": Builtin.RENDER_SIZE_3,
        "date": Builtin.DATE_FROM_ZERO,
        "aspect": Builtin.ASPECT,
        "rate": Builtin.FRAME_RATE,
    }
    declared = "uniform vec3 size; uniform vec4 date; uniform float aspect, rate;"
    body = """int x = int(gl_FragCoord.x);
        color = x == 0 ? vec4(size, 0.0) : x == 1 ? date : vec4(aspect, rate, 0.0, 0.0);"""
    targets = (Target(name="o", floating=True),)
    effect = make_effect(one_pass(body, declared, target="o"), targets=targets, uniforms=uniforms)
    seen = draw_frame(make_renderer(context, effect), 15)[0, :3].tolist()
    assert seen == [[64, 36, 1, 0], [2000, 0, 1, 1.5], [np.float32(64 / 36), 10, 0, 0]]


def test_a_transition_moves_by_its_own_inputs() -> None:
    at, length = (Input(name=n, uniform=n, kind=Kind.FLOAT, label="") for n in ("at", "length"))
    moved = Input(
        name="progress", uniform="p", kind=Kind.FLOAT, label="", minimum=0.0, maximum=1.0,
        modulation=TransitionProgress(),
    )  # fmt: skip
    values: dict[str, Value] = {"at": 0.5, "length": 1.0}
    column = Timeline(_effect(at, length, moved), values, Rising(), FRAMES, FPS).columns["p"]
    wanted = np.clip((np.arange(FRAMES) / FPS - 0.5), 0, 1)
    np.testing.assert_allclose(column.values[:, 0], wanted, atol=1e-6)
    held = Timeline(_effect(moved), {"progress": 0.25}, Rising(), FRAMES, FPS).columns["p"]
    assert held.constant


@pytest.mark.parametrize(
    ("kind", "default", "kept"),
    [
        (Kind.COLOR, (0.1, 0.2, 0.3, 1.0), np.array([0.1, 0.2, 0.3, 1.0], np.float32).tobytes()),
        (Kind.BOOL, True, np.int32(1).tobytes()),
        (Kind.LONG, -3, np.int32(-3).tobytes()),
        (Kind.EVENT, None, np.int32(0).tobytes()),
    ],
)
def test_defaults(kind: Kind, default: object, kept: bytes) -> None:
    item = Input(name="x", uniform="x", kind=kind, label="x", default=default)  # type: ignore[arg-type]
    assert Timeline(_effect(item), {}, Rising(), 10, FPS).columns["x"].at(5) == kept


def test_values_reach_the_shader(context: Context) -> None:
    effect = isf(
        "void main() { gl_FragColor = on ? vec4(f, p, float(l)) * c : vec4(0.0); }",
        """{"INPUTS": [{"NAME": "on", "TYPE": "bool"}, {"NAME": "f", "TYPE": "float"},
            {"NAME": "p", "TYPE": "point2D"}, {"NAME": "l", "TYPE": "long", "VALUES": [1, 7]},
            {"NAME": "c", "TYPE": "color"}], "PASSES": [{"TARGET": "o", "FLOAT": true}]}""",
    )
    values: dict[str, Value] = {
        "on": True,
        "f": 0.5,
        "p": (3.0, -4.0),
        "l": 7,
        "c": (1.0, 0.5, 1.0, 0.25),
    }
    renderer = make_renderer(context, effect, values)
    renderer.draw(0)
    assert read_pixels(renderer.output)[0, 0].tolist() == [0.5, 1.5, -4.0, 1.75]
