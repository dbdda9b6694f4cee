"""`toqibox effects check` over a folder of hostile shaders: each ends, and the next is checked."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.harness.limits import HANG_S
from tests.hostile.shaders import Hostile, write

FULL = os.environ.get("PROOF") == "full"
TIMEOUT_S = "10" if FULL else "3"
Checked = dict[str, tuple[Hostile, dict[str, Any]]]


def _check(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
    command = [sys.executable, "-m", "server", "effects", "check", *arguments, str(folder)]
    return subprocess.run(command, capture_output=True, timeout=HANG_S, check=False)


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Checked:
    """Return the name of every file, its kind, and the result of its check."""
    folder = tmp_path_factory.mktemp("hostile")
    files = write(folder, lambda file: FULL or not file.heavy)
    done = _check(folder, "--json", "--jobs", "1", "--timeout", TIMEOUT_S)
    assert done.returncode == 1
    *results_, summary = [json.loads(line) for line in done.stdout.splitlines()]
    results = {Path(result["path"]).name: result for result in results_}
    assert set(results) == set(files)
    assert summary["summary"]["files"] == len(files)
    return {name: (file, results[name]) for name, file in files.items()}


@pytest.mark.slow
@pytest.mark.fault("G02", "G03", "G04", "G12")
def test_each_ends_as_expected(checked: Checked) -> None:
    ended = {name: result["outcome"] for name, (_, result) in checked.items()}
    assert ended == {name: file.outcome for name, (file, _) in checked.items()}


@pytest.mark.slow
@pytest.mark.fault("G03", "G04")
def test_each_has_the_expected_message(checked: Checked) -> None:
    wrong = {}
    for name, (file, result) in checked.items():
        messages = [result["reason"], *(entry["message"] for entry in result["diagnostics"])]
        if not any(file.expected_text in message for message in messages):
            wrong[name] = messages
    assert wrong == {}


@pytest.mark.slow
@pytest.mark.fault("G10")
def test_nothing_of_the_machine_is_revealed(checked: Checked) -> None:
    for name, (_, result) in checked.items():
        text = json.dumps(result["diagnostics"]) + result["reason"]
        assert "root:" not in text, name
        assert "Traceback" not in text, name


@pytest.mark.slow
@pytest.mark.fault("G10")
def test_a_terminal_receives_no_control_codes(tmp_path: Path) -> None:
    write(tmp_path, lambda file: "oops" in str(file.text) or "owned" in str(file.text))
    for arguments in ((), ("--verbose",)):
        done = _check(tmp_path, *arguments)
        shown = (done.stdout + done.stderr).decode()
        assert done.returncode == 1
        assert all(sign.isprintable() or sign == "\n" for sign in shown), shown
        assert "terminal?[2J??.fs:2:" in shown
