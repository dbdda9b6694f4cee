"""Listings, which anybody may request, do not take the threads that all other requests need."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from server.http.handlers.listings import MAX_HEAVY_CALLS
from tests.harness.held_pool import HeldPool, held_pool
from tests.http.conftest import Running
from tests.http.wire import exchange, head

_THREADS = MAX_HEAVY_CALLS + 1
_REQUESTS = 2 * _THREADS


@pytest.fixture
async def pool() -> AsyncIterator[HeldPool]:
    with held_pool(_THREADS) as pool:
        yield pool


@pytest.mark.parametrize("path", ["/effects", "/presets", "/openapi.json"])
async def test_listings_leave_threads_to_others(
    running: Running, pool: HeldPool, path: str
) -> None:
    pool.hold(1, count=1000)
    listings = [
        asyncio.create_task(exchange(running.port, head(f"GET {path}"))) for _ in range(_REQUESTS)
    ]
    assert await running.until(lambda: pool.held_calls >= MAX_HEAVY_CALLS)
    await asyncio.sleep(0.2)  # for the others, which wait for their turn
    pool.hold_no_more()
    other = await exchange(running.port, head(f"GET /tracks/{'A' * 22}"))
    assert other.status == 404
    assert not any(listing.done() for listing in listings)
    pool.go.set()
    assert [(await listing).status for listing in listings] == [200] * _REQUESTS
