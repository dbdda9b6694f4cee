"""Sources of clients that are refused, listed and accepted again."""

import asyncio
import json
from pathlib import Path

import pytest

from server.jobs.model.requested_effect import source_digest
from server.jobs.store.store import Store
from tests.cli.test_main import run

A, B, C = (source_digest(text) for text in "abc")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with three sources in quarantine."""

    async def add() -> None:
        for at, digest in enumerate((A, B, C)):
            await store.quarantine.add(digest, "render_stalled", at)

    store = Store(tmp_path / "jobs.db")
    asyncio.run(add())
    store.close()
    return tmp_path


def _refused(data: Path) -> list[str]:
    listed = run("quarantine", "list", "--json", "--data", str(data))
    assert listed.returncode == 0, listed.stderr
    return [entry["digest"] for entry in json.loads(listed.stdout)["quarantine"]]


def test_what_is_refused_is_listed_the_newest_first(data: Path) -> None:
    assert _refused(data) == [C, B, A]
    header, *rows = run("quarantine", "list", "--data", str(data)).stdout.splitlines()
    assert header.split() == ["digest", "code", "since"]
    assert [row.split()[:2] for row in rows] == [[at, "render_stalled"] for at in (C, B, A)]


@pytest.mark.slow
def test_a_refusal_is_lifted_by_a_digest_or_an_id(data: Path) -> None:
    lifted = run("quarantine", "lift", A, f"custom-{C[:12]}", "--data", str(data))
    assert (lifted.returncode, lifted.stderr) == (0, "")
    assert lifted.stdout.splitlines() == [f"{C}  lifted", f"{A}  lifted"]
    assert _refused(data) == [B]
    assert run("quarantine", "lift", "--all", "--data", str(data)).returncode == 0
    assert _refused(data) == []


@pytest.mark.slow
def test_what_is_not_refused_is_named(data: Path, tmp_path: Path) -> None:
    unknown = run("quarantine", "lift", "0" * 12, B, "--data", str(data))
    assert unknown.returncode == 1
    assert f"nothing that begins with {'0' * 12} is refused" in unknown.stderr
    assert _refused(data) == [C, A]
    wrong = run("quarantine", "lift", "abc", "--data", str(data))
    assert wrong.returncode == 2
    assert "use 12 to 64 hexadecimal digits" in wrong.stderr
    assert run("quarantine", "lift", "--data", str(data)).returncode == 2
    nowhere = run("quarantine", "list", "--data", str(tmp_path / "nowhere"))
    assert nowhere.returncode == 1
    assert "no server has used" in nowhere.stderr
