"""Connections whose client reads nothing of its responses: cut off, and never waited for."""

import asyncio
from collections.abc import Callable

from server.http.delivery import count_acknowledged, count_waiting, reset

_CHECKS_PER_LIMIT = 6
_Progress = tuple[int, int]
"""Bytes that the peer has acknowledged, and bytes that wait for it."""


class UnreadResponses:
    """Cuts connections off on which bytes wait and the peer acknowledges none of them.

    Without it the responses of such a client would wait until its host vanishes: the kernel asks
    for ever if the peer has room again (RFC 9293 section 3.8.6.1).

    Args:
        limit_s: maximum time without an acknowledgement.
    """

    def __init__(self, limit_s: float) -> None:
        self._limit_s = limit_s
        self._last_by_transport: dict[asyncio.Transport, tuple[_Progress, float]] = {}

    def add(self, transport: asyncio.Transport) -> Callable[[], None]:
        """Watch a new connection; return the function to call when it is lost."""
        self._last_by_transport[transport] = ((0, 0), self._now())

        def forget() -> None:
            self._last_by_transport.pop(transport, None)

        return forget

    async def watch(self) -> None:
        """Check all connections regularly."""
        while True:
            await asyncio.sleep(self._limit_s / _CHECKS_PER_LIMIT)
            self._check()

    def _check(self) -> None:
        now = self._now()
        for transport, (before, since) in list(self._last_by_transport.items()):
            waiting = count_waiting(transport)
            progress = (count_acknowledged(transport), waiting)
            if not waiting or progress != before:
                self._last_by_transport[transport] = (progress, now)
            elif now - since >= self._limit_s:
                reset(transport)

    def _now(self) -> float:
        return asyncio.get_running_loop().time()
