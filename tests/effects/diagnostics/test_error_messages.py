"""The same messages reach an author over HTTP and on the command line."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.effects.diagnostics.test_broken_shaders import BROKEN, SHADERS
from tests.harness import media
from tests.harness.limits import HANG_S
from tests.harness.server import Server

CHOSEN = ("semicolon.fs", "swizzle.frag", "header.fs")
PLACES = {file: (line, column, word, hint) for file, line, column, word, hint in BROKEN}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the chosen files."""
    (tmp_path / "shaders").mkdir()
    for file in CHOSEN:
        shutil.copy(SHADERS / file, tmp_path / "shaders")
    return tmp_path / "shaders"


@pytest.mark.slow
def test_over_http(folder: Path) -> None:
    with Server(folder.with_name("data"), SHADERS_DIR=str(folder)) as server:
        for file in CHOSEN:
            line, _, word, hint = PLACES[file]
            answer = server.client.export(media.wav(0.2), media.photo(), effect=Path(file).stem)
            assert (answer.status, answer.json["code"]) == (422, "shader_compile_failed")
            first = answer.json["diagnostics"][0]
            assert (first["file"], first["line"], first["severity"]) == (file, line, "error")
            assert word in first["source"]
            assert str(first["hint"] or "").startswith(hint)
        listed = server.client.call("GET", "/effects?all=1").json["effects"]
        diagnostics_by_file = {
            entry["file"]: entry["diagnostics"][0] for entry in listed if "diagnostics" in entry
        }
        assert {file: entry["line"] for file, entry in diagnostics_by_file.items()} == {
            file: PLACES[file][0] for file in CHOSEN
        }
        assert {
            entry["id"] for entry in server.client.call("GET", "/effects").json["effects"]
        }.isdisjoint(Path(file).stem for file in CHOSEN)


def test_on_the_command_line(folder: Path) -> None:
    command = [sys.executable, "-m", "server", "effects", "check", "--jobs", "1", "--verbose"]
    done = subprocess.run(
        [*command, str(folder)], capture_output=True, text=True, timeout=HANG_S, check=False
    )
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    for file in CHOSEN:
        line, column, word, hint = PLACES[file]
        start = next(
            n for n, entry in enumerate(lines) if entry.startswith(f"{folder / file}:{line}:")
        )
        source, mark = lines[start + 1 : start + 3]
        if column is not None and mark.strip() == "^":  # a driver that reports columns
            assert lines[start].startswith(f"{folder / file}:{line}:{column}: error: ")
            assert source[mark.index("^") :].startswith(word)
        assert not hint or any(f"hint: {hint}" in entry for entry in lines[start : start + 4])
