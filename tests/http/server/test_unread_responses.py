"""Clients that send requests and read no response: their connections do not stay."""

import asyncio
import select
import socket
from collections.abc import Callable
from contextlib import closing

import pytest

from server.http.limits import HttpLimits
from tests.harness.limits import HANG_S
from tests.http.conftest import Start
from tests.http.wire import head

Limits = Callable[..., HttpLimits]


async def _connect(port: int) -> socket.socket:
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.setblocking(False)
    await asyncio.get_running_loop().sock_connect(client, ("127.0.0.1", port))
    return client


async def _is_reset(client: socket.socket) -> bool:
    """Wait until the server has reset a connection, of which nothing is read."""
    poll = select.poll()
    poll.register(client, 0)  # errors are always reported
    await asyncio.to_thread(poll.poll, 1000 * HANG_S)
    return client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) != 0


@pytest.mark.fault("J06")
@pytest.mark.parametrize("requests", [1, 60], ids=["in the kernel", "in the server too"])
async def test_a_client_that_reads_nothing_is_cut_off(
    start: Start, limits: Limits, requests: int
) -> None:
    running = await start(limits(response_stall_s=0.3))
    with closing(await _connect(running.port)) as client:
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(client, head("GET /openapi.json") * requests)
        assert await _is_reset(client)


async def test_a_client_that_reads_slowly_gets_its_response(start: Start, limits: Limits) -> None:
    """Nor is one cut off that sends nothing for a while."""
    running = await start(limits(response_stall_s=0.3))
    with closing(await _connect(running.port)) as client:
        loop, begin = asyncio.get_running_loop(), asyncio.get_running_loop().time()
        await asyncio.sleep(0.5)
        await loop.sock_sendall(client, head("GET /openapi.json", "Connection: close"))
        body = b""
        async with asyncio.timeout(HANG_S):
            while piece := await loop.sock_recv(client, 20_000):
                body += piece
                await asyncio.sleep(0.05)
        assert loop.time() - begin > 1
        assert body.endswith(b"}")
