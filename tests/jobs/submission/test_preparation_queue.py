"""The queue of uploads before the decoder: one that would wait too long is refused at once."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from server.errors import ToqiboxError
from server.http.limits import HttpLimits
from server.http.uploads.upload_limiter import UploadLimiter
from server.jobs.submission.preparation_queue import PreparationQueue
from tests.harness.slots import until

MB = 1 << 20


def _line(**values: float) -> PreparationQueue:
    return PreparationQueue(1, initial_s=1.0, max_counted_s=10.0, **{"max_wait_s": 5.0, **values})


async def test_uploads_that_would_wait_too_long_are_refused_at_once() -> None:
    limiter = UploadLimiter(HttpLimits(uploads=2, upload_decode_wait_s=2.0), lambda: 0.8)
    async with AsyncExitStack() as held:
        for _ in range(2):
            limiter.check_wait()
            upload = await held.enter_async_context(limiter.acquire("a", 40 * MB))
            async with upload.reading():
                upload.add(40 * MB, 1.0)
        limiter.check_wait()
        waiting = asyncio.create_task(held.enter_async_context(limiter.acquire("b", MB)))
        await asyncio.sleep(0)
        with pytest.raises(ToqiboxError) as caught:
            limiter.check_wait()
        assert caught.value.code == "rate_limited"
        assert (caught.value.retry_after or 0) >= 1
        waiting.cancel()
    limiter.check_wait()


@pytest.mark.parametrize(
    ("size", "count", "seconds"),
    [
        (50 * MB, 20 * MB, 10.0),  # fast, and 15 s from its end
        (50 * MB, 0, 0.0),  # just begun
        (MB // 2, 0, 5.0),  # sends nothing
        (None, 20 * MB, 10.0),  # chunked
    ],
)
async def test_uploads_far_from_their_end_do_not_cause_refusals(
    size: int | None, count: int, seconds: float
) -> None:
    limiter = UploadLimiter(HttpLimits(upload_decode_wait_s=9.0), lambda: 5.0)
    async with AsyncExitStack() as held:
        for _ in range(31):
            upload = await held.enter_async_context(limiter.acquire("a", size))
            await held.enter_async_context(upload.reading())
            upload.add(count, seconds)
            limiter.check_wait()


async def test_uploads_that_end_soon_are_counted_before_they_are_whole() -> None:
    limiter = UploadLimiter(HttpLimits(upload_decode_wait_s=9.0), lambda: 5.0)
    async with AsyncExitStack() as held:
        for _ in range(2):
            limiter.check_wait()
            upload = await held.enter_async_context(limiter.acquire("a", 50 * MB))
            await held.enter_async_context(upload.reading())
            upload.add(45 * MB, 10.0)
        with pytest.raises(ToqiboxError, match="Too many"):
            limiter.check_wait()


async def test_turns_are_in_order_and_the_wait_is_limited() -> None:
    line, done = _line(), list[int]()

    async def add(number: int) -> None:
        async with line.acquire():
            done.append(number)

    async with line.acquire():
        waiting = [asyncio.create_task(add(number)) for number in range(4)]
        await until(lambda: line.waiting == 4)
        waiting[1].cancel()
        await until(lambda: line.waiting == 3)
    await asyncio.wait(waiting)
    assert done == [0, 2, 3]
    short = _line(max_wait_s=0.02)
    async with short.acquire():
        with pytest.raises(ToqiboxError) as caught:
            async with short.acquire():
                pass
        assert caught.value.code == "rate_limited"
    async with short.acquire():
        pass


async def test_the_turn_of_a_client_that_leaves_goes_to_the_next() -> None:
    line = _line()

    async def add() -> None:
        async with line.acquire():
            pass

    async with line.acquire():
        leaving, staying = asyncio.create_task(add()), asyncio.create_task(add())
        await until(lambda: line.waiting == 2)
    leaving.cancel()
    async with asyncio.timeout(5):
        await staying
        await add()


async def test_the_queue_measures_finished_work_and_not_early_failures() -> None:
    line = _line()
    for _ in range(9):
        with pytest.raises(ValueError, match="early"):
            async with line.acquire():
                raise ValueError("early")
    assert line.interval_s == 1.0
    async with line.acquire():
        pass
    assert 0.7 < line.interval_s < 0.9


async def test_the_last_of_a_queue_that_is_too_slow_are_refused_at_once() -> None:
    line, left = _line(max_wait_s=2.5), list[tuple[int, str]]()

    async def add(number: int) -> None:
        try:
            async with line.acquire():
                pass
        except ToqiboxError as error:
            left.append((number, error.code))

    async with line.acquire():
        waiting = [asyncio.create_task(add(number)) for number in range(5)]
        await until(lambda: len(left) == 2)
        assert left == [(3, "rate_limited"), (4, "rate_limited")]
        assert line.waiting == 3
    await asyncio.wait(waiting)
    assert len(left) == 2
    async with line.acquire():
        pass
