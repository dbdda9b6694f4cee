"""Blocking calls, made where they do not hold up the event loop."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from threading import Barrier
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def thread_pool(size: int) -> ThreadPoolExecutor:
    """A pool that has all its threads from the start: their number never changes."""
    executor = ThreadPoolExecutor(size, thread_name_prefix="toqibox")
    barrier = Barrier(size + 1)
    for _ in range(size):
        executor.submit(barrier.wait)
    barrier.wait()
    return executor


async def run_in_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a blocking call in a thread; when cancelled, wait for it before giving way.

    Were the caller to go on at once, it could close a descriptor that the thread still uses. What
    a cancelled call returns is lost: what has to be closed again is opened by `opened`.
    """
    call = asyncio.ensure_future(asyncio.to_thread(function, *args, **kwargs))
    try:
        return await asyncio.shield(call)
    except asyncio.CancelledError:
        await _wait_until_done(call)
        raise


@asynccontextmanager
async def open_in_thread(path: Path) -> AsyncIterator[int]:
    """The descriptor of `path`, a regular file opened for reading in a thread.

    It is closed on every way out, a cancellation during the opening included. A symbolic link as
    the last part of `path` is not followed.

    Raises:
        OSError: the file cannot be opened.
    """
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
    call = asyncio.ensure_future(asyncio.to_thread(os.open, path, flags))
    try:
        yield await asyncio.shield(call)
    finally:
        await _wait_until_done(call)
        if call.exception() is None:
            os.close(call.result())


async def _wait_until_done(call: asyncio.Future[T]) -> None:
    """Wait until `call` has ended, however often the caller is cancelled meanwhile."""
    while not call.done():
        with suppress(asyncio.CancelledError):
            await asyncio.wait([call])
