"""A refused client that is still sending reads its response, and does not stay forever."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

import pytest

from server.http.limits import HttpLimits
from tests.http.conftest import Start
from tests.http.wire import FORM, exchange, form, head, part, post, read_response

BODY = form(part("fps", "29.97"), part("audio", b"x" * 900_000), part("photo", b"y" * 900_000))
"""Refused at its first field."""


async def send_slowly(writer: asyncio.StreamWriter, data: bytes, seconds: float) -> None:
    steps = int(seconds / 0.1)
    size = -(-len(data) // steps)
    for at in range(0, len(data), size):
        writer.write(data[at : at + size])
        await writer.drain()
        await asyncio.sleep(0.1)


@pytest.mark.slow
async def test_a_client_that_sends_for_six_seconds_more_reads_its_response(
    start: Start, limits: Callable[..., HttpLimits]
) -> None:
    running = await start(limits(uploads=1, upload_wait_s=30))
    reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
    sending = asyncio.create_task(send_slowly(writer, post(BODY), seconds=6))
    await asyncio.sleep(1)
    # The only place among the uploads is free again, though the first client still sends.
    other = await exchange(running.port, post(form(part("photo", b"x"))))
    is_sending = not sending.done()
    await sending
    response = await read_response(reader)
    assert (response.status, response.code) == (422, "invalid_parameter")
    assert await reader.read() == b""
    writer.transport.abort()
    assert (other.code, is_sending) == ("missing_field", True)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("limit", "step", "pause_s"),
    [
        ({"upload_stall_s": 0.2}, 10, 1.0),
        ({"linger_s": 0.3}, 1000, 0.02),
        ({"upload_window_s": 0.4}, 5, 0.02),
        ({"file_bytes": 10_000, "field_bytes": 10, "part_header_bytes": 100}, 1000, 0.001),
    ],
    ids=["silence", "too long in all", "below the rate", "too much"],
)
async def test_draining_a_refused_body_has_limits(
    start: Start, limits: Callable[..., HttpLimits], limit: Any, step: int, pause_s: float
) -> None:
    running = await start(limits(**limit))
    reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
    writer.write(head("POST /export", f"Content-Type: {FORM}", "Transfer-Encoding: chunked"))
    writer.write(chunk(BODY[:150]))
    assert (await read_response(reader)).code == "invalid_parameter"
    with contextlib.suppress(ConnectionError):
        async with asyncio.timeout(8):
            while True:
                writer.write(chunk(b"x" * step))
                await writer.drain()
                await asyncio.sleep(pause_s)


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)
