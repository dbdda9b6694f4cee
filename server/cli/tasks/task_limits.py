"""Limits of processor time and memory for one task of a worker that has more to do."""

import asyncio
import contextlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.jobs.execution.worker_process import Timeouts, Worker
from server.jobs.model.validation_result import CPU_S, MEMORY_BYTES

_POLL_S = 0.05
_IDLE_S = 60.0
_TICK = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class TaskLimits:
    """What judging one file may take."""

    cpu_s: float = CPU_S
    memory_bytes: int = MEMORY_BYTES


class LimitExceeded(Exception):
    """A file took more than it may; the worker is gone.

    Args:
        words: over which limit.
        late: whether it is that of time.
    """

    def __init__(self, message: str, *, timed_out: bool) -> None:
        super().__init__(message)
        self.timed_out = timed_out


async def run_limited(worker: Worker, task: dict[str, Any], limits: TaskLimits) -> dict[str, Any]:
    """Do a task in `worker`, which is killed when it takes more than `limits` for it.

    Processor time and memory are watched from outside, because a limit of the kernel's would count
    all that the worker has done since it was started.

    Raises:
        TaskError: see Worker.run.
        Overrun: it was killed; says over which limit.
    """
    cpu_before_s = _cpu_s(worker)
    wall_s = max(_IDLE_S, 6 * limits.cpu_s)
    run = asyncio.create_task(worker.run(task, Timeouts(wall_s, wall_s), lambda _event: None))
    try:
        while not (await asyncio.wait({run}, timeout=_POLL_S))[0]:
            if _cpu_s(worker) - cpu_before_s > limits.cpu_s:
                raise LimitExceeded(
                    f"it takes more than {limits.cpu_s:g} s of processor time", timed_out=True
                )
            if memory_bytes(worker) > limits.memory_bytes:
                megabytes = limits.memory_bytes // 1_000_000
                raise LimitExceeded(f"it takes more than {megabytes} MB of memory", timed_out=False)
        return run.result()
    finally:
        if not run.done():
            run.cancel()  # and that kills the worker
            with contextlib.suppress(asyncio.CancelledError):
                await run


def _cpu_s(worker: Worker) -> float:
    """Processor time that the worker has used so far, seconds; 0 once it is gone (proc(5))."""
    try:
        text = Path(f"/proc/{worker.process.pid}/stat").read_text()
    except OSError:
        return 0.0
    user, system = text.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / _TICK


def memory_bytes(worker: Worker) -> int:
    """Memory that the worker holds now; 0 once it is gone (proc(5))."""
    try:
        return int(Path(f"/proc/{worker.process.pid}/statm").read_text().split()[1]) * _PAGE
    except OSError:
        return 0
