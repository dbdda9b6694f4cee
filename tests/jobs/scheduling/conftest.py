"""A dispatcher with a real store and data folder, and fake slots instead of processes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from server.config import Config
from server.jobs.execution.machine import MachineProbe
from server.jobs.model.job import FINAL, Job, Status, now_ms
from server.jobs.model.job_events import JobChange, JobEvents
from server.jobs.scheduling.active_job import ActiveJob
from server.jobs.scheduling.dispatcher import Dispatcher
from server.jobs.storage.data_folder import DataFolder
from server.jobs.store.store import Store
from server.protocol import file_names
from tests.harness.slots import FakeSlot, FakeWorkers, until

_FFMPEG = {"ok": True, "version": "7.1"}
SOFTWARE: dict[str, Any] = {
    "gl": {"ok": True, "software": True, "renderer": "llvmpipe", "version": "4.5"},
    "ffmpeg": _FFMPEG,
    "encoders": {"nvenc": {"ok": False}, "x264": {"ok": True}},
}
GPU: dict[str, Any] = {
    "gl": {"ok": True, "software": False, "renderer": "NVIDIA L4", "version": "4.6"},
    "ffmpeg": _FFMPEG,
    "encoders": {"nvenc": {"ok": True}, "x264": {"ok": True}},
}


class Rig:
    """A dispatcher and everything that it needs; segments have one second.

    Args:
        root: the data folder.
        slots: the number of slots.
        machine: the report of the probe.
        settings: other settings of the server.
    """

    def __init__(
        self,
        root: Path,
        slots: int = 1,
        machine: dict[str, Any] = SOFTWARE,
        settings: dict[str, Any] | None = None,
    ) -> None:
        settings = {"segment_sec": Decimal(1), **(settings or {})}
        config = Config(data_dir=root, **settings)
        events = JobEvents()
        self.data = DataFolder(root)
        self.store = Store(self.data.database, self.data.release_ballast, events)
        # Nothing here loses power, and each commit would wait for the disk.
        self.store._database._writer.execute("PRAGMA synchronous=OFF")
        self.workers = FakeWorkers(machine)
        self.machine = MachineProbe(config, self.data.scratch, self.workers.run_task)
        self.slots = [FakeSlot(index, self.workers) for index in range(slots)]
        self.dispatcher = Dispatcher(
            config, self.store, self.data, self.machine, self.slots, self.workers.run_task
        )
        self.changes: list[JobChange] = []
        self.statuses: dict[str, Status] = {}
        events.subscribe(self._note)

    def _note(self, change: JobChange) -> None:
        self.changes.append(change)
        self.statuses[change.job_id] = change.status
        if change.status is not Status.PROCESSING:
            self.dispatcher.wake()

    async def start(self) -> None:
        await self.machine.probe()
        await self.dispatcher.start()

    async def close(self) -> None:
        """Stop; no task may be left, and every slot must be free."""
        await self.dispatcher.stop()
        await self.machine.close()
        self.store.close()
        self.data.close()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        assert not left, f"tasks are left: {left}"
        assert all(slot.is_free for slot in self.slots)

    async def submit(self, *jobs: Job) -> None:
        """Add jobs to the queue, with their folders."""
        for job in jobs:
            self.folder(job.id).mkdir()
            for name in (file_names.AUDIO, file_names.PHOTO):
                (self.folder(job.id) / name).touch()
            await self.store.jobs.add(job, bound=99)

    async def cancel(self, job_id: str) -> None:
        """Cancel a job as a client does."""
        if await self.store.jobs.transition(job_id, Status.CANCELLED, finished_at=now_ms()):
            await self.dispatcher.abort(job_id)

    async def job(self, job_id: str) -> Job:
        """Return a job as it is in the table."""
        job = await self.store.jobs.get(job_id)
        assert job is not None
        return job

    async def ended(self, job_id: str) -> Job:
        """Wait for the end of a job, with its clean-up."""
        active = self.dispatcher.active_jobs
        await until(lambda: self.statuses.get(job_id) in FINAL and job_id not in active)
        return await self.job(job_id)

    def fail_writes(self, error: Callable[[int, bool], Exception | None]) -> None:
        """Let writes of the table fail from now on.

        Args:
            error: returns the error of a write by its number, and whether it may take the reserve
                of a full disk; None lets it succeed.
        """
        database, numbers = self.store._database, count()
        write = type(database)._write

        def write_or_fail(act: Callable[[Any], Any], *, reserve: bool) -> Any:
            failure = error(next(numbers), reserve)
            if failure is not None:
                raise failure
            return write(database, act, reserve=reserve)

        database._write = write_or_fail  # type: ignore[method-assign]

    async def all_free(self) -> None:
        """Wait until no slot is assigned."""
        await until(self.slots_are_free)

    def slots_are_free(self) -> bool:
        return all(slot.is_free for slot in self.slots)

    def active(self, job_id: str) -> ActiveJob:
        return self.dispatcher.active_jobs[job_id]

    def folder(self, job_id: str) -> Path:
        return self.data.job_folder(job_id)

    def segments(self, job_id: str) -> list[int]:
        """Return the first frames of the segments that were given to workers, in order."""
        return [call.first for call in self.workers.given("draw_segment") if call.job_id == job_id]


OpenRig = Callable[..., Rig]


@pytest.fixture
async def open_rig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[OpenRig]:
    """Return a function that opens a rig over the data folder, after closing the one before."""
    monkeypatch.setattr("server.jobs.scheduling.dispatcher._BACK_OFF_S", 0.02)
    monkeypatch.setattr("server.jobs.scheduling.dispatcher._FLUSH_S", 60.0)
    rigs: list[Rig] = []

    def open_rig(slots: int = 1, machine: dict[str, Any] = SOFTWARE, **settings: Any) -> Rig:
        rigs.append(Rig(tmp_path / "data", slots, machine, settings))
        return rigs[-1]

    yield open_rig
    await rigs[-1].close()


@pytest.fixture
async def rig(open_rig: OpenRig) -> Rig:
    """Return a started rig with one slot."""
    rig = open_rig()
    await rig.start()
    return rig
