"""`toqibox effects check` over a folder of hostile shaders: each ends, and the next is checked."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.hostile.shaders import Hostile, write

FULL = os.environ.get("PROOF") == "full"
TIMEOUT_S = "10" if FULL else "3"
Checked = dict[str, tuple[Hostile, dict[str, Any]]]


def _check(folder: Path, *words: str) -> "subprocess.CompletedProcess[bytes]":
    command = [sys.executable, "-m", "server", "effects", "check", *words, str(folder)]
    return subprocess.run(command, capture_output=True, timeout=600, check=False)


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Checked:
    """Every file's name, what it is, and the verdict on it."""
    folder = tmp_path_factory.mktemp("hostile")
    files = write(folder, lambda file: FULL or not file.heavy)
    done = _check(folder, "--json", "--jobs", "1", "--timeout", TIMEOUT_S)
    assert done.returncode == 1
    *verdicts, summary = [json.loads(line) for line in done.stdout.splitlines()]
    found = {Path(one["path"]).name: one for one in verdicts}
    assert set(found) == set(files)
    assert summary["summary"]["files"] == len(files)
    return {name: (file, found[name]) for name, file in files.items()}


@pytest.mark.timeout(300)
def test_each_ends_as_it_should(checked: Checked) -> None:
    ended = {name: verdict["outcome"] for name, (_, verdict) in checked.items()}
    assert ended == {name: file.outcome for name, (file, _) in checked.items()}


def test_each_is_told_why(checked: Checked) -> None:
    for name, (file, verdict) in checked.items():
        said = [verdict["reason"], *(entry["message"] for entry in verdict["diagnostics"])]
        assert any(file.words in words for words in said), (name, said)


def test_nothing_of_the_machine_is_told(checked: Checked) -> None:
    for name, (_, verdict) in checked.items():
        told = json.dumps(verdict["diagnostics"]) + verdict["reason"]
        assert "root:" not in told, name
        assert "Traceback" not in told, name


def test_a_terminal_is_sent_nothing_to_obey(tmp_path: Path) -> None:
    write(tmp_path, lambda file: "oops" in str(file.text) or "owned" in str(file.text))
    for words in ((), ("--verbose",)):
        done = _check(tmp_path, *words)
        shown = (done.stdout + done.stderr).decode()
        assert done.returncode == 1
        assert all(sign.isprintable() or sign == "\n" for sign in shown), shown
        assert "terminal?[2J??.fs:2:" in shown
