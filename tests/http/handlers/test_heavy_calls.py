"""Listings, which anybody may request, do not take the threads that all other requests need."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest

from server.http.handlers.listings import MAX_HEAVY_CALLS
from tests.http.conftest import Running
from tests.http.wire import exchange, head

_THREADS = MAX_HEAVY_CALLS + 1
_REQUESTS = 2 * _THREADS


class GatedPool(ThreadPoolExecutor):
    """Threads whose calls wait for `go` while `is_gated`."""

    def __init__(self) -> None:
        super().__init__(_THREADS)
        self.go = Event()
        self.is_gated = False
        self.gated_calls = 0

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        if not self.is_gated:
            return super().submit(fn, *args, **kwargs)
        self.gated_calls += 1

        def wait() -> Any:
            self.go.wait(10)
            return fn(*args, **kwargs)

        return super().submit(wait)


@pytest.fixture
async def pool() -> AsyncIterator[GatedPool]:
    """Return the pool of the test's event loop."""
    gated = GatedPool()
    asyncio.get_running_loop().set_default_executor(gated)
    yield gated
    gated.go.set()


@pytest.mark.parametrize("path", ["/effects", "/presets", "/openapi.json"])
async def test_listings_leave_threads_to_others(
    running: Running, pool: GatedPool, path: str
) -> None:
    pool.is_gated = True
    listings = [
        asyncio.create_task(exchange(running.port, head(f"GET {path}"))) for _ in range(_REQUESTS)
    ]
    assert await running.until(lambda: pool.gated_calls >= MAX_HEAVY_CALLS)
    await asyncio.sleep(0.2)  # for the others, which wait for their turn
    pool.is_gated = False
    other = await exchange(running.port, head(f"GET /tracks/{'A' * 22}"))
    assert other.status == 404
    assert not any(listing.done() for listing in listings)
    pool.go.set()
    assert [(await listing).status for listing in listings] == [200] * _REQUESTS
