"""The newest preview of a client replaces the one before it."""

import asyncio

import pytest

from server.errors import ToqiboxError
from server.jobs.previews.newest_preview import NewestPreview


async def test_an_earlier_one_of_the_same_client_ends_with_an_error() -> None:
    newest, stopped = NewestPreview(), []

    async def draw(client: str) -> str:
        async with newest.replace(client):
            try:
                await asyncio.sleep(0.01 if client == "other" else 600)
            finally:
                stopped.append(client)
        return client

    first, other = asyncio.create_task(draw("own")), asyncio.create_task(draw("other"))
    await asyncio.sleep(0)
    async with newest.replace("own"):
        with pytest.raises(ToqiboxError) as caught:
            await first
        assert (caught.value.code, caught.value.retry_after) == ("preview_replaced", None)
        assert stopped == ["own"]
        assert await other == "other"
    assert not first.cancelled()


async def test_a_client_that_has_left_is_not_answered() -> None:
    newest = NewestPreview()

    async def draw() -> None:
        async with newest.replace("own"):
            await asyncio.sleep(600)

    drawing = asyncio.create_task(draw())
    await asyncio.sleep(0)
    drawing.cancel()
    async with newest.replace("own"):
        with pytest.raises(asyncio.CancelledError):
            await drawing
