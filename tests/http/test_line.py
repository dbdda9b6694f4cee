"""The line of uploads before the decoder: what would wait too long in it is refused at once."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from server.errors import ToqiboxError
from server.http.gate import Gate
from server.http.limits import Limits


async def test_what_would_wait_too_long_is_refused_at_once() -> None:
    gate = Gate(Limits(uploads=2, upload_line_s=2.0))
    async with AsyncExitStack() as held:
        for _ in range(2):
            gate.admit()
            place = await held.enter_async_context(gate.place("a"))
            async with place.reading():
                place.take(1 << 20)
        gate.admit()
        waiting = asyncio.create_task(held.enter_async_context(gate.place("b")))
        await asyncio.sleep(0)
        with pytest.raises(ToqiboxError) as caught:
            gate.admit()
        assert caught.value.code == "rate_limited"
        assert (caught.value.retry_after or 0) >= 1
        waiting.cancel()
    gate.admit()


async def test_slow_uploads_are_no_reason_to_refuse_others() -> None:
    gate = Gate(Limits(uploads=9, upload_line_s=2.0, upload_grace_s=0.0))
    async with AsyncExitStack() as held:
        for _ in range(5):
            place = await held.enter_async_context(gate.place("slow"))
            await held.enter_async_context(place.reading())
            gate.admit()
