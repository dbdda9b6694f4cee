"""A click sounds at its own time and makes its own frame flash, in tracks of several codecs."""

from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from server.animation.event_envelopes import first_frames
from server.audio import features
from server.audio.features import Features
from server.media import sniff
from server.media.tracks import aac_encoder, audio_decoder
from server.protocol.wire.progress import ProgressReporter
from server.render.session import SessionCache
from server.worker.tasks.drawing import draw_segment
from tests.harness import tracks
from tests.harness.click_tracks import FLASH, click_frames, click_times, clicks, flashing_frames
from tests.harness.rendering import MakeTask
from tests.harness.videos import tagged_frames

SECONDS = 2
MAX_LAG = tracks.OUR_RATE // 1000
"""Samples: 1 ms."""
FORMATS = {"mp3-cbr": 44_100, "m4a-aac": 44_100, "ogg-opus": 48_000, "wav-16": 44_100}
"""Sample rate by format: those whose decoder adds samples, each in its own way, and one without."""


def _prepare(folder: Path, kind: str, fps: int) -> Path:
    """Store a click track for this frame rate and decode it as an upload."""
    form, rate, audio = tracks.FORMATS[kind], FORMATS[kind], folder / "sound.wav"
    times = click_times(click_frames(SECONDS, fps), fps)
    upload = folder / f"clicks.{form.suffix}"
    tracks.store(clicks(times, SECONDS, rate), rate, form, upload)
    sniffed = sniff.sniff_audio_file(upload)
    assert sniffed is not None
    length = Decimal(SECONDS)
    audio_decoder.decode(upload, sniffed, audio_decoder.Part(Decimal(0), length, length), audio)
    features.analyse(audio, folder / "analysed")
    return audio


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "fps"), [("mp3-cbr", 25), ("m4a-aac", 24), ("ogg-opus", 60)])
def test_a_click_is_in_its_frame_and_sounds_at_its_time(
    tmp_path: Path, kind: str, fps: int
) -> None:
    audio = _prepare(tmp_path, kind, fps)
    frames = click_frames(SECONDS, fps)
    onsets = Features(tmp_path / "analysed").events("onset")
    assert first_frames(onsets, fps).tolist() == frames.tolist()

    encoded = tmp_path / "sound.m4a"
    peak = aac_encoder.encode(audio, SECONDS * fps, fps, encoded).peak
    assert 0.5 < peak <= 1
    decoded = tracks.decoded(encoded)[:, 0]
    source = clicks(click_times(frames, fps), SECONDS, tracks.OUR_RATE)[:, 0]
    for half in (slice(None, len(source) // 2), slice(len(source) // 2, len(source))):
        lag, match = tracks.lag(decoded[half], source[half])
        assert abs(lag) < MAX_LAG
        assert match > 0.95


def test_a_frame_flashes_with_its_click(make_task: MakeTask, tmp_path: Path) -> None:
    fps, count = 50, SECONDS * 50
    _prepare(tmp_path, "wav-16", fps)
    followed = {"features": tmp_path / "analysed", "fps": fps, "frames": count, "last": count}
    task = make_task(FLASH, **followed)
    sessions = SessionCache()
    try:
        draw_segment.run(task, ProgressReporter(lambda _: None), sessions)
    finally:
        sessions.close()
    shown = flashing_frames(tagged_frames(task.out, *task.scene.size))
    assert np.array_equal(shown, click_frames(SECONDS, fps))
