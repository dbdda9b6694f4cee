"""One preview for each client: a newer one replaces the one before it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from server.errors import ToqiboxError


@dataclass(eq=False)
class _Request:
    task: "asyncio.Task[Any]"
    is_replaced: bool = False


class NewestPreview:
    """The newest preview of each client that waits for one."""

    def __init__(self) -> None:
        self._newest: dict[str, _Request] = {}

    @asynccontextmanager
    async def replace(self, client: str) -> AsyncIterator[None]:
        """Cancel the block of an earlier preview of a client; run this one.

        Raises:
            ToqiboxError: preview_replaced, in the block that a newer preview ends.
        """
        task = asyncio.current_task()
        assert task is not None
        if earlier := self._newest.get(client):
            earlier.is_replaced = True
            earlier.task.cancel()
        own = self._newest[client] = _Request(task)
        cancelled_before = task.cancelling()
        try:
            yield
        except asyncio.CancelledError:
            # Its client may have disconnected too: then nobody gets an answer.
            if own.is_replaced and task.uncancel() <= cancelled_before:
                raise ToqiboxError("preview_replaced") from None
            raise
        finally:
            if self._newest.get(client) is own:
                del self._newest[client]
