"""A segment whose file is not what was submitted is refused, although ffmpeg's status is 0."""

import os
import subprocess
from pathlib import Path

import pytest

from server.errors import ToqiboxError
from server.media.ffmpeg import ProcessResult
from server.media.video.encoder_options import TICKS_PER_FRAME, SegmentFormat
from server.media.video.frame_encoder import FrameWriter

WIDTH, HEIGHT = 64, 36
FORM = SegmentFormat("x264", (WIDTH, HEIGHT), 30, threads=1)


def _frame(shade: int) -> memoryview:
    return memoryview(bytes([40 + shade]) * (WIDTH * HEIGHT * 3 // 2))


def _end_ffmpeg(writer: FrameWriter, frames: int) -> None:
    """Let ffmpeg write its whole file, before the writer looks at it."""
    for shade in range(frames):
        writer.write(_frame(shade))
    writer._full.put(None)
    writer._feeder.join()
    writer._process.wait(30)


@pytest.mark.fault("F07", "I06")
def test_a_deleted_file_is_noticed(tmp_path: Path) -> None:
    """ffmpeg continues to write to a deleted file and exits with status 0."""
    with FrameWriter(FORM, tmp_path / "a.mp4") as writer:
        _end_ffmpeg(writer, 60)
        (tmp_path / "a.mp4.part").unlink()
        with pytest.raises(ToqiboxError) as caught:
            writer.finish()
    assert caught.value.code == "output_invalid"


@pytest.mark.fault("F05")
def test_a_short_file_is_noticed(tmp_path: Path) -> None:
    """For ffmpeg a dead renderer is the end of the video: status 0."""
    with FrameWriter(FORM, tmp_path / "a.mp4") as writer:
        for shade in range(20):
            writer.write(_frame(shade))
        writer._frames += 1
        with pytest.raises(ToqiboxError) as caught:
            writer.finish()
    assert caught.value.code == "output_invalid"
    assert os.listdir(tmp_path) == []


@pytest.mark.fault("F05", "F10")
@pytest.mark.parametrize("missing", [1, 100, 700])
def test_a_file_whose_end_is_missing_is_noticed(tmp_path: Path, missing: int) -> None:
    """If the disk is full at the last write, ffmpeg only says so, and its status is 0."""
    with FrameWriter(FORM, tmp_path / "a.mp4") as writer:
        _end_ffmpeg(writer, 60)
        part = tmp_path / "a.mp4.part"
        os.truncate(part, part.stat().st_size - missing)
        with pytest.raises(ToqiboxError, match=r"bytes are missing|no .... box") as caught:
            writer.finish()
    assert caught.value.code == "output_invalid"
    assert os.listdir(tmp_path) == []


@pytest.mark.fault("F05")
def test_a_frame_that_is_lost_in_between_is_noticed(tmp_path: Path) -> None:
    with FrameWriter(FORM, tmp_path / "a.mp4") as writer:
        _end_ffmpeg(writer, 20)
        part = tmp_path / "a.mp4.part"
        whole = part.rename(tmp_path / "whole.mp4")
        select = "select='not(eq(n,9))'"
        command = ["ffmpeg", "-v", "error", "-i", str(whole), "-f", "mp4", "-vf", select]
        command += ["-fps_mode", "passthrough"]
        command += ["-video_track_timescale", str(30 * TICKS_PER_FRAME), str(part)]
        subprocess.run(command, check=True)
        with pytest.raises(ToqiboxError, match="19 frames, 20 frame times long") as caught:
            writer.finish()
    assert caught.value.code == "output_invalid"


@pytest.mark.fault("F10", "I02")
def test_a_disk_that_is_full_at_the_last_write_has_its_code(tmp_path: Path) -> None:
    """The status of ffmpeg 5.1 is 0 then."""
    reported = ProcessResult(0, 0.1, "Error closing file: No space left on device")
    with FrameWriter(FORM, tmp_path / "a.mp4") as writer:
        _end_ffmpeg(writer, 60)
        part = tmp_path / "a.mp4.part"
        os.truncate(part, part.stat().st_size - 100)
        with pytest.raises(ToqiboxError) as caught:
            writer._check(reported)
    assert caught.value.code == "storage_full"
