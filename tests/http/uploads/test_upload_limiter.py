"""The limiter of uploads: the order of admission and of eviction."""

import asyncio
from collections.abc import Callable

import pytest

from server.errors import ToqiboxError
from server.http.headers.client_address import network_of
from server.http.limits import HttpLimits
from server.http.uploads.upload_limiter import UploadLimiter
from server.http.uploads.upload_state import DecodeQueue
from tests.harness.slots import until
from tests.http.conftest import Start
from tests.http.wire import exchange, form, part, post

AUDIO, PHOTO = part("audio", b"a" * 100), part("photo", b"p")


def _limiter(**limits: float) -> UploadLimiter:
    values = {"uploads": 2, "upload_wait_s": 5, "upload_grace_s": 0, "upload_poll_s": 0.01}
    intervals = {DecodeQueue.EXPORTS: lambda: 1.0}
    return UploadLimiter(HttpLimits(**{**values, **limits}), intervals)  # type: ignore[arg-type]  # some are integers


async def _hold(
    limiter: UploadLimiter, address: str, count: int, acquired: list[str], name: str
) -> None:
    async with limiter.acquire(address, DecodeQueue.EXPORTS) as upload:
        acquired.append(name)
        upload.add(count, 10.0)
        async with upload.reading():
            await asyncio.sleep(60)


async def test_the_slowest_upload_of_the_busiest_address_is_evicted() -> None:
    limiter, acquired = _limiter(uploads=3), list[str]()
    uploads = [("a", 0, "a0"), ("a", 100, "a100"), ("b", 0, "b0")]
    tasks = [
        asyncio.create_task(_hold(limiter, *upload[:2], acquired, upload[2])) for upload in uploads
    ]
    await asyncio.sleep(0)
    async with limiter.acquire("c", DecodeQueue.EXPORTS):
        with pytest.raises(ToqiboxError, match="Too many"):
            await tasks[0]
        assert not tasks[1].done()
        assert not tasks[2].done()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_free_place_goes_to_the_address_with_the_fewest() -> None:
    limiter, acquired = _limiter(upload_grace_s=60), list[str]()
    tasks = []
    for address, name in (("a", "a1"), ("a", "a2"), ("a", "a3"), ("b", "b1")):
        tasks.append(asyncio.create_task(_hold(limiter, address, 0, acquired, name)))
        await asyncio.sleep(0)
    tasks[0].cancel()
    await asyncio.gather(tasks[0], return_exceptions=True)
    await until(lambda: len(acquired) == 3)
    assert acquired == ["a1", "a2", "b1"]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_waiting_client_evicts_one_upload_however_long_it_takes_to_end() -> None:
    limiter, ended = _limiter(), asyncio.Event()

    async def hold() -> None:
        async with limiter.acquire("a", DecodeQueue.EXPORTS) as upload:
            upload.add(0, 10.0)
            try:
                async with upload.reading():
                    await asyncio.sleep(60)
            finally:
                await ended.wait()

    tasks = [asyncio.create_task(hold()) for _ in range(2)]
    await asyncio.sleep(0)
    waiting = asyncio.create_task(_hold(limiter, "b", 10**9, [], "fast"))
    await asyncio.sleep(0.1)
    ended.set()
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in (waiting, *pending):
        task.cancel()
    await asyncio.gather(waiting, *tasks, return_exceptions=True)
    assert (len(done), len(pending)) == (1, 1)


async def test_an_upload_that_is_prepared_and_a_fast_one_keep_their_places() -> None:
    limiter, acquired = _limiter(upload_wait_s=0.05), list[str]()
    fast = asyncio.create_task(_hold(limiter, "a", 10**9, acquired, "fast"))
    await asyncio.sleep(0)
    async with limiter.acquire("b", DecodeQueue.EXPORTS):
        with pytest.raises(ToqiboxError, match="Too many"):
            async with limiter.acquire("c", DecodeQueue.EXPORTS):
                pass
        assert not fast.done()
    fast.cancel()
    await asyncio.gather(fast, return_exceptions=True)


async def test_a_stalled_upload_is_evicted_over_http(
    start: Start, limits: Callable[..., HttpLimits]
) -> None:
    quick = limits(
        uploads=1, upload_wait_s=20, upload_stall_s=30, upload_grace_s=0.1, upload_poll_s=0.02
    )
    running = await start(quick)
    stalled = asyncio.create_task(exchange(running.port, post(form(AUDIO, PHOTO))[:-9]))
    await running.until(lambda: bool(running.files()))
    assert (await exchange(running.port, post(form(PHOTO)))).code == "missing_field"
    response = await stalled
    assert (response.status, response.code) == (429, "rate_limited")
    assert int(response.headers["retry-after"]) >= 1
    assert await running.spool_is_empty()


def test_places_of_one_ipv6_network_are_counted_together() -> None:
    assert network_of("2001:db8:1:2::1") == network_of("2001:db8:1:2:ffff::9")
    assert network_of("2001:db8:1:2::1") != network_of("2001:db8:1:3::1")
    others = ["192.0.2.1", "192.0.2.2", "::ffff:192.0.2.3", "fe80::1%eth0", "fe80::2", ""]
    others += ["64:ff9b::192.0.2.1", "64:ff9b::192.0.2.2"]
    assert len({network_of(address) for address in others}) == len(others)
    assert network_of("::ffff:192.0.2.1") == network_of("192.0.2.1")
