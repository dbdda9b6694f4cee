"""`toqibox keys` as an operator runs it, next to a server that goes on."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from server.access.api_key import hash_secret
from tests.harness import media
from tests.harness.client import form
from tests.harness.limits import HANG_S
from tests.harness.server import Server, eventually


def _run(*args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "server", *args]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=HANG_S)


def _keys(path: Path, *args: str) -> str:
    done = _run("keys", "--file", str(path), *args)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.slow
@pytest.mark.fault("E01")
def test_keys_are_replaced_and_revoked_while_the_server_runs(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    first = _keys(path, "add", "first")
    body, kind = form({"audio": media.wav(0.2), "photo": media.photo()})
    with Server(tmp_path / "data", API_KEYS_FILE=str(path), MAX_PARALLEL_EXPORTS="0") as server:

        def call(credentials: str, method: str, target: str, **request: Any) -> Any:
            headers = {"Content-Type": kind, "Authorization": f"Bearer {credentials}"}
            return server.client.call(method, target, headers=headers, **request)

        def status(credentials: str) -> int:
            return int(call(credentials, "GET", f"/export/{job_id}").status)

        accepted = call(first, "POST", "/export", body=body)
        assert accepted.status == 202, accepted.body
        job_id = accepted.json["jobId"]
        second = _keys(path, "rotate", "first")
        assert eventually(lambda: status(second) == 200)
        assert status(first) == 200
        _keys(path, "revoke", "first", "--old")
        assert eventually(lambda: status(first) == 401)
        assert status(second) == 200
        # The operator of the data folder needs no key.
        cancelled = _run("jobs", "--data", str(server.data), "cancel", job_id)
        assert cancelled.stdout.split() == [job_id, "cancelled"], cancelled.stderr
        _keys(path, "revoke", "first")
        assert eventually(lambda: status(second) == 401)
        log = server.log.read_text()
    assert first.partition(".")[2] not in log
    assert second.partition(".")[2] not in log


@pytest.mark.fault("E28")
def test_a_key_is_listed_without_its_secret(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    limits = ("--queued", "3", "--per-day", "none", "--per-minute", "60", "--custom-shaders")
    added = _run("keys", "--file", str(path), "add", "studio", "--plan", "premium", *limits)
    key_id, _, secret = added.stdout.strip().partition(".")
    assert (key_id, len(secret)) == ("studio", 43)
    assert "only time" in added.stderr
    assert json.loads(path.read_text()) == {
        "keys": [
            {
                "id": "studio",
                "plan": "premium",
                "secrets": [hash_secret(secret)],
                "queuedJobs": 3,
                "requestsPerMinute": 60,
                "customShaders": True,
            }
        ]
    }
    listed = _keys(path, "list").splitlines()[1].split()
    assert listed == ["studio", "premium", "3", "none", "60", "yes", "1"]
    assert hash_secret(secret) not in _keys(path, "list", "--json")


@pytest.mark.parametrize(
    ("args", "status", "why"),
    [
        (("list",), 1, "No such file"),
        (("add", "Studio"), 2, "lowercase"),
        (("add", "a", "--plan", "gold"), 2, "free, premium"),
        (("add", "a", "--queued", "0"), 2, "1 to 1000000, or none"),
        (("rotate", "a"), 2, "there is no key"),
        (("revoke", "a"), 2, "there is no key"),
    ],
)
def test_wrong_usage_is_refused(
    tmp_path: Path, args: tuple[str, ...], status: int, why: str
) -> None:
    done = _run("keys", "--file", str(tmp_path / "keys.json"), *args)
    assert (done.returncode, done.stdout) == (status, "")
    assert why in done.stderr
    assert not (tmp_path / "keys.json").exists()


@pytest.mark.slow
def test_a_broken_file_stops_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "keys.json").write_text("{")
    monkeypatch.setenv("API_KEYS_FILE", str(tmp_path / "keys.json"))
    done = _run("serve", "--port", "0", "--data", str(tmp_path / "data"))
    assert (done.returncode, done.stdout) == (2, "")
    assert "keys.json is not JSON" in done.stderr
    assert "Traceback" not in done.stderr
