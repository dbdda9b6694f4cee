"""`toqibox presets` and `toqibox render --preset`, without drawing."""

import json
from pathlib import Path

import pytest

from server.cli import main as cli
from server.cli.support import exit_status
from server.jobs.submission.presets import BUILT_IN_PRESETS

PRESETS = [path.stem for path in BUILT_IN_PRESETS.glob("*.json")]


def _run(*args: str) -> int:
    with pytest.raises(SystemExit) as end:
        cli.main(args)
    assert isinstance(end.value.code, int)
    return end.value.code


@pytest.mark.slow
def test_presets_are_listed_and_invalid_ones_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.json").write_text('{"title": "Bad"}')
    monkeypatch.setenv("PRESETS_DIR", str(tmp_path))
    assert _run("presets", "list") == exit_status.FAILED
    *rows, last = capsys.readouterr().out.splitlines()
    assert rows[0].split() == ["preset", "made", "for", "description"]
    assert [row.split()[0] for row in rows[1:]] == sorted(PRESETS)
    assert last.startswith("bad.json: error: The field “description” is not valid")
    assert _run("presets", "list", "--json") == exit_status.FAILED
    listing = json.loads(capsys.readouterr().out)
    assert listing["broken"][0]["field"] == "description"
    assert [row["id"] for row in listing["presets"]] == sorted(PRESETS)


@pytest.mark.slow
def test_a_preset_is_shown_as_it_can_be_sent(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("presets", "show", "turntable") == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["chain"][0]["id"] == "vinyl"
    assert _run("presets", "show", "turntabel") == exit_status.USAGE
    assert "did you mean “turntable”" in capsys.readouterr().err


def test_an_unknown_preset_is_reported_before_anything_is_drawn(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = ["--audio", "none.wav", "--photo", "none.jpg", "-o", str(tmp_path / "out.mp4")]
    assert _run("render", *files, "--preset", "lo-fi") == exit_status.USAGE
    assert "did you mean “turntable”" in capsys.readouterr().err
