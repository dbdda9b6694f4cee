"""Changes of jobs as listeners receive them."""

from pathlib import Path

import pytest

from server.jobs.model.job_events import JobChange, JobEvents
from server.jobs.store.store import Store
from tests.jobs.conftest import MakeJob


async def test_a_listener_that_fails_does_not_stop_the_others(
    tmp_path: Path, make_job: MakeJob, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_change: JobChange) -> None:
        raise ValueError("oops")

    events = JobEvents()
    changes: list[JobChange] = []
    events.subscribe(fail)
    events.subscribe(changes.append)
    store = Store(tmp_path / "jobs.db", events=events)
    await store.jobs.add(make_job("one"), bound=9)
    assert [change.job_id for change in changes] == ["one"]
    assert "events.listener_failed" in caplog.text
    store.close()
