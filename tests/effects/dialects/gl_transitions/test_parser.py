"""Transitions: their inputs, and their progress in each frame."""

import numpy as np
import pytest
from numpy.typing import NDArray

from server.animation.transition_progress import progress
from server.effects.dialects import load
from server.effects.dialects.gl_transitions.parser import transition_inputs
from server.effects.effect import Effect, Kind, Value
from server.effects.model.modulation import BEATS, SECONDS, TransitionProgress
from server.errors import ToqiboxError

FADE = """\
// Author: Someone
// License: MIT
uniform float softness; // = 0.3
vec4 transition(vec2 uv) { return mix(getFromColor(uv), getToColor(uv), progress); }
"""


class Song:
    """Features with a beat every half second, the first at 0.25 s."""

    def events(self, event: str) -> NDArray[np.float64]:
        times = 0.25 + 0.5 * np.arange(8 if event == "beat" else 0)
        return np.stack([times, np.ones(len(times))], axis=1)

    def column(self, name: str, frames: int, fps: int) -> NDArray[np.float32]:
        return np.zeros(frames, np.float32)


def at(frames: int, fps: int, **values: float) -> list[float]:
    """Return the progress of a transition with these values, rounded."""
    own: dict[str, Value] = {
        item.name: item.default for item in transition_inputs() if item.default is not None
    }
    return [round(float(number), 3) for number in progress({**own, **values}, Song(), frames, fps)]


def fade(text: str = FADE) -> Effect:
    return load("fade", "fade.glsl", text)


def test_detection_of_a_transition() -> None:
    effect = fade()
    assert (effect.dialect, effect.credit, effect.license) == ("transition", "Someone", "MIT")
    assert (effect.input_image, effect.transition_image, effect.sequential) == (
        "startImage",
        "endImage",
        False,
    )
    names = [item.name for item in effect.inputs if not item.kind.is_texture]
    assert names == ["progress", "softness", "at", "length", "every", "unit"]
    moved = next(item for item in effect.inputs if item.name == "progress")
    assert moved.modulation == TransitionProgress()
    assert "progress" not in effect.param_values({})
    assert effect.param_values({"unit": "beats", "at": 4})["unit"] == BEATS


def test_a_name_of_the_author_is_not_redefined() -> None:
    effect = fade(FADE.replace("softness", "length"))
    values = effect.param_values({})
    assert values["length"] == 0.3
    assert values["transition_length"] == 2.0
    assert {"at", "every", "unit"} <= values.keys()
    taken = {item.name for item in transition_inputs(["at", "unit"])}
    assert taken == {"transition_at", "length", "every", "transition_unit"}
    moved = progress({**values, "at": 0.0, "transition_length": 4.0}, Song(), 3, 1)
    assert moved.tolist() == [0.0, 0.25, 0.5]


def test_an_image_of_the_author_is_another_input() -> None:
    effect = fade(f"uniform sampler2D luma;\n{FADE}")
    images = [item.name for item in effect.inputs if item.kind is Kind.IMAGE]
    assert images == ["startImage", "endImage", "luma"]
    assert effect.transition_image == "endImage"


def test_an_error_is_reported_at_the_authors_line(draw: object) -> None:
    assert callable(draw)
    with pytest.raises(ToqiboxError) as caught:
        draw(fade(FADE.replace("progress)", "progres)")))
    values_drawn = (caught.value.diagnostics or [])[0]
    assert (values_drawn["file"], values_drawn["line"]) == ("fade.glsl", 4)
    assert "progres" in values_drawn["message"]


def test_a_transition_runs_once() -> None:
    assert at(6, 1, at=1.0, length=2.0) == [0, 0, 0.5, 1, 1, 1]
    assert at(4, 2, at=0.0, length=1.0) == [0, 0.5, 1, 1]


def test_without_a_time_it_is_in_the_middle_of_the_video() -> None:
    assert at(8, 1, length=4.0) == [0, 0, 0, 0.25, 0.5, 0.75, 1, 1]
    assert at(4, 1, length=8.0) == [0.25, 0.375, 0.5, 0.625]
    assert at(4, 1, length=2.0, unit=BEATS) == [0, 0, 0.75, 1], "it begins on the beat at 1.25 s"


def test_beats_are_counted_from_the_first() -> None:
    assert at(6, 4, at=1.0, length=1.0, unit=BEATS) == [0, 0, 0, 0, 0.5, 1]
    assert at(6, 4, at=1.0, length=1.0, unit=SECONDS) == [0, 0, 0, 0, 0, 0.25]


def test_without_length_it_is_a_cut_at_the_first_frame_not_before() -> None:
    assert at(4, 10, at=0.2, length=0.0) == [0, 0, 1, 1]
    assert at(4, 10, at=0.15, length=0.0) == [0, 0, 1, 1]
    for fps in (24, 30, 60):
        cut = at(fps * 3, fps, at=1.1, length=0.0)
        assert cut.index(1.0) == int(np.ceil(1.1 * fps - 1e-6))


def test_a_transition_runs_back_and_forth() -> None:
    forth = at(10, 1, at=1.0, length=2.0, every=3.0)
    assert forth == [0, 0, 0.5, 1, 1, 0.5, 0, 0, 0.5, 1]
    assert at(6, 1, length=0.0, every=2.0) == [0, 0, 1, 1, 0, 0], "the first is after a period"
    assert at(5, 1, at=0.0, length=9.0, every=2.0) == [0, 0.5, 1, 0.5, 0], "never a jump"
    assert at(5, 4, at=0.0, length=0.0, every=1.0, unit=BEATS) == [0, 1, 1, 0, 0]


def test_every_progress_is_a_share() -> None:
    for values in ({"at": 0.0}, {"every": 0.3}, {"length": 600.0}, {"at": 3600.0}):
        values_drawn = progress(
            {**dict.fromkeys(("length", "every", "unit"), 0.5), **values}, Song(), 9, 3
        )
        assert values_drawn.dtype == np.float32
        assert values_drawn.shape == (9,)
        assert ((values_drawn >= 0) & (values_drawn <= 1)).all()
