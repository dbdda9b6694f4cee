"""Previews of one client, and the limits of its plan."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from server.effects.library.library import Library
from server.http.handlers.previews import PREVIEW_LIMITER
from server.http.uploads.upload_state import DecodeQueue
from server.jobs.model.validation_result import ValidationResult
from tests.harness import validation_results
from tests.harness.api_keys import bearer
from tests.harness.limits import HANG_S
from tests.http.conftest import DRIVER, Running, StartKeyed
from tests.http.previews import PULSE, SIZE, pixels_of, preview, workers
from tests.http.wire import Response, exchange, part


def preview_in(session: str, *parts: bytes) -> bytes:
    """Return a preview of a session."""
    return preview(*parts).replace(b"POST /preview", b"POST /preview?session=%b" % session.encode())


@pytest.mark.slow
async def test_a_newer_preview_replaces_one_that_waits(drawing: Running) -> None:
    slots = drawing.service.previews.slots

    async def send(request: bytes, waiting: int) -> asyncio.Task[Response]:
        """Send a preview, and wait until so many wait for a place."""
        sent = asyncio.create_task(exchange(drawing.port, request, wait_s=HANG_S))
        assert await drawing.until(lambda: slots._queue.waiting == waiting)
        return sent

    async with slots.admit(), slots.admit():
        first = await send(preview(*SIZE), 1)
        of_other_session = await send(preview_in("b", *SIZE), 2)
        second = asyncio.create_task(exchange(drawing.port, preview(*SIZE), wait_s=HANG_S))
        replaced = await first
        assert (replaced.status, replaced.code) == (409, "preview_replaced")
        assert not replaced.json["retryable"]
        assert "retry-after" not in replaced.headers
    assert (await second).status == 200
    assert (await of_other_session).status == 200


@pytest.mark.slow
async def test_a_newer_preview_stops_one_that_is_drawn(drawing: Running) -> None:
    fields = (part("effect", "level"), *SIZE)
    await exchange(drawing.port, preview(*fields), wait_s=HANG_S)
    (worker,) = workers()
    worker.pause()
    (place,) = (place for place in drawing.service.previews.slots._places if place.key)
    place.folder.rmdir()
    drawn = asyncio.create_task(exchange(drawing.port, preview(*fields), wait_s=HANG_S))
    assert await drawing.until(place.folder.exists)  # the worker's next task is about to be sent
    newer = await exchange(drawing.port, preview(*fields, part("frame", "2")), wait_s=HANG_S)
    assert newer.status == 200
    assert (await drawn).code == "preview_replaced"
    assert await drawing.until(lambda: worker not in workers())
    assert await drawing.spool_is_empty()


@pytest.mark.slow
async def test_media_that_a_newer_preview_needs_too_are_decoded_once(drawing: Running) -> None:
    run, begun, go = drawing.service.machine.run_task, [], asyncio.Event()

    async def wait(task: object, *args: object) -> object:
        begun.append(type(task).__name__)
        await go.wait()
        return await run(task, *args)  # type: ignore[arg-type]

    drawing.service.machine.run_task = wait  # type: ignore[assignment]
    drawing.service.previews._work._linger_s = HANG_S
    fields = (part("effect", "level"), *SIZE)
    first = asyncio.create_task(exchange(drawing.port, preview(*fields), wait_s=HANG_S))
    assert await drawing.until(lambda: bool(begun))
    second = asyncio.create_task(exchange(drawing.port, preview(*fields), wait_s=HANG_S))
    assert (await first).code == "preview_replaced"
    go.set()
    assert (await second).status == 200
    assert sorted(begun) == ["Analyse", "Prepare", "Prepare"]


async def test_previews_of_one_key_do_not_refuse_those_of_another(start_keyed: StartKeyed) -> None:
    keyed = await start_keyed()
    limiter = keyed.running.app[PREVIEW_LIMITER]
    limiter._decode_intervals_s = {DecodeQueue.PREVIEWS: lambda: 10.0}

    async def ask(key: str) -> str:
        wrong = preview(part("fps", "0"), headers=(bearer(keyed.keys[key]),))
        return (await exchange(keyed.running.port, wrong, wait_s=HANG_S)).code

    async with AsyncExitStack() as held:
        for _ in range(2):
            upload = await held.enter_async_context(limiter.acquire("own", DecodeQueue.PREVIEWS, 1))
            async with upload.reading():
                pass
        assert await ask("own") == "rate_limited"
        assert await ask("other") == "invalid_parameter"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("session=" + "x" * 65, "session"),
        ("session=a&session=b", "session"),
        ("sesion=a", "sesion"),
    ],
)
async def test_a_query_that_has_no_meaning_is_named(
    drawing: Running, query: str, field: str
) -> None:
    sent = preview(*SIZE).replace(b"POST /preview", b"POST /preview?%b" % query.encode())
    refused = await exchange(drawing.port, sent, wait_s=HANG_S)
    assert (refused.code, refused.json["field"]) == ("invalid_parameter", field)


@pytest.mark.slow
async def test_a_preview_is_as_large_as_a_video_of_its_plan(drawing: Running) -> None:
    small = await exchange(drawing.port, preview(), wait_s=HANG_S)
    assert pixels_of(small).shape[:2] == (36, 64)
    fields = (part("plan", "premium"), part("width", "72"), part("height", "100"))
    large = await exchange(drawing.port, preview(*fields), wait_s=HANG_S)
    assert pixels_of(large).shape[:2] == (100, 72)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("key", "fields", "code", "field"),
    [
        ("own", {"width": "65", "height": "36"}, "invalid_parameter", "width"),
        ("own", {"width": "37", "height": "64"}, "invalid_parameter", "width"),
        ("own", {"width": "40", "height": "37"}, "invalid_parameter", "height"),
        ("own", {"plan": "premium"}, "plan_not_allowed", "plan"),
        ("own", {"effect": "gold"}, "effect_not_allowed", "effect"),
        ("own", {"effect": '[{"id": "gold"}]'}, "effect_not_allowed", "effect[0]"),
        ("premium", {"width": "65", "height": "36"}, "invalid_parameter", "width"),
        (
            "premium",
            {"effect": "gold", "plan": "premium", "width": "128", "height": "73"},
            "invalid_parameter",
            "height",
        ),
    ],
)
async def test_a_preview_has_the_limits_of_the_key(
    start_keyed: StartKeyed, tmp_path: Path, key: str, fields: dict[str, str], code: str, field: str
) -> None:
    shaders = tmp_path / "shaders"
    shaders.mkdir()
    (shaders / "gold.fs").write_text(PULSE.replace("/*{", '/*{"PREMIUM": true, '))
    known = validation_results.same_for_all(Library((shaders,)), DRIVER, ValidationResult())
    keyed = await start_keyed(known=known, shaders_dirs=(shaders,))
    parts = [part(name, text) for name, text in fields.items()]
    sent = preview(*parts, headers=(bearer(keyed.keys[key]),))
    refused = await exchange(keyed.running.port, sent, wait_s=HANG_S)
    assert (refused.code, refused.json["field"]) == (code, field)
