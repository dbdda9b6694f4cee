"""Delivery of large bodies: a client that does not read them is cut off, and holds no memory."""

import asyncio
import fcntl
import socket
import struct
import termios
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress

from aiohttp import web

from server.http.app_keys import LIMITS
from server.http.transfer_rate import TransferRate

_CHUNK = 256 * 1024
_TCP_INFO_BYTES, _BYTES_ACKED_AT = 256, 120
_CHECKS_PER_WINDOW = 15
"""Number of times per window that the progress of a delivery is checked."""


async def send_body(
    request: web.Request, body: bytes, content_type: str, headers: Mapping[str, str]
) -> web.StreamResponse:
    """Send a body that is in memory, and that a client may be too slow for."""
    response = web.StreamResponse(headers=headers)
    response.content_type = content_type
    response.content_length = len(body)
    await response.prepare(request)
    if request.method != "HEAD":
        await deliver(request, response, _pieces(body))
    return response


async def _pieces(body: bytes) -> AsyncIterator[bytes]:
    for offset in range(0, len(body), _CHUNK):
        yield body[offset : offset + _CHUNK]


async def deliver(
    request: web.Request, response: web.StreamResponse, pieces: AsyncIterator[bytes]
) -> None:
    """Send the rest of a prepared response; abort if the client is too slow."""
    transport = request.transport
    if transport is None:
        return
    # A write is complete when the kernel has all of it, so nothing is buffered on this side.
    transport.set_write_buffer_limits(high=0)
    monitor = DeliveryMonitor(transport)
    limits = request.app[LIMITS]
    rate = TransferRate(limits.download_min_rate, limits.download_window_s)
    watch = asyncio.create_task(monitor.watch(rate, limits.download_window_s))
    try:
        with suppress(ConnectionError):
            async for piece in pieces:
                monitor.sent += len(piece)
                await response.write(piece)
            await response.write_eof()
    finally:
        watch.cancel()


class DeliveryMonitor:
    """Monitors how much of what was sent has reached the client."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self.sent = 0

    def acknowledged(self) -> int:
        """Return the bytes that the peer's kernel has acknowledged."""
        return self.sent - count_waiting(self._transport)

    async def watch(self, rate: TransferRate, window_s: float) -> None:
        """Abort the connection once it is below the minimum rate."""
        clock = asyncio.get_running_loop().time
        last_time, last_acknowledged = clock(), self.acknowledged()
        while not rate.is_below_minimum:
            await asyncio.sleep(window_s / _CHECKS_PER_WINDOW)
            now, acknowledged = clock(), self.acknowledged()
            # A pause of the server itself counts for little.
            rate.add(
                min(now - last_time, 2 * window_s / _CHECKS_PER_WINDOW),
                max(0, acknowledged - last_acknowledged),
            )
            last_time, last_acknowledged = now, acknowledged
        reset(self._transport)


def count_waiting(transport: asyncio.Transport) -> int:
    """Return the bytes, here and in the kernel, that the peer has not acknowledged yet."""
    waiting = transport.get_write_buffer_size()
    connection = transport.get_extra_info("socket")
    with suppress(OSError, ValueError):
        # TIOCOUTQ on a TCP socket: bytes not yet acknowledged (tcp(7), SIOCOUTQ). Without
        # this a slow but steady client would seem to stall for minutes: the kernel
        # accepts megabytes at a time.
        unacknowledged = fcntl.ioctl(connection.fileno(), termios.TIOCOUTQ, bytes(4))
        waiting += struct.unpack("i", unacknowledged)[0]
    return int(waiting)


def count_acknowledged(transport: asyncio.Transport) -> int:
    """Return the bytes that the peer has acknowledged since it connected; 0 if it is not known."""
    connection = transport.get_extra_info("socket")
    with suppress(OSError, struct.error):
        # The field tcpi_bytes_acked of struct tcp_info (linux/tcp.h).
        info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO_BYTES)
        return int(struct.unpack_from("Q", info, _BYTES_ACKED_AT)[0])
    return 0


def reset(transport: asyncio.Transport) -> None:
    """Reset a connection rather than close it: the kernel drops at once what waits for the peer."""
    connection = transport.get_extra_info("socket")
    with suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
