"""Limits of processor time and memory for one task of a worker that runs several."""

import asyncio
import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

from server.jobs.execution.worker_process import Timeouts, Worker
from server.jobs.model.validation_result import CPU_S, MEMORY_BYTES
from server.protocol.task import ResultT, Task

_POLL_S = 0.05
_IDLE_S = 60.0
_TICK = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class TaskLimits:
    """The limits for checking one file."""

    cpu_s: float = CPU_S
    memory_bytes: int = MEMORY_BYTES


class LimitExceeded(Exception):
    """A task exceeded a limit, and the worker was killed.

    Args:
        message: names the limit.
        timed_out: True for the limit of time.
    """

    def __init__(self, message: str, *, timed_out: bool) -> None:
        super().__init__(message)
        self.timed_out = timed_out


async def run_limited(worker: Worker, task: Task[ResultT], limits: TaskLimits) -> ResultT:
    """Run a task in `worker`, which is killed if the task exceeds `limits`.

    Processor time and memory are measured from outside, because a limit of the kernel would count
    everything the worker has done since it was started.

    Raises:
        TaskError: see Worker.run.
        LimitExceeded: the worker was killed.
    """
    cpu_before_s = _cpu_s(worker)
    wall_s = max(_IDLE_S, 6 * limits.cpu_s)
    run = asyncio.create_task(worker.run(task, Timeouts(wall_s, wall_s), lambda _event: None))
    try:
        while not (await asyncio.wait({run}, timeout=_POLL_S))[0]:
            if _cpu_s(worker) - cpu_before_s > limits.cpu_s:
                raise LimitExceeded(
                    f"it exceeds the limit of {limits.cpu_s:g} s of processor time", timed_out=True
                )
            if memory_bytes(worker) > limits.memory_bytes:
                megabytes = limits.memory_bytes // 1_000_000
                raise LimitExceeded(
                    f"it exceeds the limit of {megabytes} MB of memory", timed_out=False
                )
        return run.result()
    finally:
        if not run.done():
            run.cancel()  # which kills the worker
            with contextlib.suppress(asyncio.CancelledError):
                await run


def _cpu_s(worker: Worker) -> float:
    """Return the processor time of the worker in seconds; 0 if it has ended (proc(5))."""
    try:
        text = Path(f"/proc/{worker.process.pid}/stat").read_text()
    except OSError:
        return 0.0
    user, system = text.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / _TICK


def memory_bytes(worker: Worker) -> int:
    """Return the memory of the worker in bytes; 0 if it has ended (proc(5))."""
    try:
        return int(Path(f"/proc/{worker.process.pid}/statm").read_text().split()[1]) * _PAGE
    except OSError:
        return 0
