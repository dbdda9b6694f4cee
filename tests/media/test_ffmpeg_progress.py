"""The progress of a growing file is reported."""

from pathlib import Path

import pytest

from server.media import ffmpeg, ffmpeg_progress


def test_a_growing_file_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ffmpeg_progress, "_POLL_S", 0.05)
    file, calls = tmp_path / "out", list[int]()

    def note() -> None:
        calls.append(file.stat().st_size)

    script = "sleep 0.4; echo a > out; sleep 0.4; echo b >> out; sleep 0.4"
    with ffmpeg.Process(["sh", "-c", f"cd '{tmp_path}'; {script}"]) as process:
        assert ffmpeg_progress.wait_with_progress(process, file, note, 20).rc == 0
    assert set(calls) == {2, 4}
    assert len(calls) <= 4


def test_an_endless_process_is_killed(tmp_path: Path) -> None:
    with (
        ffmpeg.Process(["sleep", "60"]) as process,
        pytest.raises(ffmpeg.MediaError, match="still running"),
    ):
        ffmpeg_progress.wait_with_progress(process, tmp_path / "none", lambda: None, 0.2)
