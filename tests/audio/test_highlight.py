"""The excerpt of a track that is worth posting: of known tracks, and of sounds."""

from pathlib import Path

import numpy as np
import pytest

from server.arrays import Int16Array
from server.audio.highlight import AnalysedTrack, choose_highlight, find_highlight
from server.audio.structure.bar_lines import bar_lines
from server.errors import ToqiboxError
from server.media.tracks.audio_decoder import decode_whole
from server.protocol.feature_names import SECTION_KINDS
from tests.harness import tracks

BAR_S = 2.0
PLAIN, DROP = SECTION_KINDS.index("plain"), SECTION_KINDS.index("drop")


def _track(loud: list[float], *sections: tuple[float, int], rest_s: float = 0.0) -> AnalysedTrack:
    """Return bars of two seconds that differ in loudness; sections by first bar and kind."""
    count = len(loud)
    starts = [*(first for first, _ in sections), count]
    bars = [
        [first * BAR_S, starts[at + 1] * BAR_S, loud[int(first)], kind]
        for at, (first, kind) in enumerate(sections)
    ]
    return AnalysedTrack(
        count * BAR_S + rest_s,
        np.arange(count + (rest_s > 0)).astype(np.float64) * BAR_S,
        np.array([*loud, *([0.0] if rest_s else [])]),
        np.zeros(count + (rest_s > 0)),
        np.array(bars).reshape(-1, 4),
    )


QUIET, LOUD = [0.3] * 10, [1.0] * 10


def test_a_drop_comes_a_few_bars_after_the_start() -> None:
    track = _track([*QUIET, *LOUD, *QUIET], (0, PLAIN), (10, DROP), (20, PLAIN))
    highlight = choose_highlight(track, "drop", 15.0)
    assert (highlight.start, highlight.end, highlight.kind) == (
        16.0,
        30.0,
        "drop",
    )  # two bars, 4 of 14 s
    long = choose_highlight(track, "drop", 30.0)
    assert (long.start, long.end) == (12.0, 42.0)  # four bars, and no more


def test_the_strongest_of_several_drops_is_taken_and_one_at_the_end_fits() -> None:
    track = _track([*QUIET, *[0.6] * 10, *QUIET, *LOUD], (0, PLAIN), (10, DROP), (30, DROP))
    assert choose_highlight(track, "drop", 16.0).start == 56.0
    late = _track([*QUIET, *QUIET, 1.0, 1.0], (0, PLAIN), (20, DROP))
    highlight = choose_highlight(late, "drop", 12.0)
    assert (highlight.start, highlight.end, highlight.kind) == (34.0, 44.0, "drop")


def test_without_a_drop_it_is_the_best_part() -> None:
    track = _track([*QUIET, *LOUD, *QUIET], (0, PLAIN), (12, PLAIN))
    highlight = choose_highlight(track, "drop", 12.0)
    assert (highlight.start, highlight.end, highlight.kind) == (
        24.0,
        36.0,
        "best",
    )  # where a section begins
    assert choose_highlight(track, "best", 12.0) == highlight


def test_lengths_that_are_not_whole_bars() -> None:
    track = _track([*QUIET, *LOUD], (0, PLAIN), rest_s=0.7)
    assert choose_highlight(track, "best", 60.0).end == pytest.approx(40.7)  # all of it
    short = choose_highlight(track, "best", 1.0)  # of less than a bar
    assert short.end - short.start == pytest.approx(1.0)
    odd = choose_highlight(track, "best", 5.0)
    assert odd.end - odd.start == pytest.approx(4.0)


def test_bar_lines_reach_from_end_to_end() -> None:
    lines = bar_lines(np.array([3.0, 5.0, 7.0, 9.0]), 14.5)
    assert lines.tolist() == [1.0, 3.0, 5.0, 7.0, 9.0, 11.0, 13.0]
    assert bar_lines(np.zeros(0), 3.5).tolist() == [0.0, 1.0, 2.0, 3.0]


def _song(seconds: float) -> Int16Array:
    """Return noise that is loud in its second half, without a beat."""
    count = round(seconds * 44_100)
    noise = np.random.default_rng(3).standard_normal((count, 2)) * 300
    noise[count // 2 :] *= 20
    return noise.astype(np.int16)


def test_an_audible_track() -> None:
    highlight = find_highlight(_song(20.0), "best", 6.0)
    assert highlight.kind == "best"
    assert 10.0 <= highlight.start <= 14.0
    assert highlight.end - highlight.start == pytest.approx(6.0, abs=0.5)


def test_silence_has_a_highlight() -> None:
    highlight = find_highlight(np.zeros((44_100 * 8, 2), np.int16), "best", 3.0)
    assert 0 <= highlight.start < highlight.end <= 8.0


def test_a_track_is_decoded_as_a_whole_up_to_a_limit(tmp_path: Path) -> None:
    noise, kind = tracks.noise(2.0, 48_000, 2), tracks.FORMATS["wav-16"]
    path = tracks.store(noise, 48_000, kind, tmp_path / "noise.wav")
    assert len(decode_whole(path, "wav", 2)) == 88_200
    with pytest.raises(ToqiboxError) as caught:
        decode_whole(path, "wav", 1)
    assert (caught.value.code, caught.value.field) == ("invalid_parameter", "start")
    assert "at most 1 seconds" in str(caught.value)
    (tmp_path / "no").write_bytes(b"RIFF")
    with pytest.raises(ToqiboxError) as caught:
        decode_whole(tmp_path / "no", "wav", 1)
    assert caught.value.code == "undecodable_audio"
