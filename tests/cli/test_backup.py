"""A backup of a running server, restored, completes the jobs that were accepted."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from server.jobs.store.database.migrations import SCHEMA_VERSION
from tests.cli.test_main import run
from tests.harness import media
from tests.harness.server import Server


@pytest.mark.slow
def test_a_restored_server_continues_the_jobs(tmp_path: Path) -> None:
    data, backup, restored = tmp_path / "data", tmp_path / "backup", tmp_path / "restored"
    with Server(data, MAX_PARALLEL_EXPORTS="0") as server:
        job = server.client.submit(media.wav(0.3), media.photo(), effect="plain")
        made = run("backup", str(backup), "--data", str(data))
        assert made.returncode == 0, made.stderr
        assert "jobs: 1," in made.stdout
        server.client.cancel(job)
        refused = run("restore", str(backup), "--data", str(data))
        assert refused.returncode == 1
        assert "is not empty" in refused.stderr
    assert run("backup", str(backup), "--data", str(data)).returncode == 1
    assert run("restore", str(backup), "--data", str(restored)).returncode == 0
    with Server(restored, MAX_PARALLEL_EXPORTS="1") as server:
        server.client.completed(job)
        assert server.client.call("GET", f"/download/{job}").status == 200


@pytest.mark.slow
@pytest.mark.fault("H15")
def test_data_of_a_newer_server_are_refused_with_a_message(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    with closing(sqlite3.connect(data / "jobs.db")) as database:
        database.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    for command in (("serve", "--port", "0"), ("jobs",), ("backup", str(tmp_path / "backup"))):
        refused = run(*command, "--data", str(data))
        assert refused.returncode == 1
        assert f"the job table has version {SCHEMA_VERSION + 1}" in refused.stderr
        assert "Traceback" not in refused.stderr
