"""A receiver of webhooks: an HTTPS server on a free local port."""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.harness.limits import HANG_S

_FOLDER = Path(__file__).parents[1] / "data" / "webhooks"
CERTIFICATE = _FOLDER / "certificate.pem"
"""Of ``localhost`` and 127.0.0.1; it signs itself and is trusted by nobody else."""
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
Reply = tuple[bytes, ...]
"""Byte strings to send; the last one is repeated until the client has gone if it is ``ENDLESS``."""
OK: Reply = (b"HTTP/1.1 204 No Content\r\n\r\n",)
ENDLESS = b"x" * 4096
SILENCE: Reply = ()
"""No response at all: the connection stays open."""


def status(line: str, *headers: str) -> Reply:
    """Return an empty response with this status line."""
    return ("\r\n".join([f"HTTP/1.1 {line}", "Content-Length: 0", *headers, "", ""]).encode(),)


@dataclass(frozen=True)
class Message:
    """A request as it was received."""

    path: str
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes


class Receiver:
    """An HTTPS server; a context manager.

    Args:
        reply: returns the response to the message with a number, from 1.
    """

    def __init__(self, reply: Callable[[int], Reply] = lambda _number: OK) -> None:
        self.reply = reply
        self.messages: list[Message] = []
        self.connections = 0
        self._arrived = asyncio.Condition()
        self._handlers: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> "Receiver":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE, _FOLDER / "key.pem")
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=context)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for handler in self._handlers:
            handler.cancel()
        await asyncio.gather(*self._handlers, return_exceptions=True)

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}/hook?token=1"

    async def received(self, count: int) -> list[Message]:
        """Wait until there are at least `count` messages; return all."""
        async with asyncio.timeout(HANG_S), self._arrived:
            await self._arrived.wait_for(lambda: len(self.messages) >= count)
            return list(self.messages)

    def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        handler = asyncio.ensure_future(self._handle(reader, writer))
        self._handlers.add(handler)
        handler.add_done_callback(self._handlers.discard)

    async def _handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
            headers = {name.lower(): value for name, value in (x.split(": ", 1) for x in lines)}
            body = await reader.readexactly(int(headers["content-length"]))
            async with self._arrived:
                self.messages.append(Message(first.split()[1], headers, body))
                self._arrived.notify_all()
            reply = self.reply(len(self.messages))
            for part in reply:
                writer.write(part)
                await writer.drain()
            while reply[-1:] == (ENDLESS,):
                writer.write(ENDLESS)
                await writer.drain()
            if not reply:
                await reader.read()
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            writer.transport.abort()
