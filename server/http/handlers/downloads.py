"""GET and HEAD /download/{jobId} and /download/{jobId}/poster.jpg."""

import asyncio
import fcntl
import socket
import struct
import termios
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from aiohttp import web

from server.errors import ToqiboxError
from server.http.app_keys import LIMITS, SERVICE, language_of, request_id_of
from server.http.handlers.required_job import require_job
from server.http.headers.content_disposition import content_disposition
from server.http.headers.ranges import (
    RangeNotSatisfiable,
    check_if_match,
    is_not_modified,
    requested_range,
)
from server.http.responses import error_response
from server.http.transfer_rate import TransferRate
from server.jobs.model.job import Job
from server.jobs.storage.artifacts import Artifact

_CHUNK = 256 * 1024
_CHECKS_PER_WINDOW = 15
"""Number of times per window that the progress of a download is checked."""


@dataclass(frozen=True)
class _Kind:
    artifact: str
    content_type: str
    extension: str


_VIDEO = _Kind("video", "video/mp4", ".mp4")
_POSTER = _Kind("poster", "image/jpeg", ".jpg")


async def download_video(request: web.Request) -> web.StreamResponse:
    """Send the MP4."""
    return await _download(request, _VIDEO)


async def download_poster(request: web.Request) -> web.StreamResponse:
    """Send the poster: the frame at the loudest moment, as JPEG."""
    return await _download(request, _POSTER)


async def _download(request: web.Request, kind: _Kind) -> web.StreamResponse:
    job = await require_job(request)
    async with request.app[SERVICE].open_artifact(job, kind.artifact) as artifact:
        return await _send(request, kind, job, artifact)


async def _send(
    request: web.Request, kind: _Kind, job: Job, artifact: Artifact
) -> web.StreamResponse:
    size = artifact.size
    # A published file never changes, so its name and size identify its content.
    etag = f'"{job.id}-{kind.artifact}-{size:x}"'
    headers = {
        "ETag": etag,
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-cache",
        "Content-Disposition": content_disposition(
            _title(job), _fallback_name(job), kind.extension
        ),
    }
    check_if_match(request.headers, etag)
    if is_not_modified(request.headers, etag):
        return web.Response(status=304, headers=headers)
    head_only = request.method == "HEAD"
    try:
        byte_range = None if head_only else requested_range(request.headers, size, etag)
    except RangeNotSatisfiable:
        return _range_not_satisfiable(request, size)
    first, count = byte_range or (0, size)
    if byte_range:
        headers["Content-Range"] = f"bytes {first}-{first + count - 1}/{size}"
    response = web.StreamResponse(status=206 if byte_range else 200, headers=headers)
    response.content_type = kind.content_type
    response.content_length = count
    await response.prepare(request)
    if not head_only:
        await _stream(request, response, artifact, range(first, first + count))
    return response


def _range_not_satisfiable(request: web.Request, size: int) -> web.Response:
    error = ToqiboxError("range_not_satisfiable")
    response = error_response(error, request_id_of(request), language_of(request))
    response.headers["Content-Range"] = f"bytes */{size}"
    return response


async def _stream(
    request: web.Request, response: web.StreamResponse, artifact: Artifact, span: range
) -> None:
    """Send the bytes of `span`; abort if the client is too slow."""
    transport = request.transport
    if transport is None:
        return
    # A write is complete when the kernel has all of it, so nothing is buffered on this side.
    transport.set_write_buffer_limits(high=0)
    monitor = DeliveryMonitor(transport)
    limits = request.app[LIMITS]
    watch = asyncio.create_task(
        monitor.watch(
            TransferRate(limits.download_min_rate, limits.download_window_s),
            limits.download_window_s,
        )
    )
    try:
        with suppress(ConnectionError):
            for offset in range(span.start, span.stop, _CHUNK):
                length = min(_CHUNK, span.stop - offset)
                data = await artifact.read(offset, length)
                if len(data) < length:
                    raise EOFError("the file was cut off while it was sent")
                monitor.sent += len(data)
                await response.write(data)
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
        waiting = self._transport.get_write_buffer_size()
        connection = self._transport.get_extra_info("socket")
        with suppress(OSError, ValueError):
            # TIOCOUTQ on a TCP socket: bytes not yet acknowledged (tcp(7), SIOCOUTQ). Without
            # this a slow but steady client would seem to stall for minutes: the kernel
            # accepts megabytes at a time.
            unacknowledged = fcntl.ioctl(connection.fileno(), termios.TIOCOUTQ, bytes(4))
            waiting += struct.unpack("i", unacknowledged)[0]
        return self.sent - waiting

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
        # Reset rather than close: the kernel drops at once what it still holds for this client.
        connection = self._transport.get_extra_info("socket")
        with suppress(OSError):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()


def _title(job: Job) -> str:
    return " - ".join(filter(None, [job.spec.artist, job.spec.title]))


def _fallback_name(job: Job) -> str:
    return f"toqibox-{datetime.fromtimestamp(job.created_at / 1000, UTC):%Y-%m-%d}"
