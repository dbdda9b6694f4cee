"""Uploads and downloads in progress, for which a server that drains waits."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class Transfers:
    """The number of transfers, and a wait for their end."""

    def __init__(self) -> None:
        self.count = 0
        self._is_idle = asyncio.Event()
        self._is_idle.set()

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Count a transfer as long as the block runs."""
        self.count += 1
        self._is_idle.clear()
        try:
            yield
        finally:
            self.count -= 1
            if self.count == 0:
                self._is_idle.set()

    async def wait_for_end(self, timeout_s: float) -> None:
        """Wait until none is in progress, at most `timeout_s`."""
        idle = asyncio.ensure_future(self._is_idle.wait())
        await asyncio.wait((idle,), timeout=timeout_s)
        idle.cancel()
