"""Thumbnails of effects: drawn once, or refused for a while."""

import asyncio
from dataclasses import replace
from decimal import Decimal
from math import inf

import pytest

from server.jobs.model.effect_source import read_source
from server.jobs.model.validation_result import ValidationResult
from server.jobs.previews import thumbnails
from tests.harness.limits import HANG_S
from tests.http.conftest import CAN_DRAW, Running
from tests.http.previews import PULSE, pixels_of
from tests.http.wire import Response, exchange, head


async def thumbnail_of(running: Running, effect: str) -> Response:
    """Request the thumbnail of an effect."""
    target = head(f"GET /effects/{effect}/thumbnail.webp")
    return await exchange(running.port, target, wait_s=HANG_S)


@pytest.fixture(autouse=True)
def _sample_of_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw a moment of the short sample, and wait for it on a busy machine."""
    monkeypatch.setattr(thumbnails, "TIME_S", Decimal("0.5"))
    monkeypatch.setattr(thumbnails, "_WAIT_S", HANG_S)


@pytest.mark.slow
async def test_a_thumbnail_is_drawn_once(drawing: Running) -> None:
    target = "GET /effects/level/thumbnail.webp"
    first = await exchange(drawing.port, head(target), wait_s=HANG_S)
    assert first.headers["content-type"] == "image/webp"
    assert pixels_of(first).shape == (180, 320, 4)
    drawing.service.machine.report = replace(CAN_DRAW, encoders={})  # nothing can be drawn now
    second = await exchange(drawing.port, head(target))
    assert (second.body, second.headers["etag"]) == (first.body, first.headers["etag"])
    fresh = head(target, f"If-None-Match: {first.headers['etag']}")
    assert (await exchange(drawing.port, fresh)).status == 304
    assert (await exchange(drawing.port, head(target.replace("level", "none")))).status == 404
    assert await drawing.spool_is_empty()


@pytest.mark.slow
async def test_a_thumbnail_that_cannot_be_drawn_is_not_tried_at_each_request(
    drawing: Running,
) -> None:
    """The effect was valid on the machine of the table, and is not on this one."""
    (drawing.config.shaders_dirs[0] / "level.fs").write_text(
        PULSE.replace("vec4(size", "vec7(size")
    )
    source = read_source(drawing.service.library.get("level"), drawing.service.library)
    validations = drawing.service.validations
    validations._results[validations._key(source)] = ValidationResult()
    run, drawn = drawing.service.previews.slots.run, []

    async def count(key: str, *args: object, **options: object) -> object:
        drawn.append(key)
        return await run(key, *args, **options)  # type: ignore[arg-type]

    drawing.service.previews.slots.run = count  # type: ignore[method-assign,assignment]
    target = head("GET /effects/level/thumbnail.webp")
    first, second = [await exchange(drawing.port, target, wait_s=HANG_S) for _ in range(2)]
    for response in (first, second):
        assert (response.status, response.code) == (422, "shader_compile_failed")
        assert response.json["diagnostics"]
    assert len(drawn) == 1
    drawing.service.thumbnails._failures._clock = lambda: inf
    assert (await exchange(drawing.port, target, wait_s=HANG_S)).status == 422
    assert len(drawn) == 2


@pytest.mark.slow
async def test_a_page_of_thumbnails_does_not_keep_its_connections(drawing: Running) -> None:
    """Only one request waits; its picture is drawn although it has left."""
    slots, drawn = drawing.service.previews.slots, drawing.service.thumbnails._drawing
    slots._queue._limits = replace(slots._queue._limits, max_wait_s=HANG_S)
    async with slots.admit(), slots.admit():
        first = asyncio.create_task(thumbnail_of(drawing, "level"))
        assert await drawing.until(lambda: slots._queue.waiting == 1)
        second = await thumbnail_of(drawing, "trail")
        assert (second.status, second.json) == (202, {"status": "drawing"})
        assert 1 <= int(second.headers["retry-after"]) <= 30
        assert second.headers["cache-control"] == "no-store"
        assert "etag" not in second.headers
        again = await thumbnail_of(drawing, "level")
        assert again.status == 202
        first.cancel()
        assert await drawing.until(first.done)
        assert len(drawn) == 2
    assert await drawing.until(lambda: not drawn)
    for effect in ("level", "trail"):
        assert (await thumbnail_of(drawing, effect)).status == 200


async def test_a_request_for_a_thumbnail_is_answered_when_the_server_stops(
    drawing: Running,
) -> None:
    slots = drawing.service.previews.slots
    async with slots.admit(), slots.admit():
        request = asyncio.create_task(thumbnail_of(drawing, "level"))
        assert await drawing.until(lambda: slots._queue.waiting == 1)
        await drawing.service.halt()
        refused = await request
    assert (refused.status, refused.code) == (503, "draining")
    assert int(refused.headers["retry-after"]) > 0


@pytest.mark.slow
async def test_missing_thumbnails_are_drawn_while_nothing_else_is_done(
    drawing: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("_SCAN_INTERVAL_S", 0.01), ("_IDLE_S", 0.05)):
        monkeypatch.setattr(thumbnails, name, value)
    drawer, is_busy, checks = drawing.service.thumbnails, True, 0
    library, validations = drawing.service.library, drawing.service.validations
    effects = [library.get("level"), library.get("trail")]
    monkeypatch.setattr(validations, "offered", lambda: (effects, []))

    def check_busy() -> bool:
        nonlocal checks
        checks += 1
        return is_busy

    drawer.watch(check_busy)
    assert await drawing.until(lambda: checks > 10)
    paths = [drawer.path(read_source(effect, library)) for effect in effects]
    assert not any(path.exists() for path in paths)
    is_busy = False
    assert await drawing.until(lambda: all(path.exists() for path in paths))


async def test_a_changed_effect_has_another_thumbnail(
    drawing: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    library, thumbnail = drawing.service.library, drawing.service.thumbnails
    before = thumbnail.key(read_source(library.get("level"), library))
    with monkeypatch.context() as changed:
        changed.setattr(thumbnails, "FEATURES_VERSION", 99)
        assert thumbnail.key(read_source(library.get("level"), library)) != before
    (drawing.config.shaders_dirs[0] / "level.fs").write_text(PULSE.replace("0.5, 1.0", "0.4, 1.0"))
    assert thumbnail.key(read_source(library.get("level"), library)) != before
