"""A video that is too long to be drawn in time is refused with the length that could be."""

from collections.abc import Awaitable, Callable

import pytest

from server.effects.library.library import Library
from server.jobs.model.effect_source import read_source
from server.jobs.model.job import Status
from server.jobs.model.validation_result import ValidationResult
from server.process import processors
from tests.harness.limits import HANG_S
from tests.http.conftest import DRIVER, Running, Start
from tests.http.wire import Response, exchange, form, part, post

PIXELS = 64 * 36
FRAME_S = 0.5
"""Seconds of a frame by the validation: 120 frames, of 4 s, take the time of a job."""
StartSlow = Callable[[], Awaitable[Running]]


@pytest.fixture
def start_slow(start: Start, built_in: Library) -> StartSlow:
    async def start_one() -> Running:
        ring = read_source(built_in.get("ring"), built_in)
        slow = ValidationResult(pixel_s=FRAME_S * processors.available() / PIXELS)
        return await start(known={(ring.key, DRIVER): slow}, export_timeout_ms=60_000)

    return start_one


async def send(
    running: Running, media: tuple[bytes, bytes], duration: str, *fields: bytes
) -> Response:
    files = [part(n, c, filename=n) for n, c in zip(("audio", "photo"), media, strict=True)]
    body = form(part("effect", "ring"), part("duration", duration), *fields, *files)
    return await exchange(running.port, post(body), wait_s=HANG_S)


@pytest.mark.fault("D05")
async def test_the_possible_length_is_named_before_the_files_are_decoded(
    start_slow: StartSlow, media: tuple[bytes, bytes]
) -> None:
    running = await start_slow()
    for files in ((b"RIFF, but no track", b"no photo"), media):
        refused = await send(running, files, "20")
        assert (refused.status, refused.code) == (422, "video_too_costly"), refused.body
        assert refused.json["field"] == "duration"
        assert "At most 4 seconds" in refused.json["error"]
        assert await running.spool_is_empty()
    assert await running.service.store.jobs.count(Status.QUEUED) == 0
    decoded = await send(running, (b"RIFF, but no track", b"no photo"), "4")
    assert decoded.code in ("unsupported_media_type", "undecodable_audio")


async def test_a_guess_that_is_exceeded_a_little_refuses_nothing(
    start_slow: StartSlow, media: tuple[bytes, bytes]
) -> None:
    """Accept 3.75 times the limit: a validation measures little."""
    assert (await send(await start_slow(), media, "15")).status == 202


@pytest.mark.slow
@pytest.mark.parametrize(
    ("frame_s", "duration", "status"),
    [
        (0.01, "20", 202),  # finished jobs show that it is fast
        (0.4, "15", 422),  # and that it is slow
        (0.2, "15", 202),  # the machine may have been busy then
        (9.0, "3", 202),  # the effect may have been changed since
    ],
)
async def test_the_cost_of_finished_jobs_is_worth_more_than_a_guess(
    start_slow: StartSlow,
    media: tuple[bytes, bytes],
    frame_s: float,
    duration: str,
    status: int,
) -> None:
    running = await start_slow()
    await running.service.store.costs.record("ring", PIXELS, frame_s)
    await running.service.store.costs.record("ring", 1, 100.0)
    response = await send(running, media, duration)
    assert response.status == status, response.body
    if status == 422:
        assert "At most 5 seconds" in response.json["error"]


async def test_a_length_below_a_second_is_none(
    start: Start, media: tuple[bytes, bytes], built_in: Library
) -> None:
    ring = read_source(built_in.get("ring"), built_in)
    slow = ValidationResult(pixel_s=10 * processors.available() / PIXELS)
    running = await start(known={(ring.key, DRIVER): slow}, export_timeout_ms=60_000)
    assert (await send(running, media, "1")).code == "shader_rejected"
