"""Clients that send or read slowly, and those that follow a job."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

_STEP_S = 0.125
_RECEIVE_BUFFER_BYTES = 4096


@dataclass(frozen=True)
class StreamEvent:
    """An event of a job's stream."""

    name: str
    """``job``, or the final status."""
    version: int
    job: dict[str, Any]

    @property
    def is_final(self) -> bool:
        """True for the last event of a stream."""
        return self.name != "job"


async def _request(
    port: int, head: str, *, limit: int = 65_536
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Open a connection with a small receive buffer, and send the head of a request."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER_BYTES)
    connection.setblocking(False)
    try:
        await asyncio.get_running_loop().sock_connect(connection, ("127.0.0.1", port))
    except BaseException:
        connection.close()
        raise
    reader, writer = await asyncio.open_connection(sock=connection, limit=limit)
    writer.write(f"{head}\r\nHost: bench\r\n\r\n".encode())
    return reader, writer


async def _read_status(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    return int(head.split(maxsplit=2)[1])


async def follow(
    port: int, job_id: str, last_version: int = -1, headers: Mapping[str, str] | None = None
) -> AsyncIterator[StreamEvent]:
    """Yield the events of a job until its stream ends.

    Args:
        port: of the server.
        job_id: the job.
        last_version: version of the last event that was seen; -1 for none.
        headers: further ones of the request.

    Raises:
        ConnectionError: the stream was refused, or was cut off.
    """
    # HTTP/1.0, so that the body is not sent in chunks.
    lines = [f"GET /export/{job_id}/events HTTP/1.0", f"Last-Event-ID: {last_version}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    reader, writer = await _request(port, "\r\n".join(lines))
    try:
        status = await _read_status(reader)
        if status == 204:  # the last event is the last one that was seen
            return
        if status != 200:
            raise ConnectionError(f"status {status}")
        fields: dict[bytes, bytes] = {}
        while line := await reader.readline():
            name, _, value = line.rstrip(b"\r\n").partition(b": ")
            fields[name] = value
            if not line.strip() and b"data" in fields:
                yield StreamEvent(
                    fields[b"event"].decode(), int(fields[b"id"]), json.loads(fields[b"data"])
                )
                fields = {}
    except asyncio.IncompleteReadError as error:
        raise ConnectionError("cut off") from error
    finally:
        writer.transport.abort()


async def download_slowly(port: int, job_id: str, rate: int) -> int:
    """Read a video at `rate` bytes a second; return the bytes of its body up to the end.

    Raises:
        ConnectionError: it was refused, or was cut off.
    """
    reader, writer = await _request(port, f"GET /download/{job_id} HTTP/1.1", limit=4096)
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        if int(head.split(maxsplit=2)[1]) != 200:
            raise ConnectionError(head.splitlines()[0].decode())
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        count = 0
        while count < length:
            data = await reader.read(int(rate * _STEP_S))
            if not data:
                raise ConnectionError(f"cut off after {count} bytes of {length}")
            count += len(data)
            await asyncio.sleep(_STEP_S)
        return count
    except asyncio.IncompleteReadError as error:
        raise ConnectionError("cut off") from error
    finally:
        writer.transport.abort()


async def upload_slowly(port: int, body: bytes, content_type: str, rate: int, address: str) -> int:
    """Send the form of an export at `rate` bytes a second; return the status of the response.

    Args:
        port: of the server.
        body: the form.
        content_type: of the form.
        rate: bytes a second.
        address: of the client, as a proxy gives it.

    Raises:
        ConnectionError: the connection was lost without a response.
    """
    lines = [
        "POST /export HTTP/1.1",
        f"Content-Type: {content_type}",
        f"Content-Length: {len(body)}",
        f"X-Forwarded-For: {address}",
    ]
    reader, writer = await _request(port, "\r\n".join(lines))
    answer = asyncio.ensure_future(_read_status(reader))
    step = int(rate * _STEP_S)
    try:
        for offset in range(0, len(body), step):
            if answer.done():
                break
            writer.write(body[offset : offset + step])
            await asyncio.wait((answer,), timeout=_STEP_S)
        return await answer
    except asyncio.IncompleteReadError as error:
        raise ConnectionError("no response") from error
    finally:
        answer.cancel()
        writer.transport.abort()
