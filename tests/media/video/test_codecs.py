"""Each codec makes videos of the same kind: every frame in its place, closed GOPs, BT.709."""

import subprocess
from collections.abc import Callable
from functools import cache
from itertools import accumulate, pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest

from server.media import wav
from server.media.tracks import aac_encoder
from server.media.video import ffprobe, muxer
from server.media.video.encoder_options import TICKS_PER_FRAME, SegmentFormat
from server.media.video.frame_encoder import FrameWriter
from server.media.video.trial import try_encodings
from server.media.video.verify import ExpectedVideo
from server.protocol.encodings import AV1, CODECS, ENCODINGS, QUALITIES
from server.protocol.prepared_audio import SAMPLE_RATE

SIDE, FPS = AV1.min_side, 24
LENGTHS = (50, 1, 9)
"""Frames of the segments: the first is longer than a GOP, the others shorter than the reorder."""
Array = np.ndarray[Any, np.dtype[Any]]


@cache
def _reasons() -> dict[str, str | None]:
    with TemporaryDirectory() as folder:
        return try_encodings(ENCODINGS, Path(folder))


@pytest.fixture(params=["x265", "svtav1"])
def encoder(request: pytest.FixtureRequest) -> str:
    """Each software encoder, except that of H.264, which the other tests use."""
    name: str = request.param
    if reason := _reasons()[name]:
        pytest.skip(reason)
    return name


def _luma(frame: int) -> int:
    return 40 + frame * 7 % 180


def _segment(out: Path, encoder: str, frames: range) -> Path:
    chroma = bytes([110, 150]) * (SIDE * SIDE // 4)
    with FrameWriter(SegmentFormat(encoder, (SIDE, SIDE), FPS, threads=1), out) as writer:
        for frame in frames:
            writer.write(memoryview(bytes([_luma(frame)]) * (SIDE * SIDE) + chroma))
        writer.finish()
    return out


def _video(folder: Path, encoder: str) -> Path:
    cuts = [0, *accumulate(LENGTHS)]
    segments = [
        _segment(folder / f"{first}.mp4", encoder, range(first, last))
        for first, last in pairwise(cuts)
    ]
    samples = np.zeros((SAMPLE_RATE * cuts[-1] // FPS, 2), "<f4")
    (folder / "made.wav").write_bytes(wav.header(len(samples)) + samples.tobytes())
    aac_encoder.encode(folder / "made.wav", cuts[-1], FPS, folder / "sound.m4a")
    expected = ExpectedVideo(cuts[-1], FPS, SIDE, SIDE, ENCODINGS[encoder].codec)
    report = muxer.mux(segments, folder / "sound.m4a", expected, folder / "out.mp4").check
    assert (report.frames, report.uniform) == (cuts[-1], True)
    return folder / "out.mp4"


def _probe(path: Path, entries: str) -> list[str]:
    command = ["ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", entries]
    return subprocess.check_output([*command, "-of", "csv=p=0", str(path)], text=True).split()


@pytest.mark.slow
def test_cuts_lose_nothing_and_every_gop_is_closed(
    tmp_path: Path, encoder: str, decode_frames: Callable[[Path, int, int], Array]
) -> None:
    video = _video(tmp_path, encoder)
    codec = ENCODINGS[encoder].codec
    assert _probe(video, "stream=codec_name,codec_tag_string") == [
        f"{codec.name},{codec.sample_entry}"
    ]
    packets = ffprobe.packets(video)
    keys = [packet.pts // TICKS_PER_FRAME for packet in packets if packet.key]
    assert keys == [0, 2 * FPS, 50, 51]
    assert {b.dts - a.dts for a, b in pairwise(packets)} == {TICKS_PER_FRAME}
    assert all(packet.dts <= packet.pts for packet in packets)
    latest_key = 0
    for packet in packets:
        latest_key = packet.pts if packet.key else latest_key
        assert packet.pts >= latest_key, "a frame before a keyframe needs what follows it"
    shades = decode_frames(video, SIDE, SIDE).mean(axis=(1, 2))
    assert np.abs(shades - [_luma(n) for n in range(sum(LENGTHS))]).max() < 4
    kind = {"av1": "obu"}.get(codec.name, codec.name)
    command = ["ffmpeg", "-v", "error", "-i", str(video), "-map", "0:v", "-c", "copy"]
    subprocess.run([*command, "-f", kind, str(tmp_path / "bare")], check=True)
    entries = "stream=pix_fmt,color_range,color_space,color_transfer,color_primaries"
    assert _probe(tmp_path / "bare", entries) == ["yuv420p,tv,bt709,bt709,bt709"]
    muxer.write_poster(video, 51, FPS, tmp_path / "poster.jpg", codec)
    assert _probe(tmp_path / "poster.jpg", "stream=width,height") == [f"{SIDE},{SIDE}"]


def test_the_same_frames_give_the_same_bytes(tmp_path: Path, encoder: str) -> None:
    one, other = (_segment(tmp_path / f"{n}.mp4", encoder, range(9)) for n in range(2))
    assert one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize("encoder", ["x264", "x265", "svtav1"])
def test_a_higher_quality_is_closer_and_larger(
    tmp_path: Path, encoder: str, decode_frames: Callable[[Path, int, int], Array]
) -> None:
    if reason := _reasons()[encoder]:
        pytest.skip(reason)
    random = np.random.default_rng(5)
    smooth = np.kron(random.integers(60, 200, (12, 16, 16)), np.ones((1, 8, 8)))
    luma = (smooth + random.normal(0, 6, smooth.shape)).clip(16, 235).astype(np.uint8)
    sizes, errors = [], []
    for quality in QUALITIES:
        out = tmp_path / f"{quality}.mp4"
        form = SegmentFormat(encoder, (128, 128), FPS, threads=1, quality=quality)
        with FrameWriter(form, out) as writer:
            for picture in luma:
                writer.write(memoryview(picture.tobytes() + bytes([128]) * (128 * 64)))
            sizes.append(writer.finish().bytes)
        decoded = decode_frames(out, 128, 128).astype(float)
        errors.append(np.abs(decoded - luma).mean())
    assert sizes == sorted(sizes)
    assert errors == sorted(errors, reverse=True)


def test_encodings_are_tried_for_real(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert list(_reasons()) == list(ENCODINGS)
    assert _reasons()["x264"] is None
    try_encodings(["x264"], tmp_path)
    assert list(tmp_path.iterdir()) == []
    reason = try_encodings(["x264"], tmp_path / "not here")["x264"]
    assert reason
    assert str(tmp_path) not in reason
    assert "not here" not in reason
    monkeypatch.setenv("PATH", str(tmp_path))
    assert try_encodings(["x264"], tmp_path) == {"x264": "ffmpeg is not installed"}


def test_each_codec_has_encodings_of_its_own() -> None:
    assert {row.codec.name for row in ENCODINGS.values()} == set(CODECS)
    for row in ENCODINGS.values():
        assert row.fallback is None or ENCODINGS[row.fallback].codec == row.codec
    for codec in CODECS.values():
        chain = [row for row in ENCODINGS.values() if row.codec == codec]
        assert [row.fallback for row in chain] == [*(row.name for row in chain[1:]), None]
