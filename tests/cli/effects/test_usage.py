"""The output of the tools for authors, without drawing."""

from pathlib import Path

import pytest

from server.cli import main as cli
from server.cli.effects.profile import _format_result
from server.cli.support import exit_status


def test_a_new_file_is_followed_by_aligned_steps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as end:
        cli.main(["effects", "new", "glow", "--like", "filter"])
    assert end.value.code == 0
    steps = capsys.readouterr().out.splitlines()[1:]
    assert [line.split()[2] for line in steps] == ["watch", "check", "preview"]
    assert len({line.rindex("  ") for line in steps}) == 1


def test_a_preview_is_an_mp4(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        cli.main(["effects", "preview", "breathe", "-o", str(tmp_path / "clip.avi")])
    assert end.value.code == exit_status.USAGE
    assert "must end in .mp4" in capsys.readouterr().err


def test_a_profile_shows_the_share_of_frames_of_a_pass() -> None:
    passes = [{"name": "blur", "ms": 2.0, "share": 0.25}, {"name": "output", "ms": 1.0}]
    size = {"width": 64, "height": 36, "ms": 3.0, "passes": passes}
    page = "\n".join(_format_result({"sizes": [size], "renderer": "llvmpipe", "software": True}))
    assert "blur    2.00 ms in 25% of frames" in page
    assert "333 frames/s" in page
