"""The times of a connection: until its first request, and between two of them."""

import asyncio
from collections.abc import Callable

from server.http.limits import HttpLimits
from server.http.server.connection import protocol_settings
from tests.harness.limits import HANG_S
from tests.http.conftest import QUICK, Running, Start
from tests.http.wire import exchange, form, head, part, post, read_response


async def test_a_connection_may_be_idle_for_longer_between_two_requests(
    start: Start, limits: Callable[..., HttpLimits]
) -> None:
    running = await start(limits(keep_alive_s=HANG_S))
    reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
    for pause_s in (0.0, 1.5 * QUICK.header_s):
        await asyncio.sleep(pause_s)
        writer.write(head("GET /health"))
        assert (await read_response(reader)).status == 200
    writer.transport.abort()


async def test_a_body_may_take_longer_than_the_headers(running: Running) -> None:
    body = form(part("fps", "30"))
    sent = (post(body)[: -len(body)], body)
    response = await exchange(running.port, *sent, pause_s=1.5 * QUICK.header_s)
    assert (response.status, response.code) == (400, "missing_field")


async def test_a_connection_is_closed_when_no_further_request_comes(
    start: Start, limits: Callable[..., HttpLimits]
) -> None:
    running = await start(limits(keep_alive_s=0.1))
    reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
    writer.write(head("GET /health"))
    assert (await read_response(reader)).status == 200
    async with asyncio.timeout(HANG_S):
        assert await reader.read() == b""
    writer.transport.abort()


def test_idle_connections_stay_for_longer_than_those_of_proxies() -> None:
    assert (HttpLimits().header_s, HttpLimits().keep_alive_s) == (30, 75)
    assert protocol_settings(HttpLimits())["keepalive_timeout"] == 75
