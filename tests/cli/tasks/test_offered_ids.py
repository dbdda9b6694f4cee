"""The ids of files, as commands print them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from server.cli.main import main
from server.cli.tasks import effect_loader

ROOT = Path(__file__).parents[3]


def quietly(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[object, str]:
    """Return the exit status and the output of a command in this process."""
    with pytest.raises(SystemExit) as ended:
        main(["effects", *args])
    return ended.value.code, capsys.readouterr().out


@pytest.mark.slow
def test_a_file_named_as_a_built_in_effect_is_noted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHADERS_DIR", str(tmp_path))
    note = "“waves” is a built-in effect, which keeps its id: this file is offered as “waves-2”"
    status, out = quietly(capsys, "new", "waves", "--like", "isf")
    assert status == 0
    assert out.startswith(f"waves.fs: note: {note}\n")
    command = [sys.executable, "-m", "server", "effects", "check", "waves.fs"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, f"waves.fs: ok\nwaves.fs: note: {note}\n")
    status, out = quietly(capsys, "list", "--json")
    assert status == 0
    listed = json.loads(out)
    assert listed["renamed"] == [
        {"id": "waves-2", "file": str(tmp_path / "waves.fs"), "note": note}
    ]
    assert {"waves", "waves-2"} <= {effect["id"] for effect in listed["effects"]}


def test_import_writes_a_file_for_each_shader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    code = "void mainImage(out vec4 c, in vec2 p) { c = vec4(1.0); }"
    row = {"renderpass": [{"type": "image", "code": code, "inputs": []}]}
    names = ("Ramp", "Fire & Ice", "Ramp")
    shaders = [{**row, "info": {"name": name}} for name in names]
    Path("all.json").write_text(json.dumps({"userName": "me", "shaders": shaders}))
    assert quietly(capsys, "import", "all.json")[0] == 0
    names_written = ["fire-ice.glsl", "ramp-2.glsl", "ramp.glsl"]
    assert sorted(path.name for path in tmp_path.glob("*.glsl")) == names_written
    assert effect_loader.read(Path("fire-ice.glsl")).effect.title == "Fire & Ice"
