"""Changes of jobs as listeners meet them."""

from pathlib import Path

import pytest

from server.jobs.model.job import Stage, Status
from server.jobs.model.job_events import JobChange, JobEvents
from server.jobs.store.store import Store
from tests.jobs.conftest import MakeJob


async def test_listeners_are_notified_of_every_change(tmp_path: Path, make_job: MakeJob) -> None:
    events = JobEvents()
    changes: list[JobChange] = []
    store = Store(tmp_path / "jobs.db", events=events)
    end = events.subscribe(changes.append)
    await store.jobs.add(make_job("one"), bound=9)
    await store.jobs.transition("one", Status.PROCESSING)
    await store.jobs.save_progress("one", 40, 36, 100)
    await store.jobs.save_progress("one", 40, 36, 100)  # nothing new
    await store.tasks.start("one", "join")  # may change the attempt
    await store.jobs.update("one", stage=Stage.JOINING)
    await store.jobs.transition("one", Status.COMPLETED)
    assert await store.jobs.transition("one", Status.CANCELLED) is None
    assert [(change.version, change.status) for change in changes] == [
        (0, Status.QUEUED),
        (1, Status.PROCESSING),
        (2, Status.PROCESSING),
        (3, Status.PROCESSING),
        (4, Status.PROCESSING),
        (5, Status.COMPLETED),
    ]
    job = await store.jobs.get("one")
    assert job is not None
    assert job.version == 5
    end()
    await store.jobs.update("one", removed=1)
    assert len(changes) == 6
    store.close()


async def test_a_listener_that_fails_keeps_no_other_from_a_change(
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
