"""Frames become segments: counted, tagged, and never a partial file."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from server.errors import ToqiboxError
from server.media import ffmpeg
from server.media.video import ffprobe, frame_encoder
from server.media.video.bit_rates import peak_bits
from server.media.video.encoder_options import TICKS_PER_FRAME, SegmentFormat, segment_argv
from server.media.video.frame_encoder import FrameWriter
from server.protocol.encodings import ENCODINGS, H264
from tests.harness.server import eventually

WIDTH, HEIGHT = 64, 36
FORM = SegmentFormat("x264", (WIDTH, HEIGHT), 30, threads=1)
Luma = np.ndarray[Any, np.dtype[Any]]


def _frame(shade: int) -> memoryview:
    luma = np.full((HEIGHT, WIDTH), 40 + shade, np.uint8)
    luma[:, : WIDTH // 2] += 60
    chroma = np.full((HEIGHT // 2, WIDTH // 2, 2), [100, 160], np.uint8)
    return memoryview(luma.tobytes() + chroma.tobytes())


def _write(out: Path, frames: int, fps: int = 30) -> frame_encoder.SegmentFile:
    with FrameWriter(replace(FORM, fps=fps), out) as writer:
        for shade in range(frames):
            writer.write(_frame(shade))
        return writer.finish()


@pytest.mark.parametrize(("frames", "fps"), [(1, 30), (2, 24), (7, 25), (70, 30), (61, 60)])
def test_every_frame_is_a_packet(tmp_path: Path, frames: int, fps: int) -> None:
    out = tmp_path / "segment.mp4"
    written = _write(out, frames, fps)
    assert written.frames == frames
    assert written.bytes == out.stat().st_size
    assert written.cpu_s > 0
    packets = ffprobe.packets(out)
    assert sorted(p.pts for p in packets) == [TICKS_PER_FRAME * frame for frame in range(frames)]
    keys = [p.pts // TICKS_PER_FRAME for p in packets if p.key]
    assert keys == list(range(0, frames, 2 * fps))
    assert sorted(os.listdir(tmp_path)) == ["segment.mp4", "segment.mp4.sum"]


def test_the_pixels_arrive(tmp_path: Path, decode_frames: Callable[[Path, int, int], Luma]) -> None:
    _write(tmp_path / "segment.mp4", 20)
    luma = decode_frames(tmp_path / "segment.mp4", WIDTH, HEIGHT)
    assert len(luma) == 20
    for shade, picture in enumerate(luma):
        assert abs(float(picture[:, WIDTH // 2 + 4 :].mean()) - 40 - shade) < 2
        assert abs(float(picture[:, : WIDTH // 2 - 4].mean()) - 100 - shade) < 2


def test_the_stream_declares_its_properties(tmp_path: Path) -> None:
    _write(tmp_path / "segment.mp4", 3)
    (stream,) = ffprobe.streams(tmp_path / "segment.mp4")
    assert (stream["codec_name"], stream["profile"]) == ("h264", "High")
    assert stream["pix_fmt"] == "yuv420p"
    colour = [stream[f"color_{name}"] for name in ("range", "space", "transfer", "primaries")]
    assert colour == ["tv", "bt709", "bt709", "bt709"]
    assert b"colrnclx\x00\x01\x00\x01\x00\x01\x00" in (tmp_path / "segment.mp4").read_bytes()


def test_the_bitstream_declares_them_too(tmp_path: Path) -> None:
    _write(tmp_path / "segment.mp4", 3)
    bare = tmp_path / "bare.h264"
    command = ["ffmpeg", "-v", "error", "-i", str(tmp_path / "segment.mp4"), "-c", "copy"]
    subprocess.run([*command, "-f", "h264", str(bare)], check=True)
    entries = "stream=color_range,color_space,color_transfer,color_primaries"
    command = ["ffprobe", "-v", "error", "-show_entries", entries, "-of", "csv=p=0", str(bare)]
    assert subprocess.check_output(command, text=True).split() == ["tv,bt709,bt709,bt709"]


@pytest.mark.fault("G21")
def test_the_same_frames_give_the_same_bytes(tmp_path: Path) -> None:
    _write(tmp_path / "a.mp4", 30)
    _write(tmp_path / "b.mp4", 30)
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


def test_a_frame_can_be_drawn_in_place(
    tmp_path: Path, decode_frames: Callable[[Path, int, int], Luma]
) -> None:
    with FrameWriter(FORM, tmp_path / "a.mp4") as writer:
        for shade in range(12):
            writer.buffer()[:] = _frame(shade)
            assert writer.buffer() is writer.buffer()
            writer.submit()
        writer.finish()
    means = decode_frames(tmp_path / "a.mp4", WIDTH, HEIGHT)[:, :, 40:].mean(axis=(1, 2))
    assert np.abs(means - 40 - np.arange(12)).max() < 2


def test_an_exception_leaves_nothing(tmp_path: Path) -> None:
    def fail() -> None:
        with FrameWriter(FORM, tmp_path / "a.mp4") as writer:
            writer.write(_frame(0))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert os.listdir(tmp_path) == []


@pytest.mark.fault("F06")
def test_a_frame_of_another_size_is_refused(tmp_path: Path) -> None:
    with (
        FrameWriter(FORM, tmp_path / "a.mp4") as writer,
        pytest.raises(ValueError, match="different structures"),
    ):
        writer.write(memoryview(bytes(10)))
    assert os.listdir(tmp_path) == []


def _write_all(writer: FrameWriter, frames: list[memoryview]) -> None:
    for frame in frames:
        writer.write(frame)
    writer.finish()


def _write_many(writer: FrameWriter, frames: int) -> None:
    for shade in range(frames):
        writer.write(_frame(shade % 100))


@pytest.mark.fault("F04")
def test_a_killed_ffmpeg_is_noticed(tmp_path: Path) -> None:
    with FrameWriter(FORM, tmp_path / "a.mp4") as writer:
        writer.write(_frame(0))
        os.kill(writer._process.pid, signal.SIGKILL)
        with pytest.raises(ToqiboxError) as caught:
            _write_many(writer, 500)
    assert caught.value.code == "encoder_failed"
    assert os.listdir(tmp_path) == []


@pytest.mark.fault("F04")
def test_ffmpeg_killed_after_the_last_frame_is_noticed(tmp_path: Path) -> None:
    with FrameWriter(FORM, tmp_path / "a.mp4") as writer:
        writer.write(_frame(0))
        os.kill(writer._process.pid, signal.SIGKILL)
        with pytest.raises(ToqiboxError) as caught:
            writer.finish()
    assert caught.value.code == "encoder_failed"
    assert os.listdir(tmp_path) == []


@pytest.mark.fault("F09")
def test_a_terminated_ffmpeg_has_no_result(tmp_path: Path) -> None:
    """It finishes its file on SIGTERM."""
    with FrameWriter(FORM, tmp_path / "a.mp4") as writer:
        _write_many(writer, 60)
        assert eventually((tmp_path / "a.mp4.part").exists, every_s=0.01)
        os.kill(writer._process.pid, signal.SIGTERM)
        with pytest.raises(ToqiboxError, match="rc 255") as caught:
            _write_all(writer, [_frame(shade % 100) for shade in range(500)])
    assert caught.value.code == "encoder_failed"
    assert os.listdir(tmp_path) == []


@pytest.mark.slow
@pytest.mark.fault("F10")
def test_noise_takes_no_more_than_the_bit_rate(tmp_path: Path) -> None:
    """Without a limit, these frames take twice as much."""
    form, frames = replace(FORM, size=(640, 360)), 75
    random = np.random.default_rng(1)
    pixels = form.size[0] * form.size[1]
    noise = [random.integers(0, 256, pixels * 3 // 2, np.uint8).tobytes() for _ in range(5)]
    with FrameWriter(form, tmp_path / "a.mp4") as writer:
        for frame in range(frames):
            writer.write(memoryview(noise[frame % 5]))
        written = writer.finish()
    peak = peak_bits(form.quality, form.size, form.fps)
    assert written.bytes * 8 <= peak * frames / form.fps + 2 * peak


@pytest.mark.fault("F03")
def test_a_stuck_ffmpeg_is_noticed(tmp_path: Path) -> None:
    with FrameWriter(replace(FORM, size=(640, 360)), tmp_path / "a.mp4", 0.6) as writer:
        os.kill(writer._process.pid, signal.SIGSTOP)
        larger = memoryview(bytes(640 * 360 * 3 // 2))
        with pytest.raises(ToqiboxError) as caught:
            _write_all(writer, [larger] * 20)
    assert caught.value.code == "encoder_stalled"
    assert os.listdir(tmp_path) == []


@pytest.mark.fault("F03")
def test_an_ffmpeg_stuck_at_the_end_is_noticed_in_half_the_time(tmp_path: Path) -> None:
    with FrameWriter(FORM, tmp_path / "a.mp4", 2.0) as writer:
        writer.write(_frame(0))
        os.kill(writer._process.pid, signal.SIGSTOP)
        start = time.monotonic()
        with pytest.raises(ToqiboxError) as caught:
            writer.finish()
    assert time.monotonic() - start >= 0.9
    assert caught.value.code == "encoder_stalled"
    assert os.listdir(tmp_path) == []


@pytest.mark.fault("F06")
def test_no_frames_make_no_segment(tmp_path: Path) -> None:
    with (
        FrameWriter(FORM, tmp_path / "a.mp4") as writer,
        pytest.raises(ToqiboxError) as caught,
    ):
        writer.finish()
    assert caught.value.code in ("output_invalid", "encoder_failed")
    assert os.listdir(tmp_path) == []


@pytest.mark.fault("F10", "I02")
def test_a_full_disk_has_its_code(tmp_path: Path) -> None:
    (tmp_path / "a.mp4.part").symlink_to("/dev/full")
    with (
        FrameWriter(FORM, tmp_path / "a.mp4") as writer,
        pytest.raises(ToqiboxError) as caught,
    ):
        _write_all(writer, [_frame(shade % 100) for shade in range(150)])
    assert caught.value.code == "storage_full"


@pytest.mark.fault("F07")
def test_a_missing_folder_fails(tmp_path: Path) -> None:
    with (
        FrameWriter(FORM, tmp_path / "none" / "a.mp4") as writer,
        pytest.raises(ToqiboxError) as caught,
    ):
        _write_all(writer, [_frame(shade % 100) for shade in range(100)])
    assert caught.value.code == "encoder_failed"


@pytest.mark.fault("D11", "F12")
@pytest.mark.parametrize("name", ENCODINGS)
def test_the_arguments_contain_only_numbers_and_fixed_options(name: str) -> None:
    argv = segment_argv(SegmentFormat(name, (1280, 720), 30, 2), Path("/folder/out.mp4.part"))
    command = " ".join(argv)
    assert "-g 60" in command
    assert command.count("-colorspace bt709") == 2
    assert argv[-2:] == ["file:/folder/out.mp4.part", "-y"]


@pytest.mark.parametrize("name", [name for name, row in ENCODINGS.items() if row.codec == H264])
def test_h264_plays_on_phones(name: str) -> None:
    argv = segment_argv(SegmentFormat(name, (1280, 720), 30, 2), Path("/folder/out"))
    command = " ".join(argv)
    for expected in ("-flags +cgop", "-profile:v high", "-maxrate 12000000", "-bufsize 24000000"):
        assert expected in command
    larger = segment_argv(SegmentFormat(name, (1080, 1920), 30, 2), Path("/folder/out"))
    assert "-maxrate 20000000" in " ".join(larger)


def test_nothing_runs_afterwards(tmp_path: Path) -> None:
    _write(tmp_path / "a.mp4", 2)
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    names = [Path(f"/proc/{child}/comm").read_text().strip() for child in children]
    assert "ffmpeg" not in names
    assert ffmpeg.version()
