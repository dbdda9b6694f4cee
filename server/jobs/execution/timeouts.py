"""Timeouts that count time only while this process runs."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
_STEPS = 8
_MAX_STEP_S = 1.0


async def run_within(limit_s: float, work: Coroutine[Any, Any, T]) -> T:
    """Return the result of `work`; cancel it after `limit_s` seconds of running time.

    In a process that was stopped (SIGSTOP, a suspended host) timers expire before it has read its
    input. Of each step of waiting, at most twice its length is counted.

    Raises:
        TimeoutError: `work` was cancelled after the limit.
    """
    return (await run_timed(limit_s, work))[0]


async def run_timed(
    limit_s: float,
    work: Coroutine[Any, Any, T],
    on_step: Callable[[float], None] = lambda _seconds: None,
) -> tuple[T, float]:
    """Return the result like `run_within`, with the seconds that were counted.

    Args:
        limit_s: see `run_within`.
        work: see `run_within`.
        on_step: called with the seconds of each step.

    Raises:
        TimeoutError: see `run_within`.
    """
    task = asyncio.ensure_future(work)
    step_s = min(_MAX_STEP_S, limit_s / _STEPS)
    left_s = limit_s
    try:
        while not task.done():
            if left_s <= 0:
                raise TimeoutError
            began = time.monotonic()
            await asyncio.wait((task,), timeout=min(step_s, left_s))
            counted_s = min(time.monotonic() - began, 2 * step_s)
            left_s -= counted_s
            on_step(counted_s)
        return task.result(), limit_s - left_s
    finally:
        task.cancel()
        await asyncio.wait((task,))
