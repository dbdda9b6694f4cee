"""A client of an event stream, over a raw connection."""

import asyncio
import json
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from tests.harness.limits import HANG_S
from tests.http.wire import Response, head, read_response


@dataclass(frozen=True)
class Event:
    """One event as it was received."""

    name: str
    id: int
    job: dict[str, Any]


class EventStream:
    """The stream of one job; a context manager.

    Args:
        port: of the server.
        job_id: of the job.
        last_id: the last event that the client has.
        query: of a signed link.
        lines: further header lines.
    """

    def __init__(
        self, port: int, job_id: str, *lines: str, last_id: int | None = None, query: str = ""
    ) -> None:
        self._port = port
        resumed = [] if last_id is None else [f"Last-Event-ID: {last_id}"]
        self._sent = head(f"GET /export/{job_id}/events{query}", *lines, *resumed)
        self._buffer = b""
        self.comments = 0
        """Comments before the last event that was read."""

    async def __aenter__(self) -> "EventStream":
        self._reader, self.writer = await asyncio.open_connection("127.0.0.1", self._port)
        self.writer.write(self._sent)
        async with asyncio.timeout(HANG_S):
            chunked = await self._reader.readuntil(b"\r\n\r\n")
        self._whole = asyncio.StreamReader()
        self._whole.feed_data(chunked)
        is_stream = b"transfer-encoding: chunked" in chunked.lower()
        if not is_stream:  # an error, with its body
            self._whole.feed_data(await self._reader.read())
        self._whole.feed_eof()
        self.response: Response = await read_response(self._whole)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.writer.transport.abort()

    async def next(self) -> Event | None:
        """Return the next event; None at the end of the stream.

        Raises:
            EOFError: the connection was cut before the end.
        """
        async with asyncio.timeout(HANG_S):
            while True:
                block = await self._block()
                if block is None:
                    return None
                fields = dict(line.split(": ", 1) for line in block.split("\n") if line[:1] != ":")
                if "data" in fields:
                    job = json.loads(fields["data"])
                    return Event(fields["event"], int(fields["id"]), job)
                self.comments += block == ":"

    async def rest(self) -> list[Event]:
        """Return all events up to the end of the stream."""
        events = []
        while (event := await self.next()) is not None:
            events.append(event)
        return events

    async def comment(self) -> None:
        """Read up to the next comment, with no event before it."""
        async with asyncio.timeout(HANG_S):
            while (block := await self._block()) != ":":
                assert block is not None
                assert "data: " not in block

    async def _block(self) -> str | None:
        """Return the text up to the next empty line; None at the end of the stream."""
        while b"\n\n" not in self._buffer:
            size = int(await self._reader.readuntil(b"\r\n"), 16)
            self._buffer += await self._reader.readexactly(size)
            assert await self._reader.readexactly(2) == b"\r\n"
            if size == 0:
                assert not self._buffer
                return None
        block, _, self._buffer = self._buffer.partition(b"\n\n")
        return block.decode()
