"""Places of event streams: their number, clients that leave, that stall, or that want them all."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable
from ipaddress import ip_network

import pytest

from server.http.handlers.exports.events import STREAM_PLACES
from server.http.limits import HttpLimits
from server.jobs.model.job import Status
from tests.http.conftest import Running, Start
from tests.http.event_stream import EventStream
from tests.http.wire import head

Limits = Callable[..., HttpLimits]
RESET = struct.pack("ii", 1, 0)


def taken(running: Running) -> int:
    return len(running.app[STREAM_PLACES])


@pytest.mark.fault("J08")
async def test_a_stream_over_the_limit_is_refused(start: Start, limits: Limits) -> None:
    running = await start(limits(event_streams=2))
    job = await running.add_job()
    async with EventStream(running.port, job.id), EventStream(running.port, job.id):
        async with EventStream(running.port, job.id, "Origin: https://a.example") as refused:
            response = refused.response
        assert (response.status, response.code) == (503, "too_many_streams")
        assert int(response.headers["retry-after"]) > 0
        assert response.headers["access-control-allow-origin"] == "*"
        assert taken(running) == 2


@pytest.mark.fault("J08")
@pytest.mark.parametrize("leave", ["closes its side", "resets"])
async def test_a_client_that_leaves_frees_its_place_at_once(
    start: Start, limits: Limits, leave: str
) -> None:
    """Send no comment and no event that would show that the client has left."""
    running = await start(limits(event_streams=1, event_comment_s=600))
    job = await running.add_job()
    async with EventStream(running.port, job.id) as stream:
        assert await stream.next()
        if leave == "resets":
            connection = stream.writer.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            stream.writer.transport.abort()
        else:
            stream.writer.write_eof()
        assert await running.until(lambda: taken(running) == 0)
    async with EventStream(running.port, job.id) as next_stream:
        assert await next_stream.next()


async def test_an_address_with_fewer_streams_gets_a_place_of_the_busiest_one(
    start: Start, limits: Limits
) -> None:
    running = await start(
        limits(event_streams=2, event_comment_s=600), trusted_proxies=(ip_network("127.0.0.1/32"),)
    )
    job = await running.add_job()
    one, other = "X-Forwarded-For: 192.0.2.1", "X-Forwarded-For: 192.0.2.2"
    async with (
        EventStream(running.port, job.id, one) as oldest,
        EventStream(running.port, job.id, one) as newer,
    ):
        assert await oldest.next()
        assert await newer.next()
        async with EventStream(running.port, job.id, other) as stream:
            assert await stream.next()
            assert await oldest.rest() == []
            async with EventStream(running.port, job.id, one) as refused:
                assert refused.response.code == "too_many_streams"
            await running.service.store.jobs.transition(job.id, Status.CANCELLED)
            assert [event.name for event in await newer.rest()] == ["cancelled"]


@pytest.mark.fault("J08", "L06")
async def test_a_client_that_does_not_read_is_cut_off_and_delays_nobody(
    start: Start, limits: Limits
) -> None:
    running = await start(limits(event_interval_s=0.0, event_write_s=0.2))
    job = await running.add_job()
    await running.service.store.jobs.transition(job.id, Status.PROCESSING)
    loop = asyncio.get_running_loop()
    with socket.socket() as stalled:
        stalled.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        stalled.setblocking(False)
        await loop.sock_connect(stalled, ("127.0.0.1", running.port))
        await loop.sock_sendall(stalled, head(f"GET /export/{job.id}/events"))
        assert await running.until(lambda: taken(running) == 1)
        async with EventStream(running.port, job.id) as reading:
            assert await reading.next()
            sent = 0
            while taken(running) == 2:
                sent += 1
                report = {"size": sent, "text": "x" * 20_000}
                await running.service.store.jobs.update(job.id, report=report)
                event = await reading.next()
                assert event is not None
                assert event.job["report"]["size"] == sent
                assert sent < 500
            await running.service.store.jobs.transition(job.id, Status.CANCELLED)
            assert (await reading.rest())[-1].name == "cancelled"
        with contextlib.suppress(ConnectionResetError):
            while await loop.sock_recv(stalled, 65536):
                pass
