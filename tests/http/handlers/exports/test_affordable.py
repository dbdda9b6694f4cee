"""Videos that an effect could not draw in time are refused at the request."""

import json

import pytest

from server.effects.library.library import Library
from server.jobs.model.effect_source import read_source
from server.jobs.model.job import Status
from server.jobs.model.validation_result import ValidationResult
from server.process import processors
from tests.harness.limits import HANG_S
from tests.http.conftest import DRIVER, Start
from tests.http.wire import exchange, form, part, post

_CORES = processors.available()
_MOVING = ValidationResult(pixel_s=30.0 * _CORES / (64 * 36))
_STILL = ValidationResult(still_pixel_s=30.0 * _CORES / (64 * 36))


@pytest.mark.fault("D05")
@pytest.mark.parametrize(
    ("slow", "settings", "message_text"),
    [
        (_MOVING, {"stall_timeout_ms": 1000}, "a frame of 64×36 would take about 30 s here; "
         "the limit is 16 s"),
        (_STILL, {"stall_timeout_ms": 1000}, "a frame of 64×36 would take about 30 s here; "
         "the limit is 16 s"),
        (_MOVING, {"export_timeout_ms": 60_000}, "9 frames of 64×36 would take about 4.5 min here; "
         "the limit is 4 min"),
    ],
)  # fmt: skip
async def test_a_video_that_cannot_be_drawn_in_time_is_refused_and_reserves_nothing(
    start: Start,
    media: tuple[bytes, bytes],
    built_in: Library,
    slow: ValidationResult,
    settings: dict[str, int],
    message_text: str,
) -> None:
    ring = read_source(built_in.get("ring"), built_in)
    running = await start(known={(ring.key, DRIVER): slow}, **settings)
    fields = [part("effect", b"ring"), part("duration", b"0.3"), part("fps", b"30")]
    files = [part(n, c, filename=n) for n, c in zip(("audio", "photo"), media, strict=True)]
    response = await exchange(running.port, post(form(*fields, *files)), wait_s=HANG_S)
    payload = json.loads(response.body)
    assert (response.status, payload["code"], payload["field"]) == (
        422,
        "shader_rejected",
        "effect",
    ), payload
    (diagnostic,) = payload["diagnostics"]
    message = f"it is too slow for this video: {message_text}"
    assert (diagnostic["file"], diagnostic["message"]) == ("ring.fs", message)
    assert "for (" in diagnostic["source"]
    assert await running.spool_is_empty()
    assert await running.service.store.jobs.count(Status.QUEUED) == 0


async def test_a_pass_that_is_drawn_once_counts_once(
    start: Start, media: tuple[bytes, bytes], built_in: Library
) -> None:
    """Accept 9 frames within the limit of the video: 4.5 min would be beyond it."""
    ring = read_source(built_in.get("ring"), built_in)
    running = await start(known={(ring.key, DRIVER): _STILL}, export_timeout_ms=60_000)
    fields = [part("effect", b"ring"), part("duration", b"0.3"), part("fps", b"30")]
    files = [part(n, c, filename=n) for n, c in zip(("audio", "photo"), media, strict=True)]
    response = await exchange(running.port, post(form(*fields, *files)), wait_s=HANG_S)
    assert response.status == 202, response.body
