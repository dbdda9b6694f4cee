"""A TCP proxy that closes connections in the middle of a response."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

_CHUNK = 64 * 1024


@dataclass
class CuttingProxy:
    """A proxy of one server, in front of all its connections.

    Args:
        server_port: of the server.
        path: of the requests whose connections are cut.
        cuts: for each of them in turn, the text of the response after which the connection is
            closed; later ones are not cut.
    """

    server_port: int
    path: str
    cuts: Sequence[bytes]
    port: int = 0
    heads: list[str] = field(default_factory=list)
    """The heads of all requests for the path."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @asynccontextmanager
    async def serve(self) -> AsyncIterator["CuttingProxy"]:
        """Listen on a free port."""
        listener = await asyncio.start_server(self._forward, "127.0.0.1", 0)
        self.port = listener.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            listener.close()

    async def _forward(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        """Forward one request and its response: a client opens a connection for each."""
        server, to_server = await asyncio.open_connection("127.0.0.1", self.server_port)
        sending: asyncio.Task[None] | None = None
        try:
            head = await client.readuntil(b"\r\n\r\n")
            lines = head.decode().split("\r\n")
            kept = [line for line in lines if not line.lower().startswith("connection:")]
            to_server.write("\r\n".join([*kept[:-2], "Connection: close", "", ""]).encode())
            sending = asyncio.create_task(_copy(client, to_server))
            end = None
            if self.path in lines[0]:
                count = len(self.heads)
                self.heads.append(head.decode())
                end = self.cuts[count] if count < len(self.cuts) else None
            await _copy_until(server, to_client, end)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            if sending:
                sending.cancel()
            to_server.close()
            to_client.close()


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await source.read(_CHUNK):
            target.write(data)
            await target.drain()


async def _copy_until(
    source: asyncio.StreamReader, target: asyncio.StreamWriter, end: bytes | None
) -> None:
    """Copy until the end, at most to the text `end`."""
    sent = b""
    while data := await source.read(_CHUNK):
        sent += data
        if end is not None and end in sent:
            start = len(sent) - len(data)
            target.write(data[: sent.index(end) + len(end) - start])
            return
        target.write(data)
        await target.drain()
