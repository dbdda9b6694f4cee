import asyncio
import os
import signal
from decimal import Decimal
from pathlib import Path

import pytest

from server.jobs.execution.worker_process import TaskError, Timeouts, Worker, run_task
from server.protocol.results.task_result import TaskResult
from server.protocol.tasks import Prepare, Probe, Task

WATCH = Timeouts(idle_s=30, total_s=60)


def _prepare(folder: Path) -> Prepare:
    return Prepare(
        audio=folder / "audio", photo=folder / "photo", folder=folder, max_duration=Decimal(240)
    )


class Unknown(Task[TaskResult]):
    """A task that no worker knows."""

    name = "no such task"


async def test_a_tasks_own_code_comes_through(tmp_path: Path) -> None:
    (tmp_path / "audio").write_bytes(b"#EXTM3U\n")
    (tmp_path / "photo").write_bytes(b"GIF87a")
    with pytest.raises(TaskError) as caught:
        await run_task(_prepare(tmp_path), WATCH)
    assert caught.value.code in ("unsupported_media_type", "undecodable_image")


async def test_a_bad_line_is_answered_and_the_worker_lives() -> None:
    worker = await Worker.start("test")
    try:
        for _ in range(2):
            with pytest.raises(TaskError, match="internal"):
                await worker.run(Unknown(), WATCH, lambda _event: None)
        assert worker.is_alive
    finally:
        await worker.kill()
    assert not worker.is_alive


async def test_a_killed_worker_is_a_crash() -> None:
    worker = await Worker.start("test")
    os.kill(worker.process.pid, signal.SIGKILL)
    with pytest.raises(TaskError, match="SIGKILL") as caught:
        await worker.run(Probe(), WATCH, lambda _event: None)
    assert caught.value.code == "worker_crashed"


async def test_a_stopped_worker_stalls_and_is_killed() -> None:
    worker = await Worker.start("test")
    with pytest.raises(TaskError):  # it is up once it has answered something
        await worker.run(Unknown(), WATCH, lambda _event: None)
    os.kill(worker.process.pid, signal.SIGSTOP)
    watch = Timeouts(idle_s=0.2, total_s=1)
    with pytest.raises(TaskError) as caught:
        await worker.run(Probe(), watch, lambda _event: None)
    assert caught.value.code in ("render_stalled", "render_timeout")
    assert not worker.is_alive


async def test_cancelling_kills_the_group(tmp_path: Path) -> None:
    probe = Probe(encoders=("x264",), folder=tmp_path)
    task = asyncio.create_task(run_task(probe, WATCH))
    await asyncio.sleep(0.2)
    children = _children()
    assert children
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not set(children) & set(_children())


def _children() -> list[int]:
    text = Path(f"/proc/self/task/{os.getpid()}/children").read_text()
    return [int(pid) for pid in text.split()]


async def test_a_worker_whose_stderr_stays_open_is_killed_twice(tmp_path: Path) -> None:
    """A child of the worker that left its process group may hold its standard error."""
    worker = await Worker.start("test")
    assert worker._stderr_task is not None
    worker._stderr_task.cancel()  # as after the first kill has waited in vain
    await asyncio.wait((worker._stderr_task,))
    await worker.kill()
    await worker.kill()
    assert not worker.is_alive
