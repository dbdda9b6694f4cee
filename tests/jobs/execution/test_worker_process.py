"""Workers and their ends, in both ways that they are started."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest
import pytest_asyncio

from server.jobs.execution.fork_server import ForkServer
from server.jobs.execution.process import ExecutedProcess
from server.jobs.execution.worker_process import Launch, TaskError, Timeouts, Worker, run_task
from server.process import sandbox
from server.protocol.results.task_result import TaskResult
from server.protocol.tasks import Prepare, Probe, Task
from tests.harness.processes import Process, descendants
from tests.harness.slots import until

WATCH = Timeouts(idle_s=30, total_s=60)


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["executed", "forked"])
async def launch(request: pytest.FixtureRequest) -> AsyncIterator[Launch]:
    if request.param == "executed":
        yield ExecutedProcess.start
        return
    server = ForkServer(sandbox.environment())
    yield server.start
    await server.close()
    assert not descendants(os.getpid())


def _prepare(folder: Path) -> Prepare:
    return Prepare(
        audio=folder / "audio", photo=folder / "photo", folder=folder, max_duration=Decimal(240)
    )


class Unknown(Task[TaskResult]):
    """A task that no worker knows."""

    name = "no such task"


async def test_the_error_code_of_a_task_is_passed_on(launch: Launch, tmp_path: Path) -> None:
    (tmp_path / "audio").write_bytes(b"#EXTM3U\n")
    (tmp_path / "photo").write_bytes(b"GIF87a")
    with pytest.raises(TaskError) as caught:
        await run_task(_prepare(tmp_path), WATCH, launch=launch)
    assert caught.value.code in ("unsupported_media_type", "undecodable_image")


async def test_an_invalid_line_is_answered_and_the_worker_continues(launch: Launch) -> None:
    worker = await Worker.start("test", launch=launch)
    try:
        for _ in range(2):
            with pytest.raises(TaskError, match="internal"):
                await worker.run(Unknown(), WATCH, lambda _event: None)
        assert worker.is_alive
    finally:
        await worker.kill()
    assert not worker.is_alive


@pytest.mark.fault("H14")
async def test_a_killed_worker_is_a_crash(launch: Launch) -> None:
    worker = await Worker.start("test", launch=launch)
    os.kill(worker.process.pid, signal.SIGKILL)
    with pytest.raises(TaskError, match="SIGKILL") as caught:
        await worker.run(Probe(), WATCH, lambda _event: None)
    assert caught.value.code == "worker_crashed"


@pytest.mark.fault("H09", "K06", "L02")
async def test_a_stopped_worker_stalls_and_is_killed(launch: Launch) -> None:
    worker = await Worker.start("test", launch=launch)
    with pytest.raises(TaskError):  # it is up once it has answered something
        await worker.run(Unknown(), WATCH, lambda _event: None)
    os.kill(worker.process.pid, signal.SIGSTOP)
    watch = Timeouts(idle_s=0.2, total_s=1)
    with pytest.raises(TaskError) as caught:
        await worker.run(Probe(), watch, lambda _event: None)
    assert caught.value.code in ("render_stalled", "render_timeout")
    assert not worker.is_alive


async def test_cancelling_kills_the_group(launch: Launch, tmp_path: Path) -> None:
    probe = Probe(encoders=("x264",), folder=tmp_path)
    task = asyncio.create_task(run_task(probe, WATCH, launch=launch))
    await until(_workers)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not _workers()


def _workers() -> list[Process]:
    return [process for process in descendants(os.getpid()) if process.kind == "worker"]


@pytest.mark.fault("H11", "H14")
async def test_a_worker_starts_with_its_limits_and_nothing_else(launch: Launch) -> None:
    limits = sandbox.Limits(memory_bytes=1 << 30, cpu_s=9, open_files=64, niceness=1)
    worker = await Worker.start("some purpose", limits, launch)
    with pytest.raises(TaskError):  # it is up once it has answered something
        await worker.run(Unknown(), WATCH, lambda _event: None)
    (process,) = _workers()
    assert process.pid == process.group == worker.process.pid
    assert process.command.endswith("server.worker.program some purpose")
    proc = Path(f"/proc/{process.pid}")
    soft = {line[:26].strip(): line[26:].split()[0] for line in _lines(proc / "limits")}
    assert soft["Max address space"] == str(1 << 30)
    assert (soft["Max cpu time"], soft["Max open files"]) == ("9", "64")
    assert soft["Max core file size"] == "0"
    assert (proc / "stat").read_text().rpartition(")")[2].split()[16] == str(os.nice(0) + 1)
    assert {"NoNewPrivs:\t1", "Threads:\t1"} <= set(_lines(proc / "status"))
    assert (proc / "oom_score_adj").read_text() == "500\n"
    assert len(list((proc / "fd").iterdir())) == 4  # three standard ones, and that of its events
    names = {line.partition("=")[0] for line in (proc / "environ").read_text().split("\0") if line}
    assert names == sandbox.environment().keys()
    await worker.kill()
    assert not process.is_alive


def _lines(file: Path) -> list[str]:
    return file.read_text().splitlines()


@pytest.mark.fault("K06")
async def test_a_worker_whose_stderr_stays_open_is_killed_twice(launch: Launch) -> None:
    """A child of the worker that left its process group may hold its standard error."""
    worker = await Worker.start("test", launch=launch)
    assert worker._stderr_task is not None
    worker._stderr_task.cancel()  # as after the first kill has waited in vain
    await asyncio.wait((worker._stderr_task,))
    await worker.kill()
    await worker.kill()
    assert not worker.is_alive
