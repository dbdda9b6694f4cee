"""Cuts of kept tracks over HTTP, made by real workers."""

import asyncio
import json
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from server.audio.features import Features
from server.effects.model.feature import STEP_FEATURES
from server.jobs.execution.worker_process import Timeouts
from server.jobs.previews import track_analyser
from server.jobs.scheduling import plan
from server.jobs.storage.data_folder import FEATURES_VERSION, features_name
from server.media import wav
from tests.harness.limits import HANG_S
from tests.http.conftest import Running, Start
from tests.http.cuts import add_track, cut_of, decode_flac, get, keep_track
from tests.http.wire import exchange, form, part, post


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a busy machine analyse for longer."""
    monkeypatch.setattr(track_analyser, "_TIMEOUTS", Timeouts(HANG_S, HANG_S))


@pytest.mark.slow
async def test_a_cut_has_the_samples_and_the_features_of_the_video(
    running: Running, media: tuple[bytes, bytes]
) -> None:
    track = await keep_track(running)
    cut = await cut_of(running, track, "?start=0.25&duration=0.75")
    assert (cut["start"], cut["duration"], cut["seconds"]) == (0.25, 0.75, 0.75)
    files = [part("trackId", track.split("/")[-1]), part("photo", media[1], filename="p")]
    fields = [part("effect", "breathe"), part("start", "0.25"), part("duration", "0.75")]
    accepted = await exchange(running.port, post(form(*fields, *files)), wait_s=HANG_S)
    job = await running.service.store.jobs.get(str(accepted.json["jobId"]))
    assert job is not None
    assert cut["cut"] == features_name(job.spec.audio) == f"{job.spec.audio}-v{FEATURES_VERSION}"
    # The job finds its features: nothing is analysed twice.
    folder = running.service.data.features_folder(job.spec)
    assert plan.is_analysed(job.spec, folder)

    sound = (running.service.data.job_folder(job.id) / "sound.wav").read_bytes()
    prepared = np.frombuffer(sound[wav.HEADER_BYTES :], "<f4").reshape(-1, 2)
    rounded = np.clip(np.rint(prepared * 32_768), -32_768, 32_767)
    audio = await get(running, cut["sound"])
    assert audio.headers["content-type"] == "audio/flac"
    assert np.array_equal(decode_flac(audio.body), rounded)

    features = Features(folder)
    measured = await get(running, cut["measured"]["url"])
    columns = np.frombuffer(measured.body, "<f4").reshape(len(cut["measured"]["columns"]), -1)
    assert cut["measured"]["columns"] == list(STEP_FEATURES)
    assert columns.shape[1] == cut["measured"]["count"] == cut["spectra"]["count"]
    for name, column in zip(STEP_FEATURES, columns, strict=True):
        assert np.array_equal(column, features.per_step(name)), name
    assert cut["hits"]["kick"] == features.events("kick").tolist()
    assert cut["sections"][-1][1] == pytest.approx(features.sections()[-1, 1])
    assert cut["loudestAt"] == job.spec.loudest_s

    spectra = cut["spectra"]
    assert spectra["fields"].keys() == {"samples", "mono", "spectrum", "fft", "levels"}
    planes = await get(running, spectra["url"].replace("{n}", "0") + "?fields=fft,samples,levels")
    steps = min(spectra["chunk"], spectra["count"])
    fft, samples, levels = np.split(
        np.frombuffer(planes.body, np.uint8), np.cumsum([steps * 2048, steps * 735 * 2 * 2])
    )
    both = np.stack(
        [[features.spectrum(step, channel) for channel in (0, 1)] for step in range(steps)]
    )
    assert np.array_equal(fft.reshape(steps, 2, 1024), both)
    assert np.array_equal(samples.view("<i2").reshape(-1, 2)[735:], features.samples(0, steps - 1))
    bands = np.stack([features.levels(step) for step in range(steps)])
    assert np.array_equal(levels.reshape(steps, 3, 96)[:, 0], bands)
    assert not running.spooled()


@pytest.mark.slow
async def test_three_aspects_of_a_track_are_analysed_once(
    running: Running, media: tuple[bytes, bytes]
) -> None:
    track = await keep_track(running)
    request = post(form(part("photo", media[1], filename="p")))
    photo = await exchange(
        running.port, request.replace(b"POST /export", b"POST /photos", 1), wait_s=HANG_S
    )
    await cut_of(running, track)
    images = json.dumps({"photo": photo.json["photoId"]})
    ids = (part("trackId", track.split("/")[-1]), part("images", images))
    bodies = [form(part("aspect", aspect), *ids) for aspect in ("16:9", "9:16", "1:1")]
    assert sum(map(len, bodies)) < 2000
    for body in bodies:
        accepted = await exchange(running.port, post(body), wait_s=HANG_S)
        job = await running.service.store.jobs.get(str(accepted.json["jobId"]))
        assert job is not None
        assert plan.is_analysed(job.spec, running.service.data.features_folder(job.spec))


@pytest.mark.slow
async def test_a_request_does_not_wait_for_long(start: Start, limits: Any) -> None:
    """Several requests for the same part make it once, also in other words."""
    running = await start(limits(cut_wait_s=0))
    track = await keep_track(running)
    waiting = await get(running, f"{track}/cut")
    assert (waiting.status, waiting.headers["retry-after"]) == (202, "1")
    assert waiting.json == {"status": "analysing", "progress": 0.0}
    seen = [0.0]
    same = f"{track}/cut?start=0.0&duration=1.2"
    while (answer := await get(running, same)).status == 202:
        seen.append(answer.json["progress"])
        assert len(running.service.cuts._makings) == 1
        await asyncio.sleep(0.01)
    assert answer.status == 200
    assert seen == sorted(seen)
    assert 0 < seen[-1] < 1
    assert not running.service.cuts._makings
    assert (await get(running, f"{track}/cut")).json["cut"] == answer.json["cut"]
    assert not running.spooled()


@pytest.mark.slow
async def test_a_cut_without_a_duration_is_as_long_as_a_video(start: Start) -> None:
    running = await start(max_duration_sec=Decimal(1))
    track = await keep_track(running)
    first = await cut_of(running, track)
    assert (first["start"], first["duration"], first["seconds"]) == (0, 1, 1)
    rest = await cut_of(running, track, "?start=0.9")
    assert (rest["duration"], rest["seconds"]) == (pytest.approx(0.3), pytest.approx(0.3))
    beyond = await cut_of(running, track, "?start=0.9&duration=1")
    assert (beyond["cut"], beyond["duration"]) == (rest["cut"], 1)
    assert beyond["seconds"] == rest["seconds"]


async def test_a_track_may_be_removed_while_a_cut_is_made(start: Start, limits: Any) -> None:
    running = await start(limits(cut_wait_s=0))
    track = await keep_track(running)
    assert (await get(running, f"{track}/cut")).status == 202
    (making,) = running.service.cuts._makings.values()
    assert (await get(running, track, method="DELETE")).status == 204
    assert making.task is not None
    with pytest.raises(Exception, match="no longer kept"):
        await asyncio.wait_for(making.task, HANG_S)
    assert (await get(running, f"{track}/cut")).status == 410
    assert not running.spooled()
    assert [path.suffix for path in running.service.data.uploads.iterdir()] == [".gone"]


async def test_a_client_has_few_cuts_in_progress(start: Start, limits: Any) -> None:
    running = await start(limits(cut_wait_s=0))
    track = f"/tracks/{add_track(running).id}/cut"
    async with running.service.cuts._queue.acquire():  # nothing is made meanwhile
        statuses = [(await get(running, f"{track}?start=0.{at}")).status for at in (1, 2, 3, 1)]
        assert statuses == [202, 202, 429, 202]
        await running.service.cuts.stop()
    assert not running.service.cuts._makings


async def test_an_error_is_given_to_the_next_request(start: Start, limits: Any) -> None:
    """A file that cannot be decoded any more, for a client that polls."""
    running = await start(limits(cut_wait_s=0))
    track = add_track(running)
    track.path.write_bytes(b"no media")
    statuses = [(await get(running, f"/tracks/{track.id}/cut")).status]
    (making,) = running.service.cuts._makings.values()
    assert making.task is not None
    await asyncio.wait((making.task,), timeout=HANG_S)
    answer = await get(running, f"/tracks/{track.id}/cut")
    assert (statuses, answer.status, answer.code) == ([202], 415, "unsupported_media_type")
    assert not running.service.cuts._makings
    assert not running.spooled()
