"""Uploads that would wait too long for their decoding are refused at once."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from server.errors import ToqiboxError
from server.http.limits import HttpLimits
from server.http.uploads.upload_limiter import UploadLimiter

MB = 1 << 20


async def test_uploads_that_would_wait_too_long_are_refused_at_once() -> None:
    limiter = UploadLimiter(HttpLimits(uploads=2, upload_decode_wait_s=2.0), lambda: 0.8)
    async with AsyncExitStack() as held:
        for _ in range(2):
            limiter.check_wait("a")
            upload = await held.enter_async_context(limiter.acquire("a", 40 * MB))
            async with upload.reading():
                upload.add(40 * MB, 1.0)
        limiter.check_wait("a")
        waiting = asyncio.create_task(held.enter_async_context(limiter.acquire("b", MB)))
        await asyncio.sleep(0)
        with pytest.raises(ToqiboxError) as caught:
            limiter.check_wait("a")
        assert caught.value.code == "rate_limited"
        assert (caught.value.retry_after or 0) >= 1
        waiting.cancel()
    limiter.check_wait("a")


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
            limiter.check_wait("a")


async def test_uploads_that_end_soon_are_counted_before_they_are_whole() -> None:
    limiter = UploadLimiter(HttpLimits(upload_decode_wait_s=9.0), lambda: 5.0)
    async with AsyncExitStack() as held:
        for _ in range(2):
            limiter.check_wait("a")
            upload = await held.enter_async_context(limiter.acquire("a", 50 * MB))
            await held.enter_async_context(upload.reading())
            upload.add(45 * MB, 10.0)
        with pytest.raises(ToqiboxError, match="Too many"):
            limiter.check_wait("a")


async def test_the_uploads_of_one_client_do_not_refuse_another() -> None:
    """Of the uploads of another client, as many are ahead as a client has itself, and one."""
    limiter = UploadLimiter(HttpLimits(uploads=8, upload_decode_wait_s=2.5), lambda: 1.0)
    async with AsyncExitStack() as held:

        async def send(share: str) -> None:
            limiter.check_wait(share)
            upload = await held.enter_async_context(limiter.acquire(share, MB))
            async with upload.reading():
                upload.add(MB, 1.0)

        for _ in range(3):
            await send("flood")
        for share in ("flood", "flood"):
            with pytest.raises(ToqiboxError, match="Too many") as caught:
                await send(share)
            assert caught.value.retry_after == 3
        await send("a")
        await send("b")
        with pytest.raises(ToqiboxError, match="Too many"):
            await send("c")
        with pytest.raises(ToqiboxError, match="Too many"):
            await send("a")
