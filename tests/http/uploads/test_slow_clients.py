"""Many slow and half-open clients at one time, over real sockets, next to ones that are served."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from server.http.limits import MEGABYTE, HttpLimits
from server.jobs.model.effect_source import EffectSource
from tests.harness.media import photo, wav
from tests.http.conftest import Start
from tests.http.wire import FORM, Response, exchange, form, head, part, post

PLACES, HALF_OPEN = 32, 200
AUDIO = part("audio", b"RIFF", filename="a.wav")
INCOMPLETE = post(form(part("photo", b"\xff\xd8", filename="p.jpg")))
"""A whole form without a track."""
BEGUN = (
    head("POST /export", f"Content-Type: {FORM}", f"Content-Length: {40 * MEGABYTE}") + AUDIO[:90]
)
"""The beginning of a long upload."""


async def _clients(held: ExitStack, port: int, count: int, sent: bytes) -> list[socket.socket]:
    """Open connections and send `sent` on each; they stay open."""
    clients = [held.enter_context(socket.socket()) for _ in range(count)]
    for client in clients:
        client.setblocking(False)
        await asyncio.get_running_loop().sock_connect(client, ("127.0.0.1", port))
        client.send(sent)
    return clients


def _status(client: socket.socket) -> bytes:
    """Return the first line of a response; empty if there is none yet."""
    try:
        return client.recv(4096).split(b"\r\n")[0]
    except BlockingIOError:
        return b""


@pytest.mark.fault("C15")
async def test_all_places_can_be_taken_and_a_slow_upload_is_evicted(
    start: Start, limits: Callable[..., HttpLimits]
) -> None:
    slow = limits(
        file_bytes=50 * MEGABYTE,
        header_s=60,
        keep_alive_s=60,
        upload_stall_s=60,
        upload_wait_s=30,
        upload_window_s=60,
        upload_grace_s=0.1,
        upload_poll_s=0.02,
    )
    running = await start(slow)
    with ExitStack() as held:
        half_open = await _clients(held, running.port, HALF_OPEN, b"POST /export HTTP/1.1\r\n")
        uploads = await _clients(held, running.port, PLACES, BEGUN)
        assert await running.until(lambda: len(running.spooled()) == PLACES)
        health = await exchange(running.port, head("GET /health"))
        further = await exchange(running.port, INCOMPLETE)
        assert (health.status, further.code) == (200, "missing_field")
        responses = [_status(upload) for upload in uploads]
        assert sorted(responses)[-2:] == [b"", b"HTTP/1.1 429 Too Many Requests"]
        assert [_status(client) for client in half_open] == [b""] * HALF_OPEN
    assert await running.spool_is_empty()


async def test_an_upload_whose_effect_is_being_validated_is_not_evicted(
    start: Start, limits: Callable[..., HttpLimits], monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = limits(uploads=1, upload_grace_s=0.0, upload_poll_s=0.01, upload_slow_rate=2000)
    running = await start(quick)
    validated, requested = asyncio.Event(), asyncio.Event()
    enforce = running.service.validations.require_valid

    async def wait(source: EffectSource, share: str) -> None:
        requested.set()
        await validated.wait()
        await enforce(source, share)

    monkeypatch.setattr(running.service.validations, "require_valid", wait)
    sent = post(form(part("effect", "breathe"), part("photo", b"x" * 200)))
    first = asyncio.create_task(exchange(running.port, sent))
    await requested.wait()
    assert (await exchange(running.port, INCOMPLETE)).code == "rate_limited"
    validated.set()
    assert (await first).code == "missing_field"


async def test_searches_for_a_part_do_not_keep_other_uploads_from_their_decoding(
    start: Start,
) -> None:
    running = await start(max_parallel_exports=0)
    files = [part("audio", wav(2.0), filename="a"), part("photo", photo(32, 24), filename="b")]
    fields = [part("start", b"best"), part("duration", b"1")]

    async def submit(*texts: bytes) -> Response:
        return await exchange(running.port, post(form(*texts, *files)), wait_s=60)

    searching = running.service.intake._searching
    async with searching.acquire():
        searches = [asyncio.create_task(submit(*fields)) for _ in range(2)]
        assert await running.until(lambda: searching.waiting == 2)
        assert (await submit(fields[1])).status == 202
        assert not any(search.done() for search in searches)
        for search in searches:
            search.cancel()
        await asyncio.gather(*searches, return_exceptions=True)
