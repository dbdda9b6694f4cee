"""Clients that reset their connection: all that was opened for them is closed, at every step."""

import asyncio
import contextlib
import os
import socket
import struct
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from server.concurrency import open_in_thread
from tests.harness.held_pool import HeldPool, held_pool
from tests.http.conftest import Running
from tests.http.wire import form, head, part, post

VIDEO = bytes(8_000_000)
RESET = struct.pack("ii", 1, 0)


@pytest.fixture
async def pool() -> AsyncIterator[HeldPool]:
    with held_pool(2) as pool:
        yield pool


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


async def connect(port: int, receive_buffer: int = 4096) -> socket.socket:
    """Return a connection whose kernel accepts little before its reader does."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    connection.setblocking(False)
    await asyncio.get_running_loop().sock_connect(connection, ("127.0.0.1", port))
    return connection


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    connection.close()


async def reset_at_each_step(running: Running, pool: HeldPool, sent: bytes, read: int) -> int:
    """Send `sent` repeatedly and reset during the first blocking call, then the second, and so on.

    The last reset is when `read` bytes of the response have arrived.

    Returns:
        the number of held calls.
    """
    loop = asyncio.get_running_loop()
    before = descriptors()
    step = 0
    held = True
    while held:
        step += 1
        pool.hold(step)
        client = await connect(running.port)
        await loop.sock_sendall(client, sent)
        answered = asyncio.create_task(loop.sock_recv(client, read))
        assert await running.until(lambda: pool.held_calls > 0 or answered.done())  # noqa: B023
        held = pool.held_calls > 0
        answered.cancel()
        open_before = descriptors()
        reset(client)
        # During the held call the server notices the reset and closes its end too.
        assert await running.until(lambda: descriptors() <= open_before - 2), step  # noqa: B023
        pool.go.set()
        assert await running.until(lambda: descriptors() == before), step
        assert await running.until(lambda: not running.spooled()), step
    return step - 1


@pytest.mark.parametrize("tail", ["", "/poster.jpg"])
async def test_a_reset_download_keeps_no_descriptor(
    running: Running, pool: HeldPool, tail: str
) -> None:
    job = await running.finish_job(VIDEO, VIDEO)
    path = f"/download/{job.id}{tail}"
    assert await reset_at_each_step(running, pool, head(f"GET {path}"), 1000) >= 2
    assert await reset_at_each_step(running, pool, head(f"HEAD {path}"), 1) == 1


def request_line(caplog: pytest.LogCaptureFixture) -> dict[str, Any] | None:
    """Return the last line on a request."""
    facts = [r.__dict__["facts"] for r in caplog.records if r.getMessage() == "request"]
    return facts[-1] if facts else None


async def test_the_log_of_a_reset_download_has_its_status_and_bytes(
    running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    job = await running.finish_job(VIDEO)
    client = await connect(running.port, 65_536)
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(client, head(f"GET /download/{job.id}", "Range: bytes=1-"))
    read = 0
    while read < 2_000_000:
        read += len(await loop.sock_recv(client, 65_536))
    reset(client)
    assert await running.until(lambda: request_line(caplog) is not None)
    line = request_line(caplog)
    assert line is not None
    assert (line["status"], line["cut"], line.get("code")) == (206, True, None)
    assert read - 2000 < line["bytes"] < len(VIDEO)


async def test_a_video_that_shrinks_while_it_is_sent_ends_its_connection(
    running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    job = await running.finish_job(VIDEO)
    client = await connect(running.port, 65_536)
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(client, head(f"GET /download/{job.id}"))
    response = await loop.sock_recv(client, 1000)
    os.truncate(running.service.data.artifacts.path(job.id, "video"), 7_000_000)
    with contextlib.suppress(ConnectionError):
        while data := await loop.sock_recv(client, 65_536):
            response += data
    client.close()
    _, _, body = response.partition(b"\r\n\r\n")
    assert set(body) == {0}  # no second answer within the first
    assert await running.until(lambda: request_line(caplog) is not None)
    line = request_line(caplog)
    assert line is not None
    assert (line["status"], line["cut"], line["code"]) == (200, True, "internal")


@pytest.mark.fault("I10")
async def test_a_reset_upload_keeps_neither_descriptor_nor_file(
    running: Running, pool: HeldPool
) -> None:
    # The fork server, which the first task starts, keeps its descriptors.
    worker = await running.service.fork_server.start("test", None)
    worker.kill_group()
    await worker.wait()
    worker.close()
    for _ in range(3):  # its sockets are closed in the next rounds of the loop
        await asyncio.sleep(0)
    # Written and synced; then the photo is missing.
    body = form(part("fps", "30"), part("audio", b"x" * 70_000, filename="a.wav"))
    assert await reset_at_each_step(running, pool, post(body), 1) >= 2


async def test_a_file_opened_for_a_disconnected_client_is_closed(pool: HeldPool) -> None:
    async def read() -> None:
        async with open_in_thread(Path(__file__)):
            pytest.fail("nobody waits for it any more")

    before = descriptors()
    pool.hold(1)
    task = asyncio.create_task(read())
    for _ in range(3):  # a second cancellation must not end the wait either
        await asyncio.sleep(0)
        task.cancel()
    await asyncio.sleep(0)
    assert not task.done()
    pool.go.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert descriptors() == before
