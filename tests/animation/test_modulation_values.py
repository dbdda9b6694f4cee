"""Values of modulations, frame by frame."""

import numpy as np
import pytest
from numpy.typing import NDArray

from server.animation import modulation_values
from server.effects.model.feature import FEATURES
from server.effects.model.modulation import (
    EASES,
    FeatureBinding,
    Keyframe,
    KeyframeTrack,
    Oscillator,
    Shape,
)
from server.render.default_media import DefaultAudio

FPS = 10


class Song:
    """`level` is n/10 in frame n; a kick is at 0.5 s; beats are at 1, 2, 3 and 5 s."""

    def column(self, name: str, frames: int, fps: int) -> NDArray[np.float32]:
        known = {"level": np.arange(frames) / 10, "tempo": np.full(frames, 120.0)}
        return known[name].astype(np.float32)

    def events(self, event: str) -> NDArray[np.float64]:
        times = {"kick": [0.5], "beat": [1.0, 2.0, 3.0, 5.0]}[event]
        return np.array([[time, 1.0] for time in times])


def moved(motion: modulation_values.Modulation, frames: int = 11) -> list[float]:
    values = modulation_values.modulate(motion, Song(), frames, FPS)
    assert values.shape == (frames, 1)
    return [round(float(value), 3) for value in values[:, 0]]


def test_a_share_is_mapped_from_low_to_high() -> None:
    level = FeatureBinding(feature="level", low=(2.0,), high=(4.0,))
    assert moved(level)[::5] == [2, 3, 4]
    assert moved(FeatureBinding(feature="level", low=(2.0,), high=(4.0,), invert=True))[::5] == [
        4,
        3,
        2,
    ]
    part = FeatureBinding(feature="level", feature_range=(0.2, 0.4))
    assert moved(part)[1:5] == [0, 0, 0.5, 1]


@pytest.mark.parametrize(
    ("curve", "half"),
    [("linear", 0.5), ("in", 0.25), ("out", 0.75), ("inout", 0.5), (3, 0.125), (0.5, 0.707)],
)
def test_a_curve_keeps_both_ends(curve: str | float, half: float) -> None:
    assert moved(FeatureBinding(feature="level", curve=curve))[::5] == [0, half, 1]


def test_every_ease_rises_from_0_to_1_monotonically() -> None:
    share = np.linspace(0, 1, 101)
    for name in EASES:
        eased = modulation_values.ease(name, share)
        assert (eased[0], eased[-1]) == (0, 1)
        assert (np.diff(eased) >= 0).all()


def test_seconds_and_beats_per_minute_are_not_scaled() -> None:
    since = FeatureBinding(feature="kick.since", low=(0.0,), high=(0.3,))
    assert moved(since)[4:10] == [0.3, 0, 0.1, 0.2, 0.3, 0.3]
    assert moved(FeatureBinding(feature="tempo", low=(60.0,), high=(200.0,)))[0] == 120
    assert (
        moved(FeatureBinding(feature="tempo", low=(0.0,), high=(1.0,), feature_range=(100, 140)))[0]
        == 0.5
    )


def test_a_count_wraps_at_its_end() -> None:
    turns = FeatureBinding(feature="beat.count", low=(1.0,), high=(3.0,))
    assert moved(turns, 60)[::10] == [1, 2, 3, 1, 1, 2]
    assert moved(FeatureBinding(feature="beat.count"), 60)[::10] == [0, 1, 0, 1, 1, 0]


def test_smoothing_looks_ahead_but_not_before_an_event() -> None:
    level = moved(FeatureBinding(feature="level", smooth=0.4))
    assert level[5] == pytest.approx(0.5, abs=1e-3)
    assert level[0] > 0
    kick = moved(FeatureBinding(feature="kick.pulse", decay=0.1, smooth=0.3))
    assert kick[:5] == [0] * 5
    assert 0 < kick[7] < kick[6] < kick[5] < 1


def test_time_features_are_of_the_video() -> None:
    assert moved(FeatureBinding(feature="time.progress"))[::5] == [0, 0.5, 1]
    assert moved(FeatureBinding(feature="time.elapsed", high=(9.0,)))[3] == 0.3
    assert moved(FeatureBinding(feature="time.total", high=(9.0,)))[3] == 1.1
    assert moved(FeatureBinding(feature="time.progress"), 1) == [0]


def _osc(shape: Shape, **more: float) -> list[float]:
    timing = {"beats": None, "seconds": 0.8, **more}
    return moved(Oscillator(shape=shape, **timing), 9)[::2]  # type: ignore[arg-type]


def test_oscillators() -> None:
    assert _osc(Shape.SINE) == [0, 0.5, 1, 0.5, 0]
    assert _osc(Shape.TRIANGLE) == [0, 0.5, 1, 0.5, 0]
    assert _osc(Shape.SAW) == [0, 0.25, 0.5, 0.75, 0]
    assert _osc(Shape.SQUARE) == [1, 1, 0, 0, 1]
    assert _osc(Shape.SAW, phase=0.5) == [0.5, 0.75, 0, 0.25, 0.5]


@pytest.mark.parametrize("fps", [24, 25, 30, 50, 60])
def test_a_jump_happens_in_the_frame_of_its_moment(fps: int) -> None:
    """As an event does: at 1.01 s in the frame floor(1.01 x fps)."""
    frames, moment = 4 * fps, 1.01
    jumps: dict[str, modulation_values.Modulation] = {
        "hold": KeyframeTrack(keys=(Keyframe(0, (0.0,)), Keyframe(moment, (1.0,), "hold"))),
        "square": Oscillator(shape=Shape.SQUARE, beats=None, seconds=2 * moment, phase=0.5),
        "saw": Oscillator(shape=Shape.SAW, beats=None, seconds=moment),
        "beats": Oscillator(shape=Shape.SQUARE, beats=2, seconds=None),
    }
    values = {
        name: modulation_values.modulate(motion, Song(), frames, fps)[:, 0]
        for name, motion in jumps.items()
    }
    at = int(moment * fps)
    assert (values["hold"][at - 1], values["hold"][at]) == (0, 1)
    assert (values["square"][at - 1], values["square"][at]) == (0, 1)
    assert values["saw"][at - 1] > 0.9
    assert values["saw"][at] == 0
    flips = np.flatnonzero(np.diff(values["beats"])) + 1
    assert flips.tolist() == [fps, 2 * fps, 3 * fps]


def test_an_oscillator_follows_the_beats_of_the_track() -> None:
    motion = Oscillator(shape=Shape.SAW, beats=2, seconds=None, high=(10.0,))
    assert moved(motion, 61)[::10] == [5, 0, 5, 0, 2.5, 5, 7.5]


def test_keyframes_hold_at_the_ends_and_ease_to_the_next() -> None:
    motion = KeyframeTrack(
        keys=(Keyframe(0.2, (1.0,)), Keyframe(0.6, (5.0,), "in"), Keyframe(0.8, (0.0,), "hold"))
    )
    assert moved(motion) == [1, 1, 1, 1.25, 2, 3.25, 5, 5, 0, 0, 0]
    assert moved(KeyframeTrack(keys=(Keyframe(3.0, (7.0,)),))) == [7] * 11


def test_keyframes_in_beats() -> None:
    motion = KeyframeTrack(keys=(Keyframe(0, (0.0,)), Keyframe(3, (3.0,))), beats=True)
    assert moved(motion, 61)[::10] == [0, 0, 1, 2, 2.5, 3, 3]


def test_points_and_colours_move_in_all_parts() -> None:
    motion = FeatureBinding(feature="level", low=(1.0, 0.0, 0.0, 1.0), high=(0.0, 0.0, 1.0, 0.5))
    values = modulation_values.modulate(motion, Song(), 11, FPS)
    assert values[5].tolist() == pytest.approx([0.5, 0, 0.5, 0.75])


def test_the_default_audio_has_every_feature() -> None:
    for name in FEATURES:
        values = modulation_values.feature_values(name, DefaultAudio(), 30, 30)
        assert values.shape == (30,)
        assert np.isfinite(values).all()
