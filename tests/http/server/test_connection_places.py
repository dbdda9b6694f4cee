"""Connections are limited in all and by client; one too many is answered with 503."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from ipaddress import ip_network

import pytest

from server.config import Config
from server.http.limits import HttpLimits
from tests.http.conftest import Running, Start
from tests.http.wire import Response, head, read_response

Limits = Callable[..., HttpLimits]
ONE, OTHER = "127.0.0.1", "127.0.0.2"
MAXIMUM = 3
"""Connections of one client, in these tests."""


@asynccontextmanager
async def idle(running: Running, count: int, address: str = ONE) -> AsyncIterator[None]:
    """Hold connections that were answered once."""
    opened = []
    try:
        for _ in range(count):
            reader, writer = await connect(running, address)
            opened.append(writer)  # one that is not kept is closed
            writer.write(head("GET /health"))
            assert (await read_response(reader)).status == 200
        yield
    finally:
        for writer in opened:
            writer.transport.abort()


async def connect(
    running: Running, address: str
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection(ONE, running.port, local_addr=(address, 0))


async def send(running: Running, address: str = ONE) -> Response:
    """Send a request from an address."""
    reader, writer = await connect(running, address)
    try:
        writer.write(head("GET /health", "Origin: https://page.example"))
        return await read_response(reader)
    finally:
        writer.transport.abort()


async def is_served(running: Running, address: str = ONE) -> bool:
    return (await send(running, address)).status == 200


@pytest.fixture
def patient(limits: Limits) -> HttpLimits:
    return limits(client_connections=MAXIMUM, header_s=600, keep_alive_s=600)


@pytest.mark.fault("J04")
async def test_all_connections_are_limited(start: Start, limits: Limits) -> None:
    few = limits(connections=2, client_connections=2, header_s=600, keep_alive_s=600)
    running = await start(few)
    async with idle(running, 2):
        refused = await send(running)
        assert (refused.status, refused.code) == (503, "too_many_connections")
    assert await running.until(lambda: is_served(running))


@pytest.mark.fault("J04")
async def test_one_address_does_not_hold_all_connections(
    start: Start, patient: HttpLimits, caplog: pytest.LogCaptureFixture
) -> None:
    running = await start(patient)
    async with idle(running, MAXIMUM):
        for _ in range(2):
            refused = await send(running)
            assert (refused.status, refused.code) == (503, "too_many_connections")
            assert refused.headers["connection"] == "close"
            assert refused.headers["access-control-allow-origin"] == "*"
            assert refused.headers["x-request-id"] == refused.json["requestId"]
            assert int(refused.headers["retry-after"]) >= 1
        assert await is_served(running, OTHER)
    assert await running.until(lambda: is_served(running))
    (line,) = [record for record in caplog.records if "connections" in record.getMessage()]
    assert (line.getMessage(), line.levelno) == ("connections.full", logging.WARNING)
    assert line.__dict__["facts"] == {"limit": MAXIMUM, "client": ONE, "refused": 1}


async def test_a_trusted_proxy_has_all_connections(start: Start, patient: HttpLimits) -> None:
    running = await start(patient, trusted_proxies=(ip_network(f"{OTHER}/32"),))
    async with idle(running, 2 * MAXIMUM, OTHER):
        assert await is_served(running, OTHER)


async def test_one_client_has_a_quarter_of_all_by_default(start: Start, limits: Limits) -> None:
    running = await start(limits(connections=8, header_s=600, keep_alive_s=600))
    async with idle(running, 2):
        assert (await send(running)).code == "too_many_connections"
        async with idle(running, 2, OTHER), idle(running, 2, "127.0.0.3"):
            async with idle(running, 2, "127.0.0.4"):
                assert (await send(running, "127.0.0.5")).code == "too_many_connections"
            assert await running.until(lambda: is_served(running, "127.0.0.5"))


def test_the_number_for_one_client_is_a_setting() -> None:
    config = Config.from_env({"MAX_CLIENT_CONNECTIONS": "7"})
    assert HttpLimits.from_config(config).client_connections == 7
    assert HttpLimits.from_config(Config()).client_connections is None
