"""Raw requests, such as no well-behaved client would send."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any

from tests.harness.error_bodies import check_error

BOUNDARY = "x-toqibox-boundary"
FORM = f"multipart/form-data; boundary={BOUNDARY}"


@dataclass(frozen=True)
class Response:
    """An HTTP response as it was received."""

    status: int
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        parsed = json.loads(self.body)
        assert isinstance(parsed, dict)
        return parsed

    @property
    def code(self) -> str:
        return str(self.json["code"])


def part(name: str, content: bytes | str, *extra: str, filename: str | None = None) -> bytes:
    """Return one part of a form, its boundary in front; `extra` are further header lines."""
    data = content if isinstance(content, bytes) else content.encode()
    file = f'; filename="{filename}"' if filename is not None else ""
    head = "\r\n".join([f'Content-Disposition: form-data; name="{name}"{file}', *extra])
    return f"--{BOUNDARY}\r\n{head}\r\n\r\n".encode() + data + b"\r\n"


def form(*parts: bytes) -> bytes:
    """Return a whole form of these parts."""
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def head(target: str = "POST /export", *lines: str) -> bytes:
    """Return the head of a request."""
    return "\r\n".join([f"{target} HTTP/1.1", "Host: test", *lines, "", ""]).encode()


def post(body: bytes, *lines: str, content_type: str = FORM) -> bytes:
    """Return a POST /export with a body and its length."""
    return (
        head(
            "POST /export", f"Content-Type: {content_type}", f"Content-Length: {len(body)}", *lines
        )
        + body
    )


def chunked(body: bytes, size: int = 4096) -> bytes:
    """Return `body` in the chunked transfer coding."""
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in pieces) + b"0\r\n\r\n"


async def read_response(reader: asyncio.StreamReader, *, bodiless: bool = False) -> Response:
    """Read the next response on a connection; raise ConnectionError if there is none."""
    top = (await reader.readuntil(b"\r\n\r\n")).decode()
    first, *rest = top.strip().split("\r\n")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in rest)}
    assert len(headers) == len(rest), "a header occurs twice"
    status = int(first.split()[1])
    length = 0 if bodiless or status in (100, 204, 304) else int(headers.get("content-length", 0))
    return Response(status, headers, await reader.readexactly(length))


async def exchange(
    port: int, *sent: bytes, pause_s: float = 0, half_close: bool = False, wait_s: float = 10
) -> Response:
    """Send byte strings one after the other, then read one response, and check that of an error.

    Raises:
        EOFError: the server closed without one.
    """
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        async with asyncio.timeout(wait_s):
            sending = asyncio.create_task(_send(writer, sent, pause_s, half_close))
            try:
                response = await read_response(reader, bodiless=sent[0].startswith(b"HEAD "))
            finally:
                sending.cancel()
                await asyncio.gather(sending, return_exceptions=True)
    finally:
        writer.transport.abort()
    request = " ".join(sent[0].decode("latin-1").split(" ", 2)[:2])
    check_error(request, response.status, response.headers, response.body)
    return response


async def _send(
    writer: asyncio.StreamWriter, sent: tuple[bytes, ...], pause_s: float, half_close: bool
) -> None:
    for index, data in enumerate(sent):
        if index and pause_s:
            await asyncio.sleep(pause_s)
        writer.write(data)
        await writer.drain()
    if half_close:
        writer.write_eof()
