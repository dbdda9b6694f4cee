"""Work that several wait for: its errors, its end, and files that another has taken away."""

import asyncio

import pytest

from server.errors import ToqiboxError
from server.jobs.model.retry_after import BUSY_S
from server.jobs.previews.shared_work import SharedWork


async def test_all_who_wait_get_the_error() -> None:
    work, calls = SharedWork(), 0

    async def fail() -> None:
        nonlocal calls
        calls += 1
        await asyncio.sleep(0)
        raise LookupError

    waiting = [asyncio.create_task(work.do("a", fail)) for _ in range(3)]
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(result) for result in results] == [LookupError] * 3
    assert calls == 1


async def test_another_does_the_work_with_its_own_file() -> None:
    """The file of the first one went with its client."""
    work, done = SharedWork(), []

    async def miss() -> None:
        await asyncio.sleep(0)
        raise FileNotFoundError

    async def succeed() -> None:
        done.append("own")

    first = asyncio.create_task(work.do("a", miss))
    await asyncio.sleep(0)
    second = asyncio.create_task(work.do("a", succeed))
    with pytest.raises(FileNotFoundError):
        await first
    await second
    assert done == ["own"]


async def test_the_end_of_the_server_ends_the_work() -> None:
    work, begun, ended = SharedWork(), asyncio.Event(), []

    async def hang() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.append(True)

    waiting = asyncio.create_task(work.do("a", hang))
    await begun.wait()
    await work.stop()
    assert ended
    with pytest.raises(ToqiboxError) as caught:
        await waiting
    assert (caught.value.code, caught.value.retry_after) == ("draining", BUSY_S)


async def test_a_caller_that_is_cancelled_gets_no_error_of_the_work() -> None:
    work, begun = SharedWork(linger_s=0.0), asyncio.Event()

    async def hang() -> None:
        begun.set()
        await asyncio.Event().wait()

    waiting = asyncio.create_task(work.do("a", hang))
    await begun.wait()
    waiting.cancel()
    await work.stop()
    with pytest.raises(asyncio.CancelledError):
        await waiting
