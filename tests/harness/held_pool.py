"""Threads for blocking calls, some of which are held until they are released."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import Any


class HeldPool(ThreadPoolExecutor):
    """Threads of an event loop; calls that are held wait for `go`."""

    def __init__(self, threads: int) -> None:
        super().__init__(threads)
        self.go = Event()
        self.calls = 0
        self.held_calls = 0
        self._held = range(0)

    def hold(self, first: int, count: int = 1) -> None:
        """Hold `count` calls from the number `first` on, counted from 1 for the next one."""
        self.go.clear()
        self.calls = self.held_calls = 0
        self._held = range(first, first + count)

    def hold_no_more(self) -> None:
        """Run the next calls at once; those that are held stay so."""
        self._held = range(0)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        self.calls += 1
        if self.calls not in self._held:
            return super().submit(fn, *args, **kwargs)
        self.held_calls += 1

        def wait() -> Any:
            self.go.wait(10)
            return fn(*args, **kwargs)

        return super().submit(wait)


@contextmanager
def held_pool(threads: int) -> Iterator[HeldPool]:
    """Yield the pool of the running event loop, all calls of which are released at the end."""
    pool = HeldPool(threads)
    asyncio.get_running_loop().set_default_executor(pool)
    try:
        yield pool
    finally:
        pool.go.set()
