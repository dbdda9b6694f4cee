"""Clients that do not read what was drawn for them: the server holds none of it in memory."""

import asyncio
import socket
import tracemalloc
from collections.abc import Iterator
from contextlib import ExitStack, closing
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from tests.harness.limits import HANG_S
from tests.http.conftest import Running, Start
from tests.http.wire import Response, exchange, form, head, part, post

_CLIENTS = 8
_SIDE = 1200


@pytest.fixture
def traced() -> Iterator[None]:
    """Trace the memory of Python's objects, the contents of files among them."""
    tracemalloc.start()
    yield
    tracemalloc.stop()


def _noise() -> bytes:
    """Return a small JPEG of noise, whose pixels no PNG compresses much."""
    pixels = np.random.default_rng(1).integers(0, 256, (_SIDE, _SIDE, 3), np.uint8)
    file = BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=20)
    return file.getvalue()


async def _send(running: Running, target: str, *parts: bytes) -> Response:
    request = post(form(*parts)).replace(b"POST /export", f"POST {target}".encode(), 1)
    return await exchange(running.port, request, wait_s=HANG_S)


async def _held_bytes(running: Running, request: bytes, length: int) -> int:
    """Return the memory that clients cost which request a body and read only its beginning."""
    loop, before = asyncio.get_running_loop(), tracemalloc.get_traced_memory()[0]
    with ExitStack() as stack:
        for _ in range(_CLIENTS):
            client = stack.enter_context(closing(socket.socket()))
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.setblocking(False)
            await loop.sock_connect(client, ("127.0.0.1", running.port))
            await loop.sock_sendall(client, request)
            async with asyncio.timeout(HANG_S):
                begin = await loop.sock_recv(client, 1024)
            assert f"Content-Length: {length}\r\n".encode() in begin, begin
        return tracemalloc.get_traced_memory()[0] - before


@pytest.mark.slow
@pytest.mark.usefixtures("traced")
async def test_pictures_and_previews_are_not_held_in_memory(start: Start) -> None:
    running = await start(plans={"free": 720})
    created = await _send(running, "/photos", part("photo", _noise(), filename="p"))
    assert created.status == 201, created.body
    picture = head(f"GET {created.json['image']}")
    preview = post(
        form(
            part("images", f'{{"photo": "{created.json["photoId"]}"}}'),
            *(part("effect", "grade"), part("width", "640"), part("height", "640")),
        )
    ).replace(b"POST /export", b"POST /preview", 1)
    for request in (picture, preview):
        whole = await exchange(running.port, request, wait_s=HANG_S)
        assert whole.status == 200, whole.body
        size = len(whole.body)
        assert size > 500_000
        assert await _held_bytes(running, request, size) < 3 * size
