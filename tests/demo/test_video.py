"""The properties of a video that the demo reports."""

from fractions import Fraction
from pathlib import Path

import ffmpeg as graph
import numpy as np
import pytest

from server.demo import video
from server.media import ffmpeg

JUMPS = (10, 25)
FRAMES = 40


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A video of 64 × 36, 30 frames/s and 40 frames, brighter from 10 and 25 on, with a tone."""
    path: Path = tmp_path_factory.mktemp("video") / "clip.mp4"
    frames = ffmpeg.input_pipe(format="rawvideo", pix_fmt="gray", s="64x36", r=30)
    tone = graph.input("sine=d=1.3333", format="lavfi")
    argv = ffmpeg.output(
        [frames.video, tone.audio], path, format="mp4", pix_fmt="yuv420p", movflags="faststart",
        **{"c:v": "libx264", "c:a": "aac", "qp": 0, "preset": "ultrafast"},
    )  # fmt: skip
    with ffmpeg.Process(argv, stdin=True) as process:
        for frame in range(FRAMES):
            level = 60 + 40 * sum(frame >= jump for jump in JUMPS)
            process.write(bytes([level]) * (64 * 36))
        process.close_stdin()
        process.wait(30).raise_for_status()
    return path


def test_contents_are_read(clip: Path) -> None:
    info = video.read(clip)
    assert (info.width, info.height, info.frames, info.fps) == (64, 36, 40, Fraction(30))
    assert (info.codec, info.audio_codec, info.audio_channels) == ("h264", "aac", 1)
    assert info.video_s == pytest.approx(4 / 3, abs=0.001)
    assert info.moov_first


def test_moov_after_mdat_is_reported(tmp_path: Path) -> None:
    boxes = b"".join(
        (len(body) + 8).to_bytes(4, "big") + name + body
        for name, body in ((b"ftyp", b"isom"), (b"mdat", b"12345"), (b"moov", b""))
    )
    (tmp_path / "a.mp4").write_bytes(boxes)
    assert video.box_order(tmp_path / "a.mp4") == ["ftyp", "mdat", "moov"]


def test_differences_show_the_jumps(clip: Path) -> None:
    differences = video.frame_differences(clip)
    assert len(differences) == FRAMES
    assert sorted(np.flatnonzero(differences > 10)) == list(JUMPS)


def test_beat_compares_after_kicks_with_elsewhere() -> None:
    differences = np.full(60, 1.0)
    differences[[15, 16, 17]] = 5.0
    beat = video.compare_motion(differences, [0.5], Fraction(30))
    assert (beat.after, beat.elsewhere, beat.ratio) == (5.0, 1.0, 5.0)


def test_kick_belongs_to_the_first_frame_that_can_show_it() -> None:
    differences = np.zeros(60)
    differences[14] = 9.0
    assert video.compare_motion(differences, [0.4999], Fraction(30)).after == 3.0
    assert video.compare_motion(differences, [0.5], Fraction(30)).after == 0.0


def test_video_without_audio_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "silent.mp4"
    source = graph.input("color=s=64x36:d=0.1", format="lavfi")
    ffmpeg.run(ffmpeg.output(source, path, format="mp4", pix_fmt="yuv420p")).raise_for_status()
    with pytest.raises(ffmpeg.MediaError, match="lacks"):
        video.read(path)
