"""Uploads that would wait too long for their decoding are refused at once."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from server.errors import ToqiboxError
from server.http.limits import HttpLimits
from server.http.uploads.upload_limiter import UPLOAD_LIMITER, UploadLimiter
from server.http.uploads.upload_state import DecodeQueue
from tests.http.conftest import Running
from tests.http.wire import exchange, form, part, post

MB = 1 << 20
EXPORTS, KEPT_FILES = DecodeQueue.EXPORTS, DecodeQueue.KEPT_FILES


async def test_uploads_that_would_wait_too_long_are_refused_at_once() -> None:
    limiter = UploadLimiter(HttpLimits(uploads=2, upload_decode_wait_s=2.0), {EXPORTS: lambda: 0.8})
    async with AsyncExitStack() as held:
        for _ in range(2):
            limiter.check_wait("a", EXPORTS)
            upload = await held.enter_async_context(limiter.acquire("a", EXPORTS, 40 * MB))
            async with upload.reading():
                upload.add(40 * MB, 1.0)
        limiter.check_wait("a", EXPORTS)
        waiting = asyncio.create_task(held.enter_async_context(limiter.acquire("b", EXPORTS, MB)))
        await asyncio.sleep(0)
        with pytest.raises(ToqiboxError) as caught:
            limiter.check_wait("a", EXPORTS)
        assert caught.value.code == "rate_limited"
        assert (caught.value.retry_after or 0) >= 1
        waiting.cancel()
    limiter.check_wait("a", EXPORTS)


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
    limiter = UploadLimiter(HttpLimits(upload_decode_wait_s=9.0), {EXPORTS: lambda: 5.0})
    async with AsyncExitStack() as held:
        for _ in range(31):
            upload = await held.enter_async_context(limiter.acquire("a", EXPORTS, size))
            await held.enter_async_context(upload.reading())
            upload.add(count, seconds)
            limiter.check_wait("a", EXPORTS)


async def test_uploads_that_end_soon_are_counted_before_they_are_whole() -> None:
    limiter = UploadLimiter(HttpLimits(upload_decode_wait_s=9.0), {EXPORTS: lambda: 5.0})
    async with AsyncExitStack() as held:
        for _ in range(2):
            limiter.check_wait("a", EXPORTS)
            upload = await held.enter_async_context(limiter.acquire("a", EXPORTS, 50 * MB))
            await held.enter_async_context(upload.reading())
            upload.add(45 * MB, 10.0)
        with pytest.raises(ToqiboxError, match="Too many"):
            limiter.check_wait("a", EXPORTS)


async def test_the_uploads_of_one_client_do_not_refuse_another() -> None:
    """Of the uploads of another client, as many are ahead as a client has itself, and one."""
    limiter = UploadLimiter(HttpLimits(uploads=8, upload_decode_wait_s=2.5), {EXPORTS: lambda: 1.0})
    async with AsyncExitStack() as held:

        async def send(share: str) -> None:
            limiter.check_wait(share, EXPORTS)
            upload = await held.enter_async_context(limiter.acquire(share, EXPORTS, MB))
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


async def _add_complete(
    held: AsyncExitStack, limiter: UploadLimiter, share: str, queue: DecodeQueue
) -> None:
    upload = await held.enter_async_context(limiter.acquire(share, queue, MB))
    async with upload.reading():
        upload.add(MB, 1.0)


async def test_only_uploads_of_the_same_queue_are_ahead() -> None:
    intervals = {EXPORTS: lambda: 1.0, KEPT_FILES: lambda: 4.0}
    limiter = UploadLimiter(HttpLimits(uploads=5, upload_decode_wait_s=3.0), intervals)
    async with AsyncExitStack() as held:
        for queue in (EXPORTS, EXPORTS, EXPORTS):
            await _add_complete(held, limiter, "a", queue)
        limiter.check_wait("a", EXPORTS)
        limiter.check_wait("a", KEPT_FILES)
        await _add_complete(held, limiter, "a", KEPT_FILES)
        limiter.check_wait("a", EXPORTS)
        with pytest.raises(ToqiboxError, match="Too many") as caught:
            limiter.check_wait("a", KEPT_FILES)
        assert caught.value.retry_after == 4
        await _add_complete(held, limiter, "a", EXPORTS)
        waiting = asyncio.create_task(_add_complete(held, limiter, "a", KEPT_FILES))
        await asyncio.sleep(0)
        with pytest.raises(ToqiboxError, match="Too many") as caught:
            limiter.check_wait("a", KEPT_FILES)
        assert caught.value.retry_after == 8
        waiting.cancel()


async def test_a_kept_file_waits_for_kept_files(running: Running) -> None:
    limiter, service = running.app[UPLOAD_LIMITER], running.service
    service.upload_intake._queue._mean_s = 20.0
    requests = {
        target: post(form(part("fps", "0"))).replace(b"/export", target, 1)
        for target in (b"/export", b"/tracks", b"/photos")
    }

    async def codes() -> list[str]:
        return [(await exchange(running.port, sent)).code for sent in requests.values()]

    assert await codes() == ["invalid_parameter", "unknown_field", "unknown_field"]
    async with AsyncExitStack() as held:
        await _add_complete(held, limiter, "another", KEPT_FILES)
        assert await codes() == ["invalid_parameter", "rate_limited", "rate_limited"]
