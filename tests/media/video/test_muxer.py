"""Segments and audio become one video, verified before it is published."""

import itertools
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from server.errors import ToqiboxError
from server.media import mp4_boxes, wav
from server.media.tracks import aac_encoder
from server.media.video import encoder_options, ffprobe, muxer
from server.media.video.encoder_options import SegmentFormat
from server.media.video.frame_encoder import FrameWriter
from server.media.video.verify import ExpectedVideo, verify

WIDTH, HEIGHT = 64, 36
Array = np.ndarray[Any, np.dtype[Any]]
Muxable = tuple[list[Path], Path, ExpectedVideo]


def _luma(frame: int) -> int:
    return 40 + frame * 7 % 180


def _segment(out: Path, frames: range, fps: int) -> Path:
    chroma = bytes([110, 150]) * (WIDTH * HEIGHT // 4)
    with FrameWriter(SegmentFormat("x264", (WIDTH, HEIGHT), fps, threads=1), out) as writer:
        for frame in frames:
            writer.write(memoryview(bytes([_luma(frame)]) * (WIDTH * HEIGHT) + chroma))
        writer.finish()
    return out


def _encode(folder: Path, fps: int, *lengths: int) -> Muxable:
    """Make segments of these lengths in frames, and audio with a click in its middle."""
    segments, frames = [], 0
    for number, length in enumerate(lengths):
        out = folder / f"it's {number}.mp4"
        segments.append(_segment(out, range(frames, frames + length), fps))
        frames += length
    samples = np.zeros((48000 * frames // fps + 1000, 2), "<f4")
    samples[24000 * frames // fps] = 0.9
    (folder / "made.wav").write_bytes(wav.header(len(samples)) + samples.tobytes())
    aac_encoder.encode(folder / "made.wav", frames, fps, folder / "sound.m4a")
    return segments, folder / "sound.m4a", ExpectedVideo(frames, fps, WIDTH, HEIGHT)


@pytest.fixture(scope="module")
def muxable(tmp_path_factory: pytest.TempPathFactory) -> Muxable:
    """Write 23 frames at 30 a second in two segments."""
    return _encode(tmp_path_factory.mktemp("muxable"), 30, 10, 13)


@pytest.fixture(scope="module")
def video(muxable: Muxable) -> Path:
    """Mux the video of `shot`."""
    out = muxable[0][0].with_name("video.mp4")
    muxer.mux(*muxable, out)
    return out


@pytest.mark.slow
@pytest.mark.fault("F16")
@pytest.mark.parametrize(
    ("fps", "lengths"),
    [
        (24, (9, 7)),
        (25, (10, 1)),
        (30, (1, 1, 2, 9, 1, 3)),
        (50, (20, 13)),
        (60, (31, 2)),
        (30, (1,)),
    ],
)
def test_nothing_is_lost_and_nothing_drifts(
    tmp_path: Path,
    decode_audio: Callable[[Path], Array],
    decode_frames: Callable[[Path, int, int], Array],
    fps: int,
    lengths: tuple[int, ...],
) -> None:
    video = muxer.mux(*_encode(tmp_path, fps, *lengths), tmp_path / "out.mp4")
    frames = sum(lengths)
    assert video.check.frames == frames
    assert video.check.uniform
    assert video.check.video_s == pytest.approx(frames / fps, abs=1e-6)
    assert video.check.audio_s == pytest.approx(frames / fps, abs=1e-6)
    packets = ffprobe.packets(tmp_path / "out.mp4")
    assert sorted(p.pts for p in packets) == [
        encoder_options.TICKS_PER_FRAME * n for n in range(frames)
    ]
    assert {b.dts - a.dts for a, b in itertools.pairwise(packets)} <= {
        encoder_options.TICKS_PER_FRAME
    }
    assert all(p.dts <= p.pts for p in packets)
    shades = decode_frames(tmp_path / "out.mp4", WIDTH, HEIGHT).mean(axis=(1, 2))
    assert np.abs(shades - [_luma(n) for n in range(frames)]).max() < 4
    decoded = decode_audio(tmp_path / "out.mp4")[:, 0]
    assert abs(int(np.argmax(np.abs(decoded))) - 24000 * frames // fps) <= 24
    assert "out.mp4.part" not in os.listdir(tmp_path)
    assert "out.mp4.list" not in os.listdir(tmp_path)


def _tags(path: Path) -> dict[str, str]:
    command = ["ffprobe", "-v", "error", "-show_entries", "format_tags", "-of", "json", str(path)]
    tags: dict[str, str] = json.loads(subprocess.check_output(command))["format"]["tags"]
    return tags


ON_ONE_LINE = {"line\r\nbreak\0nul\n": "line breaknul", "a\tb\u2028c\x85d": "a b c d"}


@pytest.mark.fault("A19", "D11", "F12")
@pytest.mark.parametrize(
    ("title", "artist"),
    [
        ("Ночь", "Группа"),
        ("-f", "=artist=x"),
        ("a:b;c,d[0]'%s", "$(id) \\n @file"),
        ("line\r\nbreak\0nul\n", "x" * 500),
        (None, None),
        ("a\tb\u2028c\x85d", "only"),
    ],
)
def test_title_and_artist_are_all_the_metadata(
    muxable: Muxable, tmp_path: Path, title: str | None, artist: str | None
) -> None:
    muxer.mux(*muxable, tmp_path / "out.mp4", muxer.Metadata(title, artist))
    tags = _tags(tmp_path / "out.mp4")
    for word in ("major_brand", "minor_version", "compatible_brands"):
        tags.pop(word)
    fields = {"title": title, "artist": artist}
    plain = {k: ON_ONE_LINE.get(v, v)[:200] for k, v in fields.items() if v}
    assert tags == plain


@pytest.mark.fault("F16")
def test_moov_comes_first_and_the_seal_is_that_of_the_file(
    muxable: Muxable, tmp_path: Path
) -> None:
    stages: list[str] = []
    video = muxer.mux(*muxable, tmp_path / "out.mp4", on_stage=stages.append)
    assert [step for step in stages if step != "mux"] == ["muxed", "checked"]
    kinds = mp4_boxes.box_types(tmp_path / "out.mp4")
    assert kinds.index(b"moov") < kinds.index(b"mdat")
    sum_of = subprocess.check_output(["sha256sum", tmp_path / "out.mp4"], text=True)
    assert sum_of.split()[0] == video.sha256
    assert video.bytes == (tmp_path / "out.mp4").stat().st_size


@pytest.mark.fault("F05")
def test_an_unexpected_video_is_not_published(muxable: Muxable, tmp_path: Path) -> None:
    segments, track, expected = muxable
    out = tmp_path / "out.mp4"
    wrong = [
        (segments[:1], track, expected),
        (segments, track, ExpectedVideo(23, 25, WIDTH, HEIGHT)),
        (segments, track, ExpectedVideo(23, 30, WIDTH, HEIGHT + 2)),
        ([*segments, tmp_path / "missing.mp4"], track, expected),
        (segments, segments[0], expected),
        (segments, tmp_path / "missing.m4a", expected),
    ]
    before = sorted(os.listdir(tmp_path))
    for pieces, music, order in wrong:
        with pytest.raises(ToqiboxError) as caught:
            muxer.mux(pieces, music, order, out)
        assert caught.value.code == "output_invalid"
        assert sorted(os.listdir(tmp_path)) == before


@pytest.mark.fault("F16")
def test_verification_names_each_fault(
    muxable: Muxable, video: Path, convert: Callable[..., Path]
) -> None:
    expected = muxable[2]
    late = convert(video, "late.mp4", "-c", "copy")
    with pytest.raises(ToqiboxError, match="moov is not before mdat"):
        verify(late, expected)
    with pytest.raises(ToqiboxError, match=r"23 frames instead of 24.*video duration"):
        verify(video, ExpectedVideo(24, 30, WIDTH, HEIGHT))
    untagged = convert(
        video,
        "untagged.mp4",
        "-c:a",
        "copy",
        "-movflags",
        "+faststart",
        "-vf",
        "setparams=colorspace=bt470bg",
        "-c:v",
        "libx264",
    )
    with pytest.raises(ToqiboxError, match="colour"):
        verify(untagged, expected)
    silent = convert(video, "silent.mp4", "-an", "-c", "copy")
    with pytest.raises(ToqiboxError, match="streams"):
        verify(silent, expected)


def test_audio_that_is_too_short_is_detected(
    muxable: Muxable, tmp_path: Path, make_wav: Callable[..., Path]
) -> None:
    segments, _, expected = muxable
    short = tmp_path / "short.m4a"
    aac_encoder.encode(make_wav(np.zeros(4800, np.float32)), 20, 30, short)
    with pytest.raises(ToqiboxError, match="audio duration"):
        muxer.mux(segments, short, expected, tmp_path / "out.mp4")


def _picture(path: Path) -> Array:
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-pix_fmt", "rgb24", "-f", "rawvideo", "-"]
    raw = subprocess.check_output(command)
    return np.frombuffer(raw, np.uint8).reshape(HEIGHT, WIDTH, 3)


@pytest.mark.parametrize("frame", [0, 1, 12, 22])
def test_the_poster_is_that_frame_in_its_colours(video: Path, tmp_path: Path, frame: int) -> None:
    muxer.write_poster(video, frame, 30, tmp_path / "poster.jpg")
    luma, blue, red = (_luma(frame) - 16) / 219, (110 - 128) / 224, (150 - 128) / 224
    green = -0.1873 * blue - 0.4681 * red
    colour = np.array([luma + 1.5748 * red, luma + green, luma + 1.8556 * blue]) * 255
    mean_colour = _picture(tmp_path / "poster.jpg")[8:-8, 8:-8].mean(axis=(0, 1))
    assert np.abs(mean_colour - np.clip(colour, 0, 255)).max() < 5
    assert not list(tmp_path.glob("*.part"))


def test_a_poster_past_the_end_fails(video: Path, tmp_path: Path) -> None:
    with pytest.raises(ToqiboxError) as caught:
        muxer.write_poster(video, 50, 30, tmp_path / "poster.jpg")
    assert caught.value.code == "output_invalid"
    assert not (tmp_path / "poster.jpg").exists()


@pytest.mark.slow
def test_the_poster_can_be_taken_from_a_segment(muxable: Muxable, tmp_path: Path) -> None:
    segments, audio, expected = muxable
    assert len(segments) > 1
    muxer.mux(segments, audio, expected, tmp_path / "out.mp4")
    posters = tmp_path / "video.jpg", tmp_path / "segment.jpg"
    for frame in range(0, expected.frames, 3):
        muxer.write_poster(tmp_path / "out.mp4", frame, expected.fps, posters[0])
        segment, number = muxer.locate_frame(segments, frame)
        muxer.write_poster(segment, number, expected.fps, posters[1])
        assert posters[0].read_bytes() == posters[1].read_bytes()
    with pytest.raises(ToqiboxError, match="too few"):
        muxer.locate_frame(segments, expected.frames)
