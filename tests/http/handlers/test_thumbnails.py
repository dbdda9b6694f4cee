"""Thumbnails of effects: drawn once, or refused for a while."""

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
from tests.http.wire import exchange, head


async def test_a_thumbnail_is_drawn_once(drawing: Running) -> None:
    target = "GET /effects/level/thumbnail.webp"
    thumbnails.TIME_S, time_s = Decimal("0.5"), thumbnails.TIME_S
    try:
        first = await exchange(drawing.port, head(target), wait_s=HANG_S)
    finally:
        thumbnails.TIME_S = time_s
    assert first.headers["content-type"] == "image/webp"
    assert pixels_of(first).shape == (180, 320, 4)
    drawing.service.machine.report = replace(CAN_DRAW, encoders={})  # nothing can be drawn now
    second = await exchange(drawing.port, head(target))
    assert (second.body, second.headers["etag"]) == (first.body, first.headers["etag"])
    fresh = head(target, f"If-None-Match: {first.headers['etag']}")
    assert (await exchange(drawing.port, fresh)).status == 304
    assert (await exchange(drawing.port, head(target.replace("level", "none")))).status == 404
    assert await drawing.spool_is_empty()


async def test_a_thumbnail_that_cannot_be_drawn_is_not_tried_at_each_request(
    drawing: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The effect was valid on the machine of the table, and is not on this one."""
    monkeypatch.setattr(thumbnails, "TIME_S", Decimal("0.5"))
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


async def test_a_changed_effect_has_another_thumbnail(drawing: Running) -> None:
    library, thumbnail = drawing.service.library, drawing.service.thumbnails
    before = thumbnail.key(read_source(library.get("level"), library))
    (drawing.config.shaders_dirs[0] / "level.fs").write_text(PULSE.replace("0.5, 1.0", "0.4, 1.0"))
    assert thumbnail.key(read_source(library.get("level"), library)) != before
