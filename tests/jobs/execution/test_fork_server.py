"""The fork server: its workers begin empty, and end with it."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.jobs.execution.fork_server import ForkServer
from server.jobs.execution.worker_process import TaskError, Timeouts, Worker, run_task
from server.process import sandbox
from server.protocol.tasks import CompileEffect, Probe
from tests.harness.processes import Process, descendants
from tests.harness.rendering import effect_of
from tests.harness.slots import until
from tests.render.drawing import SHOW

WATCH = Timeouts(idle_s=60, total_s=60)


@pytest.fixture
async def fork_server() -> AsyncIterator[ForkServer]:
    server = ForkServer(sandbox.environment())
    yield server
    await server.close()
    assert not descendants(os.getpid())


def _server() -> Process:
    (process,) = [one for one in descendants(os.getpid()) if one.kind == "fork_server"]
    return process


async def test_its_death_ends_its_workers_and_the_next_worker_starts_another(
    fork_server: ForkServer, caplog: pytest.LogCaptureFixture
) -> None:
    worker = await Worker.start("test", launch=fork_server.start)
    first = _server()
    os.kill(first.pid, signal.SIGSTOP)  # so that a request is on its way when it dies
    starting = [
        asyncio.create_task(run_task(Probe(), WATCH, launch=fork_server.start)) for _ in range(2)
    ]
    await asyncio.sleep(0.05)
    first.kill()
    with pytest.raises(TaskError, match="SIGKILL") as caught:
        await worker.run(Probe(), WATCH, lambda _event: None)
    assert caught.value.is_external
    for result in await asyncio.gather(*starting):
        assert result.gl.ok
    assert _server().pid != first.pid
    assert [record.message for record in caplog.records] == ["fork_server.ended"]


@pytest.mark.slow
async def test_its_workers_outlive_a_request_without_an_answer(
    fork_server: ForkServer, caplog: pytest.LogCaptureFixture
) -> None:
    fork_server.start_s = 10.0  # long enough for the second one, on a machine under load
    worker = await Worker.start("test", launch=fork_server.start)
    first = _server()
    os.kill(first.pid, signal.SIGSTOP)
    assert (await run_task(Probe(), WATCH, launch=fork_server.start)).gl.ok
    assert [record.message for record in caplog.records] == ["fork_server.unanswered"]
    assert (await worker.run(Probe(), WATCH, lambda _event: None)).gl.ok
    os.kill(first.pid, signal.SIGCONT)  # it reads the request that nobody waits for any more
    assert first.is_alive
    await worker.kill()
    await until(lambda: not first.is_alive)


async def test_a_worker_ends_with_the_last_of_its_sockets(fork_server: ForkServer) -> None:
    worker = await Worker.start("test", launch=fork_server.start)
    process = next(one for one in descendants(os.getpid()) if one.kind == "worker")
    worker.process.close()
    await until(lambda: not process.is_alive)
    await worker.kill()
    assert not worker.is_alive


async def test_a_worker_that_ends_by_itself_has_its_status(fork_server: ForkServer) -> None:
    worker = await Worker.start("test", launch=fork_server.start)
    worker.process.stdin.write_eof()
    await worker.process.wait()
    assert worker.process.returncode == 0
    await worker.kill()
    limits = sandbox.Limits(memory_bytes=50_000_000)  # less than it has
    with pytest.raises(TaskError) as caught:
        await run_task(Probe(), WATCH, limits, launch=fork_server.start)
    assert caught.value.code in ("worker_crashed", "internal")


@pytest.mark.fault("H05")
async def test_tasks_leave_nothing_in_the_fork_server(fork_server: ForkServer) -> None:
    """It never performs a task, so that the next worker begins as the first one did."""
    task = CompileEffect(effects=(effect_of(SHOW),), size=(64, 36))
    await run_task(task, WATCH, launch=fork_server.start)
    proc = Path(f"/proc/{_server().pid}")
    # The standard ones, the socket of requests, a selector, and a pair that signals wake.
    await until(lambda: len(list((proc / "fd").iterdir())) == 7)
    assert len(list((proc / "task").iterdir())) == 1
    assert not [line for line in (proc / "maps").read_text().splitlines() if "GL" in line]
