"""Requests for the states of jobs at a rate that does not depend on how fast they are answered."""

import asyncio
import itertools
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

_CONNECTIONS = 64
_TICK_S = 0.001
_END_S = 30.0
"""Time for the requests that are under way at the end."""


@dataclass
class PollResult:
    """Responses to requests at a rate."""

    rate: int
    """Requests a second that were due."""
    seconds: float
    statuses: Counter[int] = field(default_factory=Counter)
    """Responses by status; 0 for connections that were lost."""
    response_s: list[float] = field(default_factory=list)
    """From the request to the end of its response."""
    due_s: list[float] = field(default_factory=list)
    """From the time at which a request was due: with the wait for a free connection."""

    @property
    def answered(self) -> int:
        """Number of responses."""
        return sum(self.statuses.values())

    def __str__(self) -> str:
        return (
            f"{self.rate:5} due, {self.answered / self.seconds:5.0f} answered a second: "
            f"p50 {_percentile(self.response_s, 0.5):.1f} ms, "
            f"p99 {_percentile(self.response_s, 0.99):.1f} ms; "
            f"from when they were due p99 {_percentile(self.due_s, 0.99):.0f} ms; "
            f"{dict(sorted(self.statuses.items()))}"
        )


def _percentile(seconds: Sequence[float], share: float) -> float:
    """Return a percentile in milliseconds; 0 of nothing."""
    ordered = sorted(seconds)
    return 1000 * ordered[int(share * (len(ordered) - 1))] if ordered else 0.0


class _Connection(asyncio.Protocol):
    """A connection with one request under way; aiohttp's client would be slower than the server."""

    def __init__(self, on_end: Callable[["_Connection", int], None]) -> None:
        self._on_end = on_end
        self._buffer = b""
        self.transport: asyncio.Transport | None = None
        self.due = self.began = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def request(self, path: str, due: float, now: float) -> None:
        assert self.transport is not None
        self.due, self.began = due, now
        self.transport.write(f"GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n".encode())

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, separator, body = self._buffer.partition(b"\r\n\r\n")
        if not separator:
            return
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        if len(body) >= length:
            self._buffer = b""
            self._on_end(self, int(head.split(maxsplit=2)[1]))

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None
        if self.began:
            self._on_end(self, 0)


class _Poller:
    def __init__(self, paths: Sequence[str], result: PollResult) -> None:
        self._paths = itertools.cycle(paths)
        self._result = result
        self._free: deque[_Connection] = deque()
        """Used in turn, so that none is idle until the server closes it."""
        self._due: deque[float] = deque()
        self._clock = asyncio.get_running_loop().time
        self._under_way = 0
        self._is_idle = asyncio.Event()

    def on_end(self, connection: _Connection, status: int) -> None:
        now = self._clock()
        self._under_way -= 1
        self._result.statuses[status] += 1
        if status:
            self._result.response_s.append(now - connection.began)
            self._result.due_s.append(now - connection.due)
            connection.began = 0.0
            self._free.append(connection)
            self._send(now)
        if not self._under_way:
            self._is_idle.set()

    def add(self, connection: _Connection) -> None:
        self._free.append(connection)

    def make_due(self, count: int, now: float) -> None:
        self._due.extend([now] * count)
        self._send(now)

    async def finish(self) -> None:
        """Send no more of what is due, and wait for the responses."""
        self._due.clear()
        if self._under_way:
            async with asyncio.timeout(_END_S):
                await self._is_idle.wait()

    def _send(self, now: float) -> None:
        while self._due and self._free:
            self._under_way += 1
            self._is_idle.clear()
            self._free.popleft().request(next(self._paths), self._due.popleft(), now)


async def poll(port: int, paths: Sequence[str], rate: int, seconds: float) -> PollResult:
    """Request `paths` in turn on 64 connections; return the responses.

    Args:
        port: of the server, on 127.0.0.1.
        paths: of the requests.
        rate: requests a second.
        seconds: duration.
    """
    result = PollResult(rate, seconds)
    poller = _Poller(paths, result)
    loop = asyncio.get_running_loop()
    connections = []
    for _ in range(_CONNECTIONS):
        _, connection = await loop.create_connection(
            lambda: _Connection(poller.on_end), "127.0.0.1", port
        )
        connections.append(connection)
        poller.add(connection)
    began, issued = loop.time(), 0
    while (now := loop.time()) < began + seconds:
        count = int((now - began) * rate) - issued
        issued += count
        poller.make_due(count, now)
        await asyncio.sleep(_TICK_S)
    await poller.finish()
    for connection in connections:
        if connection.transport:
            connection.transport.close()
    return result
