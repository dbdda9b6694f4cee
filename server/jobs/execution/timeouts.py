"""Time-outs in which time counts only while this process runs."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
_STEPS = 8
_MAX_STEP_S = 1.0


async def run_within(limit_s: float, work: Coroutine[Any, Any, T]) -> T:
    """Return the result of `work`; cancel it after `total_s` seconds in which this process ran.

    A process that was stopped (SIGSTOP, a suspended host) finds its timers due before it has read
    what came meanwhile. Of each step of waiting, at most twice its length is counted.

    Raises:
        TimeoutError: `work` was cancelled because the time is used up.
    """
    return (await run_timed(limit_s, work))[0]


async def run_timed(
    limit_s: float,
    work: Coroutine[Any, Any, T],
    on_step: Callable[[float], None] = lambda _seconds: None,
) -> tuple[T, float]:
    """Return as `within`, with the seconds that were counted.

    Args:
        total_s: as `within`.
        work: as `within`.
        on_step: called with the seconds that are counted, as they pass.

    Raises:
        TimeoutError: as `within`.
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
