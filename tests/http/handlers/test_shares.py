"""Tokens of one API key behind a proxy: each network has its own turn in every queue."""

import asyncio
import json
from collections.abc import Callable
from contextlib import AsyncExitStack
from ipaddress import ip_network

import pytest

from server.access.delegated_token import DelegatedToken, issue_token, parse_token
from server.http.handlers.previews import PREVIEW_LIMITER
from server.http.limits import HttpLimits
from server.http.uploads.upload_limiter import UPLOAD_LIMITER
from server.jobs.execution.fair_queue import FairQueue
from tests.harness.api_keys import bearer
from tests.harness.limits import HANG_S
from tests.http.conftest import Keyed, StartKeyed
from tests.http.cuts import add_track
from tests.http.previews import SIZE, add_samples, preview
from tests.http.sources import PLAIN, source, with_real_machine
from tests.http.wire import Response, exchange, form, head, part, post

ADDRESSES = ("198.51.100.7", "198.51.100.8")
SHARES = [f"own {address}" for address in ADDRESSES]
Media = tuple[bytes, bytes]


@pytest.fixture
async def keyed(start_keyed: StartKeyed, media: Media) -> Keyed:
    """A server that trusts a proxy on this host."""
    started = await start_keyed(
        {"customShaders": True},
        trusted_proxies=(ip_network("127.0.0.1/32"),),
        allow_custom_shaders=True,
    )
    add_samples((await with_real_machine(started.running)), media)
    return started


def _token(keyed: Keyed) -> tuple[str, DelegatedToken]:
    """Issue a token of the key `own`."""
    ring = keyed.running.service.access.keys
    assert ring is not None
    key = ring.get("own")
    assert key is not None
    text = issue_token(key, "free", 600)
    token = parse_token(text)
    assert token is not None
    return text, token


async def _send_while_full(
    keyed: Keyed, queue: FairQueue, places: int, make: Callable[..., bytes]
) -> tuple[list[str], list[str], list[Response]]:
    """Send a request from each address, with a token of its own, while the queue is full.

    Returns:
        the shares that wait in the queue, those of the uploads, and the responses.
    """
    running = keyed.running
    async with AsyncExitStack() as held:
        for number in range(places):
            await held.enter_async_context(queue.acquire(f"held {number}"))
        sent = []
        for address in ADDRESSES:
            request = make(bearer(_token(keyed)[0]), f"X-Forwarded-For: {address}")
            sent.append(asyncio.create_task(exchange(running.port, request, wait_s=HANG_S)))
        assert await running.until(lambda: queue.waiting == len(sent))
        waiting = sorted(waiter.share for waiter in queue._waiting)
        limiters = (running.app[UPLOAD_LIMITER], running.app[PREVIEW_LIMITER])
        uploads = sorted(upload.share for limiter in limiters for upload in limiter._active)
    return waiting, uploads, await asyncio.gather(*sent)


@pytest.mark.slow
async def test_exports_take_turns_by_network(keyed: Keyed, media: Media) -> None:
    body = form(part("audio", media[0]), part("photo", media[1]))
    queue = keyed.running.service.intake._preparing
    waiting, uploads, responses = await _send_while_full(
        keyed, queue, 2, lambda *lines: post(body, *lines)
    )
    assert (waiting, uploads) == (SHARES, SHARES)
    assert [response.status for response in responses] == [202, 202]


@pytest.mark.slow
async def test_searches_for_a_part_take_turns_by_network(keyed: Keyed, media: Media) -> None:
    fields = (part("start", "best"), part("duration", "0.2"))
    body = form(*fields, part("audio", media[0]), part("photo", media[1]))
    queue = keyed.running.service.intake._searching
    waiting, *_ = await _send_while_full(keyed, queue, 1, lambda *lines: post(body, *lines))
    assert waiting == SHARES


@pytest.mark.slow
async def test_validations_take_turns_by_network(keyed: Keyed) -> None:
    queue = keyed.running.service.validations.custom._queue
    waiting, _, responses = await _send_while_full(
        keyed, queue, 2, lambda *lines: post(form(source(PLAIN)), *lines)
    )
    assert waiting == SHARES
    assert [response.code for response in responses] == ["missing_field"] * 2


@pytest.mark.slow
async def test_previews_take_turns_by_network(keyed: Keyed) -> None:
    queue = keyed.running.service.previews.slots._queue
    waiting, uploads, responses = await _send_while_full(
        keyed, queue, 2, lambda *lines: preview(part("effect", "breathe"), *SIZE, headers=lines)
    )
    assert (waiting, uploads) == (SHARES, SHARES)
    assert [response.status for response in responses] == [200, 200]


async def test_kept_tracks_take_turns_by_network_and_have_the_room_of_their_key(
    keyed: Keyed, media: Media
) -> None:
    body = form(part("audio", media[0]))
    service = keyed.running.service
    waiting, uploads, responses = await _send_while_full(
        keyed,
        service.upload_intake._queue,
        1,
        lambda *lines: post(body, *lines).replace(b"POST /export", b"POST /tracks", 1),
    )
    assert (waiting, uploads) == (SHARES, SHARES)
    for response in responses:
        about = service.data.uploads / str(response.json["trackId"]) / "about.json"
        assert json.loads(about.read_bytes())["share"] == "own"


async def test_cuts_take_turns_by_network(
    start_keyed: StartKeyed, limits: Callable[..., HttpLimits]
) -> None:
    keyed = await start_keyed(
        trusted_proxies=(ip_network("127.0.0.1/32"),), limits=limits(cut_wait_s=0)
    )
    service, statuses = keyed.running.service, []
    async with service.cuts._queue.acquire():  # nothing is made meanwhile
        for address in (*ADDRESSES, *[ADDRESSES[0]] * 2):
            text, token = _token(keyed)
            track = add_track(keyed.running, owner=f"own.{token.id}")
            request = head(
                f"GET /tracks/{track.id}/cut", bearer(text), f"X-Forwarded-For: {address}"
            )
            statuses.append((await exchange(keyed.running.port, request)).status)
        waiting = sorted(waiter.share for waiter in service.cuts._queue._waiting)
        await service.cuts.stop()
    assert statuses == [202, 202, 202, 429]
    assert waiting == [SHARES[0], SHARES[0], SHARES[1]]
