"""A server that was suspended does not count its own pause as silence of the client."""

import asyncio

import pytest
from aiohttp import StreamReader
from aiohttp.base_protocol import BaseProtocol

from server.errors import ToqiboxError
from server.http.limits import HttpLimits
from server.http.uploads.body import Body
from server.http.uploads.upload_state import DecodeQueue, UploadState
from tests.harness.clock import Clock

LIMITS = HttpLimits(upload_stall_s=20, upload_total_s=30, upload_min_rate=10, upload_window_s=20)


def _body(upload: UploadState) -> tuple[StreamReader, Body]:
    loop = asyncio.get_running_loop()
    protocol = BaseProtocol(loop)
    protocol.connection_made(asyncio.Transport())
    content = StreamReader(protocol, 65536, loop=loop)
    return content, Body(content, LIMITS, upload.add)


@pytest.mark.fault("K05")
async def test_the_pause_of_the_server_is_not_silence_of_the_client(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock(monkeypatch)
    upload = UploadState("192.0.2.1", DecodeQueue.EXPORTS)
    content, body = _body(upload)
    for size in (5, 6, 7):
        reading = asyncio.create_task(body.read())
        await clock.pause(3600)
        assert not reading.done()
        content.feed_data(bytes(size))
        assert len(await reading) == size
    assert upload.count == 5 + 6 + 7
    assert upload.read_s < 60  # of three hours


async def test_the_silence_of_the_client_has_an_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock(monkeypatch)
    _, body = _body(UploadState("192.0.2.1", DecodeQueue.EXPORTS))
    reading = asyncio.create_task(body.read())
    for _ in range(50):
        await clock.pause(1)
    with pytest.raises(ToqiboxError) as refused:
        await reading
    assert refused.value.code == "upload_timeout"
