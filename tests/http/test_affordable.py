"""Videos that an effect could not draw in time are refused at the request."""

import json

import pytest

from server import processors
from server.effects.library import Library
from server.jobs.job import Status
from server.jobs.source import read_source
from server.jobs.verdict import Verdict
from tests.http.conftest import DRIVER, Start
from tests.http.wire import ask, form, part, post


@pytest.mark.parametrize(
    ("settings", "limit"),
    [
        ({"stall_timeout_ms": 1000}, "a frame may take 4 s"),
        ({"export_timeout_ms": 60_000}, "9 of them may take 1 min"),
    ],
)
async def test_what_cannot_be_drawn_in_time_is_refused_and_holds_nothing(
    start: Start,
    media: tuple[bytes, bytes],
    built_in: Library,
    settings: dict[str, int],
    limit: str,
) -> None:
    slow = Verdict(pixel_s=30.0 * processors.available() / (64 * 36))
    ring = read_source(built_in.get("ring"), built_in)
    running = await start(known={(ring.key, DRIVER): slow}, **settings)
    fields = [part("effect", b"ring"), part("duration", b"0.3"), part("fps", b"30")]
    files = [part(n, c, filename=n) for n, c in zip(("audio", "photo"), media, strict=True)]
    answer = await ask(running.port, post(form(*fields, *files)))
    told = json.loads(answer.body)
    assert (answer.status, told["code"], told["field"]) == (422, "shader_rejected", "effect"), told
    (found,) = told["diagnostics"]
    message = f"it is too slow for this video: a frame of 64×36 takes about 30 s here, and {limit}"
    assert (found["file"], found["message"]) == ("ring.fs", message)
    assert "for (" in found["source"]
    assert await running.spool_is_empty()
    assert running.service.store.count(Status.QUEUED) == 0
