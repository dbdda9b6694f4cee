"""Exports that equal a finished one: completed at once, with a video of their own."""

import asyncio
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from server.jobs.model.job import Job, Status, now_ms
from server.jobs.retention import purge
from server.jobs.reuse.result_key import result_key
from server.jobs.storage.artifacts import FILES
from server.jobs.storage.data_folder import new_id
from server.protocol.results.machine import FfmpegReport
from tests.harness.limits import HANG_S
from tests.http.conftest import Keyed, Running, Start, StartKeyed
from tests.http.wire import Response, exchange, form, head, part, post

pytestmark = pytest.mark.slow

Media = tuple[bytes, bytes]
VIDEO = b"the video"
PARAMS = '{"amount": 0.2}'


def parts_of(media: Media, **fields: str) -> list[bytes]:
    """Return the parts of an export; an empty field is left out."""
    values = {"effect": "breathe", "duration": "0.5", "title": "Dusk", **fields}
    texts = [part(name, text) for name, text in values.items() if text]
    files = (part("audio", media[0], filename="a"), part("photo", media[1], filename="p"))
    return [*texts, *files]


async def submit(running: Running, media: Media, **fields: str) -> Response:
    """Submit an export without a key."""
    return await exchange(running.port, post(form(*parts_of(media, **fields))), wait_s=HANG_S)


async def finish(running: Running, job_id: str, **changes: Any) -> Job:
    """Complete a queued job as the dispatcher does, with a video of a few bytes."""
    service = running.service
    job = await service.store.jobs.get(job_id)
    assert job is not None
    for kind, name in FILES.items():
        content = VIDEO if kind == "video" else b"the poster"
        (service.data.job_folder(job_id) / name).write_bytes(content)
    encoder = service.machine.encoder_of(job.spec.codec).name
    assert encoder is not None
    key = result_key(job.spec, job.plan, service.machine.fingerprint, encoder)
    await service.store.jobs.transition(job_id, Status.PROCESSING, encoder=encoder)
    values = {
        "finished_at": now_ms(),
        "expires_at": now_ms() + 60_000,
        "report": {"size": len(VIDEO), "blank": None},
        "result_key": key,
        **changes,
    }
    done = await service.store.jobs.transition(job_id, Status.COMPLETED, **values)
    assert done is not None
    await service.data.artifacts.commit(job_id)
    return done


@pytest.fixture
async def caching(start: Start) -> Running:
    return await start(result_cache=True)


async def test_an_equal_export_has_the_same_bytes(caching: Running, media: Media) -> None:
    first = (await submit(caching, media)).json
    assert (first["status"], first["cached"]) == ("queued", False)
    source = await finish(caching, first["jobId"])
    second = await submit(caching, media)
    assert second.status == 202
    job = second.json
    assert job["jobId"] != source.id
    assert (job["status"], job["progress"], job["cached"]) == ("completed", 100, True)
    assert job["frames"] == {"done": 15, "total": 15}
    assert job["expiresAt"] > (source.expires_at or 0), "its own"
    assert job["report"] == source.report
    shown = await exchange(caching.port, head(f"GET /export/{job['jobId']}"))
    assert shown.json == {name: value for name, value in job.items() if name != "success"}
    folder = caching.service.data.job_folder(job["jobId"])
    assert {path.name for path in folder.iterdir()} == {*FILES.values()}
    link = head(f"GET {job['downloadUrl']}")
    assert (await exchange(caching.port, link)).body == VIDEO
    assert (await exchange(caching.port, head(f"GET {job['posterUrl']}"))).body == b"the poster"
    await exchange(caching.port, head(f"DELETE /export/{source.id}"))
    assert (await exchange(caching.port, link)).body == VIDEO
    third = (await submit(caching, media)).json
    assert third["cached"], "of the second one"
    assert caching.spooled() == []


async def test_any_change_is_rendered(caching: Running, media: Media) -> None:
    """test_result_key.py has all fields."""
    await finish(caching, (await submit(caching, media)).json["jobId"])
    for changes in ({"title": ""}, {"start": "0.123"}, {"plan": "premium"}, {"params": PARAMS}):
        changed = await submit(caching, media, **changes)
        assert changed.status == 202, changed.body
        assert (changed.json["status"], changed.json["cached"]) == ("queued", False)


PRESET = """{"title": "Mine", "description": "A preset", "genres": ["trap"], "fit": "cover",
 "chain": [{"id": "spin"}, {"id": "vignette", "params": {"amount": 1}}]}"""
SAME_CHAIN = '[{"params": {}, "id": "spin"}, {"id": "vignette", "params": {"amount": 1.0}}]'


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"start": ""}, {"start": "0"}),
        ({"start": "0.0"}, {"start": "", "effect": '[{"id": "breathe", "params": {}}]'}),
        ({"duration": ""}, {"duration": "1.00"}),
        ({"effect": ""}, {"effect": "breathe", "params": "{}", "fps": "30", "aspect": "16:9"}),
        ({"effect": "", "preset": "mine"}, {"effect": SAME_CHAIN, "fit": "cover"}),
        ({"start": "best"}, {"start": "best"}),
    ],
)
async def test_it_does_not_matter_how_a_request_is_written(
    start: Start, media: Media, tmp_path: Path, first: dict[str, str], second: dict[str, str]
) -> None:
    (tmp_path / "mine.json").write_text(PRESET)
    running = await start(result_cache=True, presets_dirs=(tmp_path,))
    accepted = await submit(running, media, **first)
    assert accepted.status == 202, accepted.body
    await finish(running, accepted.json["jobId"])
    job = (await submit(running, media, **second)).json
    assert (job["status"], job["cached"]) == ("completed", True)
    assert job["preset"] is None


async def test_a_part_that_was_selected_can_be_named_by_its_numbers(
    caching: Running, media: Media
) -> None:
    selected = (await submit(caching, media, start="best")).json
    await finish(caching, selected["jobId"])
    numbers = {name: str(selected[name]) for name in ("start", "duration")}
    job = (await submit(caching, media, **numbers)).json
    assert (job["cached"], job["highlight"]) == (True, None)
    assert (job["start"], job["duration"]) == (selected["start"], selected["duration"])


async def test_other_files_and_another_machine_are_rendered(caching: Running, media: Media) -> None:
    await finish(caching, (await submit(caching, media)).json["jobId"])
    silenced = media[0][:1000] + bytes(1000) + media[0][2000:]
    assert not (await submit(caching, (silenced, media[1]))).json["cached"]
    report = caching.service.machine.report
    assert report is not None
    caching.service.machine.report = replace(report, ffmpeg=FfmpegReport(ok=True, version="8"))
    assert not (await submit(caching, media)).json["cached"]
    caching.service.machine.report = report
    assert (await submit(caching, media)).json["cached"]


@pytest.mark.parametrize("lost", ["expired", "removed", "missing", "damaged", "off"])
async def test_a_video_that_is_not_kept_is_rendered(start: Start, media: Media, lost: str) -> None:
    running = await start(result_cache=lost != "off")
    changes = {"expires_at": now_ms() - 1} if lost == "expired" else {}
    job = await finish(running, (await submit(running, media)).json["jobId"], **changes)
    video = running.service.data.artifacts.path(job.id, "video")
    if lost == "removed":
        await exchange(running.port, head(f"DELETE /export/{job.id}"))
    elif lost == "missing":
        video.unlink()
    elif lost == "damaged":
        video.write_bytes(VIDEO[:-1])
    again = await submit(running, media)
    assert (again.json["status"], again.json["cached"]) == ("queued", False)
    folder = running.service.data.job_folder(again.json["jobId"])
    assert not {*FILES.values(), "linked"} & {path.name for path in folder.iterdir()}


async def test_the_source_of_a_client_is_always_rendered(
    caching: Running, media: Media, tmp_path: Path
) -> None:
    service = caching.service
    job = await service.store.jobs.get((await submit(caching, media)).json["jobId"])
    assert job is not None
    custom = tuple(replace(effect, custom=True) for effect in job.spec.effects)
    for effects, is_reused in ((job.spec.effects, True), (custom, False)):
        equal = replace(job, spec=replace(job.spec, effects=effects), id=new_id())
        service.data.job_folder(equal.id).mkdir()
        await service.store.jobs.add(equal, 99)
        await finish(caching, equal.id)
        folder = tmp_path / equal.id
        folder.mkdir()
        completed = await service.intake._results.complete(equal, folder)
        assert completed.cached == is_reused


async def _submit_as(keyed: Keyed, key: str, media: Media) -> dict[str, Any]:
    response = await keyed.submit(key, *parts_of(media))
    assert response.status == 202, response.body
    return response.json


async def test_no_key_and_no_token_gets_a_video_of_another(
    start_keyed: StartKeyed, media: Media
) -> None:
    keyed = await start_keyed(result_cache=True)
    first = await _submit_as(keyed, "own", media)
    await finish(keyed.running, first["jobId"])
    foreign = await _submit_as(keyed, "other", media)
    assert (foreign["status"], foreign["cached"]) == ("queued", False)
    store = keyed.running.service.store
    await store.jobs.update(first["jobId"], owner="own." + "t" * 16)
    assert not (await _submit_as(keyed, "own", media))["cached"], "that of a token"
    await store.jobs.update(first["jobId"], owner="own")
    assert (await _submit_as(keyed, "own", media))["cached"]


async def test_it_counts_for_the_day(start_keyed: StartKeyed, media: Media) -> None:
    keyed = await start_keyed({"exportsPerDay": 2}, result_cache=True)
    await finish(keyed.running, (await _submit_as(keyed, "own", media))["jobId"])
    assert (await _submit_as(keyed, "own", media))["cached"]
    refused = await keyed.submit("own", *parts_of(media))
    assert (refused.status, refused.code) == (429, "too_many_jobs")


async def test_its_key_and_its_webhook_belong_to_it(start: Start, media: Media) -> None:
    running = await start(result_cache=True, webhook_secrets=(b"x" * 32,))
    await finish(running, (await submit(running, media)).json["jobId"])
    body = form(*parts_of(media, webhook="https://hooks.example/"))
    sent = post(body, "Idempotency-Key: k")
    job = (await exchange(running.port, sent, wait_s=HANG_S)).json
    assert job["cached"]
    [webhook] = await running.service.store.webhooks.list_recent(9)
    assert (webhook.job_id, webhook.event) == (job["jobId"], "completed")
    again = await exchange(running.port, sent, wait_s=HANG_S)
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json["jobId"] == job["jobId"]


async def test_it_is_counted(caching: Running, media: Media) -> None:
    await finish(caching, (await submit(caching, media)).json["jobId"])
    await submit(caching, media)

    async def is_counted() -> bool:
        page = (await exchange(caching.port, head("GET /metrics"))).body.decode()
        return (
            "toqibox_results_reused_total 1.0" in page
            and 'toqibox_jobs_finished_total{status="completed"} 2.0' in page
            and 'toqibox_jobs_accepted_total{plan="free"} 2.0' in page
        )

    assert await caching.until(is_counted)


@pytest.mark.parametrize("has_row", [False, True], ids=["without a row", "with its row"])
async def test_a_server_that_died_leaves_no_second_video(
    caching: Running, media: Media, *, has_row: bool
) -> None:
    """The folder of a job is there before its row, and its other files until after it."""
    source = await finish(caching, (await submit(caching, media)).json["jobId"])
    job = (await submit(caching, media)).json
    service = caching.service
    folder = service.data.job_folder(job["jobId"])
    (folder / "linked").touch()
    (folder / "sound.wav").touch()
    if not has_row:
        folder = folder.rename(folder.with_name("A" * 22))
    await asyncio.to_thread(os.utime, folder, (1, 1))
    await purge(service.store, service.data, at_start=True)
    assert not service.data.unknown.exists()
    names = {path.name for path in folder.iterdir()} if folder.exists() else set()
    assert names == ({*FILES.values()} if has_row else set())
    assert service.data.artifacts.path(source.id, "video").read_bytes() == VIDEO


async def test_a_video_that_was_rendered_is_used_again(start: Start, media: Media) -> None:
    """The key of a job that is rendered is that of the next one when it is submitted."""
    running = await start(max_parallel_exports=1, result_cache=True)
    running.service.machine.report = None
    await running.service.start()
    await running.service.machine.first_probe()
    first = (await submit(running, media, duration="0.1")).json["jobId"]

    async def is_done() -> bool:
        job = await running.service.store.jobs.get(first)
        return job is not None and job.is_final

    assert await running.until(is_done, HANG_S)
    second = (await submit(running, media, duration="0.1")).json
    assert (second["status"], second["cached"]) == ("completed", True), second
    links = [f"GET /download/{job_id}" for job_id in (first, second["jobId"])]
    videos = [(await exchange(running.port, head(link))).body for link in links]
    assert videos[0] == videos[1]
    assert len(videos[0]) == second["report"]["size"]
    assert (
        len(
            {
                os.stat(running.service.data.artifacts.path(job, "video")).st_ino
                for job in (first, second["jobId"])
            }
        )
        == 1
    )
