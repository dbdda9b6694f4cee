"""Blocking calls in threads, so that they do not block the event loop, and waiting for tasks."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from threading import Barrier
from typing import Any, ParamSpec, TypeVar

from server.errors import ToqiboxError

P = ParamSpec("P")
T = TypeVar("T")


def thread_pool(size: int) -> ThreadPoolExecutor:
    """Create a pool that starts all its threads at once: their number never changes."""
    executor = ThreadPoolExecutor(size, thread_name_prefix="toqibox")
    barrier = Barrier(size + 1)
    for _ in range(size):
        executor.submit(barrier.wait)
    barrier.wait()
    return executor


async def run_in_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a blocking call in a thread; when cancelled, wait for the call to end first.

    A caller that continued at once could close a descriptor that the thread still uses. The result
    of a cancelled call is lost: open what has to be closed again with `open_in_thread`.
    """
    return await wait_for_end(asyncio.ensure_future(asyncio.to_thread(function, *args, **kwargs)))


async def uninterrupted(work: Coroutine[Any, Any, T]) -> T:
    """Return the result of `work`; when cancelled, wait for its end first."""
    return await wait_for_end(asyncio.ensure_future(work))


async def wait_for_end(call: asyncio.Future[T]) -> T:
    """Return the result of a call in another thread; when cancelled, wait for its end first.

    The refusal, or the error of the system, in which a cancelled call ends is lost as its result
    is; any other error is logged.
    """
    try:
        return await asyncio.shield(call)
    except asyncio.CancelledError:
        await wait_until_done(call)
        _log_fault(call)
        raise


def _log_fault(call: asyncio.Future[T]) -> None:
    """Log the error of a call that nobody waits for, unless it is an expected one."""
    error = None if call.cancelled() else call.exception()
    if error is not None and not isinstance(error, (ToqiboxError, OSError)):
        context = {"message": "a cancelled call has failed", "exception": error}
        asyncio.get_running_loop().call_exception_handler(context)


@asynccontextmanager
async def open_in_thread(path: Path) -> AsyncIterator[int]:
    """Open the regular file `path` for reading in a thread; yield its descriptor.

    It is closed on every exit, also on a cancellation while it is being opened. A symbolic link as
    the last part of `path` is not followed.

    Raises:
        OSError: the file cannot be opened.
    """
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
    call = asyncio.ensure_future(asyncio.to_thread(os.open, path, flags))
    try:
        yield await asyncio.shield(call)
    finally:
        await wait_until_done(call)
        if call.exception() is None:
            os.close(call.result())


async def wait_until_done(call: asyncio.Future[T]) -> None:
    """Wait until `call` has ended, even if the caller is cancelled meanwhile."""
    while not call.done():
        with suppress(asyncio.CancelledError):
            await asyncio.wait([call])


async def wait_for_tasks(
    list_tasks: Callable[[], list[asyncio.Task[None]]], limit_s: float
) -> None:
    """Wait until none of the listed tasks runs, at most `limit_s`.

    A task that ends may have started another, so that they are listed again.
    """
    ends_at = time.monotonic() + limit_s
    while running := [task for task in list_tasks() if not task.done()]:
        left_s = ends_at - time.monotonic()
        if left_s <= 0:
            return
        await asyncio.wait(running, timeout=left_s, return_when=asyncio.FIRST_COMPLETED)
