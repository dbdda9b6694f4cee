"""Blocking calls, made where they do not hold up the event loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def pool(size: int) -> ThreadPoolExecutor:
    """A pool that has all its threads from the start: their number never changes."""
    executor = ThreadPoolExecutor(size, thread_name_prefix="toqibox")
    everyone = Barrier(size + 1)
    for _ in range(size):
        executor.submit(everyone.wait)
    everyone.wait()
    return executor


async def settled(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a blocking call in a thread; when cancelled, wait for it before giving way.

    Were the caller to go on at once, it could close a descriptor that the thread still uses.
    """
    call = asyncio.ensure_future(asyncio.to_thread(function, *args, **kwargs))
    try:
        return await asyncio.shield(call)
    except asyncio.CancelledError:
        await asyncio.wait([call])
        raise
