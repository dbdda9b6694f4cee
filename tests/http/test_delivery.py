"""Large bodies that a client does not read."""

import asyncio
import socket

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from server.http.app_keys import LIMITS
from server.http.delivery import send_body
from server.http.limits import HttpLimits
from tests.harness.limits import HANG_S
from tests.harness.slots import until

_BODY = bytes(range(256)) * 65_536


async def _send(request: web.Request) -> web.StreamResponse:
    return await send_body(request, _BODY, "image/png", {"ETag": '"a"'})


def _application() -> web.Application:
    application = web.Application()
    application[LIMITS] = HttpLimits(download_window_s=0.5)
    application.router.add_get("/", _send)
    return application


@pytest.mark.fault("J06")
async def test_a_client_that_does_not_read_is_cut_off() -> None:
    loop = asyncio.get_running_loop()
    async with TestServer(_application()) as server:
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.setblocking(False)
            await loop.sock_connect(client, (server.host, server.port))
            await loop.sock_sendall(client, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            handler = server.handler
            assert handler is not None
            await until(lambda: handler.connections)
            await until(lambda: not handler.connections)


async def test_a_client_that_reads_gets_all() -> None:
    async with TestServer(_application()) as server:
        reader, writer = await asyncio.open_connection(server.host, server.port)
        writer.write(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        async with asyncio.timeout(HANG_S):
            answer = await reader.read()
        head, _, body = answer.partition(b"\r\n\r\n")
        assert body == _BODY
        assert b"Content-Length: 16777216" in head
        writer.close()
        await writer.wait_closed()
