"""GET /export/{jobId}/events: a job and its changes as Server-Sent Events (HTML, section 9.2)."""

import asyncio
import re
import socket
from contextlib import suppress
from functools import partial

from aiohttp import web

from server.errors import ToqiboxError
from server.http.app_keys import CONFIG, LIMITS, language_of, watch_peer
from server.http.authentication import AUTHENTICATOR
from server.http.handlers.exports.required_job import require_job
from server.http.headers.client_address import client_address, network_of
from server.http.headers.ranges import check_if_match
from server.http.limits import HttpLimits
from server.http.streams.job_channels import Description, JobChannel, JobChannels
from server.http.streams.stream_places import OpenStream, StreamPlaces
from server.jobs.model.job import FINAL, Status

CHANNELS = web.AppKey("channels", JobChannels)
STREAM_PLACES = web.AppKey("stream_places", StreamPlaces)
_RETRY = b"retry: 2000\n\n"
"""Milliseconds after which a client connects again."""
_COMMENT = b":\n\n"
_SEND_BUFFER_BYTES = 32 * 1024
"""Of the kernel, for each stream; by default it would grow to megabytes for one that stalls."""
_VERSION = re.compile(r"[0-9]{1,18}")


async def follow_export(request: web.Request) -> web.StreamResponse:
    """Send the job object at once and after each change; the event of its end is the last.

    A client that has the last event already gets 204, which ends its attempts to connect again.
    """
    job = await require_job(request)
    check_if_match(request.headers)
    last_id = _last_event_id(request)
    if job.is_final and last_id == job.version:
        return web.Response(status=204, headers={"Cache-Control": "no-store"})
    response = web.StreamResponse(
        headers={
            "Content-Type": "text/event-stream; charset=utf-8",
            "Cache-Control": "no-store",
            "X-Accel-Buffering": "no",
        }
    )
    response.force_close()
    if request.method == "HEAD":
        await response.prepare(request)
        return response
    network = network_of(client_address(request, request.app[CONFIG]))
    transport = request.transport
    if transport is None:
        raise ConnectionResetError("the client has disconnected")
    is_allowed = partial(request.app[AUTHENTICATOR].is_valid, request, job.owner)
    with (
        request.app[STREAM_PLACES].take(network, transport, is_allowed) as stream,
        request.app[CHANNELS].follow(job, stream) as channel,
    ):
        watch_peer(request, stream.end)
        if not await is_allowed():  # revoked since: before the stream had a place
            raise ToqiboxError("not_found")
        await response.prepare(request)
        sender = _Sender(request, response, transport)
        with suppress(ConnectionError, TimeoutError):
            await _send_changes(sender, stream, channel, last_id)
            await response.write_eof()
    return response


def _last_event_id(request: web.Request) -> int | None:
    """Return the version that the client has seen last; None if it has seen none of ours."""
    text = request.headers.get("Last-Event-ID", "")
    return int(text) if _VERSION.fullmatch(text) else None


class _Sender:
    """Writes to one stream; each write ends when the kernel has all of it.

    Raises:
        TimeoutError: the client does not read; the connection is aborted.
    """

    def __init__(
        self, request: web.Request, response: web.StreamResponse, transport: asyncio.Transport
    ) -> None:
        self.limits: HttpLimits = request.app[LIMITS]
        self.language = language_of(request)
        self._request = request
        self._response = response
        self._transport = transport
        transport.set_write_buffer_limits(high=0)
        connection = transport.get_extra_info("socket")
        # A peer that vanished without a word acknowledges nothing (tcp(7)).
        unacknowledged_ms = round((self.limits.event_comment_s + self.limits.event_write_s) * 1000)
        with suppress(OSError):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER_BYTES)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, unacknowledged_ms)

    async def write(self, data: bytes) -> None:
        try:
            async with asyncio.timeout(self.limits.event_write_s):
                await self._response.write(data)
                await self._request.writer.drain()
        except TimeoutError:
            self._transport.abort()
            raise


async def _send_changes(
    sender: _Sender, stream: OpenStream, channel: JobChannel, last_id: int | None
) -> None:
    """Send every description that differs from the last one sent, until the job or stream ends."""
    clock = asyncio.get_running_loop().time
    sent: Description | None = None
    sent_version = last_id
    next_at = 0.0
    await sender.write(_RETRY)
    while not stream.is_ended:
        stream.wake.clear()
        now = await channel.describe(sender.language)
        if now.version != sent_version or _has_moved(sent, now, channel.sent_places):
            await sender.write(_format(now))
            next_at = clock() + sender.limits.event_interval_s
        sent, sent_version = now, now.version
        channel.sent_places.add(now.place)
        if now.status in FINAL:
            return
        while not await _is_woken(stream, sender.limits.event_comment_s):
            await sender.write(_COMMENT)
        await asyncio.sleep(max(0.0, next_at - clock()))


def _has_moved(sent: Description | None, now: Description, places: set[int | None]) -> bool:
    """Return whether only the place of a waiting job has changed, and not its row.

    Without `sent`, a client connects again. What was written last may not have reached it, so it
    has the place of now for certain only if no other one was ever sent.
    """
    if now.status is not Status.QUEUED:
        return False
    return bool(places - {now.place}) if sent is None else now.body != sent.body


async def _is_woken(stream: OpenStream, within_s: float) -> bool:
    """Wait until there may be something to send; return False if there is not in time."""
    with suppress(TimeoutError):
        async with asyncio.timeout(within_s):
            await stream.wake.wait()
    return stream.wake.is_set()


def _format(description: Description) -> bytes:
    """Return an event; its name is the final status, or ``job``."""
    is_final = description.status in FINAL
    name = description.status.value if is_final else "job"
    head = f"event: {name}\nid: {description.version}\ndata: ".encode()
    return head + description.body + b"\n\n"
