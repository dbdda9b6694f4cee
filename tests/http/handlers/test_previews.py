"""Previews over HTTP, drawn by real workers."""

import asyncio

import numpy as np
import pytest
from numpy.typing import NDArray

from server.audio import features
from server.jobs.previews.preview_slots import PreviewSlots
from server.jobs.scheduling import plan
from server.jobs.submission.fields import nearest_aspect
from server.protocol import file_names
from server.render.gl.context import Context
from server.render.gl.pixels import read_rgba
from server.render.scene import Scene
from tests.harness.limits import HANG_S
from tests.http.conftest import Running
from tests.http.previews import SIZE, facts_of, pixels_of, preview, workers
from tests.http.wire import exchange, form, part, post


async def export_frame(running: Running, frame: int, *parts: bytes) -> NDArray[np.uint8]:
    """Draw a frame of an accepted export as its segments do: every frame from the first on."""
    accepted = await exchange(running.port, post(form(*parts)), wait_s=HANG_S)
    assert accepted.status == 202, accepted.body
    job = await running.service.store.jobs.get(str(accepted.json["jobId"]))
    assert job is not None
    folder = running.service.data.job_folder(job.id)
    track = folder / "features"
    features.analyse(folder / file_names.AUDIO, track, whole=job.spec.needs_track)
    scene = plan.scene_of(job, folder, track, running.config)
    with Context() as context:
        drawn = Scene(context, scene)
        drawn.begin(0)
        for number in range(frame + 1):
            drawn.draw(number)
        drawn.composite.draw()
        return read_rgba(drawn.composite.output)


@pytest.mark.slow
@pytest.mark.parametrize("effect", ["breathe", "level", "trail"])
async def test_a_preview_is_the_frame_of_the_export(
    drawing: Running, media: tuple[bytes, bytes], effect: str
) -> None:
    fields = [part("effect", effect), part("duration", "0.8"), part("start", "0.1")]
    fields += [part("title", "Dusk"), part("fit", "cover"), part("fps", "25")]
    files = [part("audio", media[0], filename="a"), part("photo", media[1], filename="p")]
    response = await exchange(
        drawing.port, preview(*fields, *SIZE, part("frame", "12"), *files), wait_s=HANG_S
    )
    expected = await export_frame(drawing, 12, *fields, *files)
    assert np.array_equal(pixels_of(response), expected)
    assert response.headers["content-type"] == "image/png"
    facts = facts_of(response)
    first = 0 if effect == "trail" else 12
    assert facts == {**facts, "frame": 12, "exact": True, "from": first, "dimmed": None}
    assert await drawing.spool_is_empty()


@pytest.mark.slow
async def test_lossless_webp_has_the_same_pixels(drawing: Running) -> None:
    fields = (part("effect", "level"), *SIZE, part("time", "0.5"))
    png = await exchange(drawing.port, preview(*fields), wait_s=HANG_S)
    webp = await exchange(drawing.port, preview(*fields, part("format", "webp")), wait_s=HANG_S)
    assert webp.headers["content-type"] == "image/webp"
    assert webp.body[8:12] == b"WEBP"
    assert np.array_equal(pixels_of(png), pixels_of(webp))
    assert facts_of(webp)["frame"] == 15


@pytest.mark.slow
async def test_the_media_are_decoded_and_analysed_once(drawing: Running) -> None:
    """A second preview has only its frame to draw, in the worker of the first."""
    run, tasks = drawing.service.machine.run_task, []

    async def count(task: object, *args: object) -> object:
        tasks.append(type(task).__name__)
        return await run(task, *args)  # type: ignore[arg-type]

    drawing.service.machine.run_task = count  # type: ignore[assignment]
    fields = (part("effect", "level"), *SIZE)
    first = await exchange(drawing.port, preview(*fields, part("frame", "3")), wait_s=HANG_S)
    assert sorted(tasks) == ["Analyse", "Prepare", "Prepare"]
    (worker,) = workers()
    second = await exchange(drawing.port, preview(*fields, part("frame", "4")), wait_s=HANG_S)
    assert len(tasks) == 3
    assert workers() == [worker]
    assert first.body != second.body
    await exchange(drawing.port, preview(part("effect", "trail"), *SIZE), wait_s=HANG_S)
    assert len(workers()) == 2, "another effect gets a worker of its own"


@pytest.mark.slow
async def test_another_tempo_is_drawn_with_its_own_features(
    drawing: Running, media: tuple[bytes, bytes]
) -> None:
    """The warm worker of the first one may not read them."""
    files = [part("audio", media[0], filename="a"), part("photo", media[1], filename="p")]
    for tempo in ("90", "100"):
        fields = [part("effect", "level"), part("tempo", tempo), *SIZE, *files]
        response = await exchange(drawing.port, preview(*fields), wait_s=HANG_S)
        assert response.status == 200, response.body


@pytest.mark.slow
async def test_an_idle_worker_ends(drawing: Running) -> None:
    drawing.service.previews.slots._warm_s = 0.05
    await exchange(drawing.port, preview(part("effect", "level"), *SIZE), wait_s=HANG_S)
    assert await drawing.until(lambda: not workers())
    again = await exchange(drawing.port, preview(part("effect", "level"), *SIZE), wait_s=HANG_S)
    assert again.status == 200


@pytest.mark.slow
async def test_a_client_that_leaves_takes_its_worker_along(drawing: Running) -> None:
    await exchange(drawing.port, preview(part("effect", "level"), *SIZE), wait_s=HANG_S)
    (worker,) = workers()
    worker.pause()
    _, writer = await asyncio.open_connection("127.0.0.1", drawing.port)
    writer.write(preview(part("effect", "level"), *SIZE))
    assert await drawing.until(lambda: bool(drawing.spooled()))
    places = drawing.service.previews.slots._places
    assert await drawing.until(lambda: not all(place.is_free for place in places))
    writer.close()
    assert await drawing.until(lambda: not workers())
    assert await drawing.spool_is_empty()


async def test_more_than_two_at_a_time_wait_and_then_are_refused(drawing: Running) -> None:
    """While both places are taken, a further one is refused as soon as its wait is too long."""
    slots = drawing.service.previews.slots = PreviewSlots(
        drawing.service.fork_server.start, drawing.service.data.frames, max_wait_s=0.2
    )
    async with slots.admit(), slots.admit():
        refused = await exchange(drawing.port, preview(*SIZE), wait_s=HANG_S)
        assert (refused.status, refused.code) == (429, "rate_limited")
        assert int(refused.headers["retry-after"]) >= 1
    async with slots.admit():
        pass


async def test_no_preview_while_none_can_be_drawn(drawing: Running) -> None:
    drawing.service.machine.report = None
    assert (await exchange(drawing.port, preview(*SIZE), wait_s=HANG_S)).code == "not_ready"
    drawing.service.draining = True
    assert (await exchange(drawing.port, preview(*SIZE), wait_s=HANG_S)).code == "draining"


@pytest.mark.fault("D03")
@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"width": "64"}, "missing_field", "height"),
        ({"width": "64", "height": "1921"}, "invalid_parameter", "height"),
        ({"width": "x"}, "invalid_parameter", "width"),
        ({"aspect": "1:1", "width": "64", "height": "64"}, "invalid_parameter", "width"),
        ({"frame": "1", "time": "1"}, "invalid_parameter", "time"),
        ({"frame": "-1"}, "invalid_parameter", "frame"),
        ({"frame": "1.5"}, "invalid_parameter", "frame"),
        ({"frame": "30", "width": "16", "height": "16"}, "invalid_parameter", "frame"),
        ({"time": "1.01", "width": "16", "height": "16"}, "invalid_parameter", "time"),
        ({"time": "nan"}, "invalid_parameter", "time"),
        ({"start": "drop"}, "invalid_parameter", "start"),
        ({"start": "nan"}, "invalid_parameter", "start"),
        ({"format": "gif"}, "invalid_parameter", "format"),
        ({"codec": "h264"}, "unknown_field", "codec"),
        ({"effect": "none"}, "unknown_effect", "effect"),
        ({"params": '{"size": 7}', "effect": "level"}, "invalid_parameter", "params.size"),
    ],
)
async def test_what_is_wrong_is_named(
    drawing: Running, fields: dict[str, str], code: str, field: str
) -> None:
    parts = [part(name, text) for name, text in fields.items()]
    refused = await exchange(drawing.port, preview(*parts), wait_s=HANG_S)
    assert (refused.code, refused.json["field"]) == (code, field)
    assert await drawing.spool_is_empty()


@pytest.mark.parametrize(
    ("name", "code"), [("audio", "unsupported_media_type"), ("photo", "unsupported_media_type")]
)
async def test_a_file_that_cannot_be_used_is_named(drawing: Running, name: str, code: str) -> None:
    parts = (*SIZE, part(name, b"no media at all", filename="x"))
    refused = await exchange(drawing.port, preview(*parts), wait_s=HANG_S)
    assert (refused.code, refused.json["field"]) == (code, name)
    assert not list(drawing.service.data.previews.glob("*.part"))


@pytest.mark.slow
async def test_an_export_uses_the_features_of_a_preview(
    drawing: Running, media: tuple[bytes, bytes]
) -> None:
    files = [part("audio", media[0], filename="a"), part("photo", media[1], filename="p")]
    fields = [part("effect", "level"), part("duration", "0.8")]
    await exchange(drawing.port, preview(*fields, *SIZE, *files), wait_s=HANG_S)
    accepted = await exchange(drawing.port, post(form(*fields, *files)), wait_s=HANG_S)
    job = await drawing.service.store.jobs.get(str(accepted.json["jobId"]))
    assert job is not None
    assert plan.is_analysed(job.spec, drawing.service.data.features_folder(job.spec))


@pytest.mark.parametrize(
    ("size", "aspect"),
    [((640, 360), "16:9"), ((361, 640), "9:16"), ((500, 520), "1:1"), ((400, 480), "4:5")],
)
def test_the_aspect_of_a_size(size: tuple[int, int], aspect: str) -> None:
    assert nearest_aspect(*size) == aspect
