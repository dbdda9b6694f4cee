"""The client for JavaScript, in Node: expired uploads, broken streams, repetitions, keys."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from server.http.handlers.exports.events import STREAM_PLACES
from server.http.limits import HttpLimits
from server.jobs.model.job import Status
from tests.harness.cutting_proxy import CuttingProxy
from tests.harness.javascript_client import result_of, run
from tests.http.conftest import Running, Start, StartKeyed
from tests.http.event_stream import EventStream

Limits = Callable[..., HttpLimits]
Files = dict[str, Path]
PROGRAM = "behaviour.js"


@pytest.fixture
def files(tmp_path: Path, media: tuple[bytes, bytes]) -> Files:
    """Write a track and a photo."""
    paths = {"audio": tmp_path / "track.wav", "image": tmp_path / "photo.png"}
    for path, content in zip(paths.values(), media, strict=True):
        path.write_bytes(content)
    return paths


def last_ids(proxy: CuttingProxy) -> list[str | None]:
    """Return the header Last-Event-ID of each request."""
    fields = [
        dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if line)
        for head in proxy.heads
    ]
    return [each.get("last-event-id") for each in fields]


@pytest.mark.slow
async def test_uploads_that_have_expired_are_sent_again_once(
    running: Running, files: Files
) -> None:
    result = await result_of(running.url, PROGRAM, "expired", **files)
    [first, second] = result["ids"]
    assert first == second != result["old"]
    assert result["error"] == ["upload_expired", "trackId", 410]
    kept = [path.name for path in running.service.data.uploads.iterdir() if path.is_dir()]
    assert first in kept


@pytest.mark.slow
async def test_a_stream_that_is_cut_is_resumed(start: Start, limits: Limits) -> None:
    """Cut it in the middle of an event, then after one."""
    running = await start(limits(event_interval_s=0.0))
    job = await running.add_job()
    jobs = running.service.store.jobs
    states: list[tuple[str, int]] = []
    proxy = CuttingProxy(running.port, "/events", [b'data: {"jobId', b"}\n\n"])
    async with proxy.serve():
        async for now in run(proxy.url, PROGRAM, "watch", job=job.id):
            states.append((now["status"], now["progress"]))
            if len(states) == 1:
                assert await running.until(lambda: len(proxy.heads) == 3)
                await jobs.transition(job.id, Status.PROCESSING, progress=30)
            elif len(states) == 2:
                await jobs.transition(job.id, Status.FAILED, error_code="render_failed")
    assert states == [("queued", 0), ("processing", 30), ("failed", 30)]
    assert last_ids(proxy) == [None, None, "0"]


@pytest.mark.slow
async def test_a_job_is_polled_while_streams_are_refused(start: Start, limits: Limits) -> None:
    running = await start(limits(event_streams=1))
    job = await running.add_job()
    jobs = running.service.store.jobs
    states: list[str] = []
    async with EventStream(running.port, job.id) as stream:
        assert await stream.next()
        async for now in run(running.url, PROGRAM, "watch", job=job.id):
            states.append(now["status"])
            if len(states) == 1:
                await jobs.transition(job.id, Status.PROCESSING)
            elif len(states) == 2:
                await jobs.transition(job.id, Status.CANCELLED)
    assert states == ["queued", "processing", "cancelled"]


async def test_a_stream_is_closed_when_its_reader_stops(running: Running) -> None:
    job = await running.add_job()
    shown = [value async for value in run(running.url, PROGRAM, "stop", job=job.id)]
    assert shown == ["queued", "enough of queued", "before it began"]
    places = running.app[STREAM_PLACES]
    assert await running.until(lambda: len(places) == 0)


@pytest.mark.slow
async def test_an_export_without_a_response_is_repeated_and_makes_one_job(
    running: Running, files: Files
) -> None:
    proxy = CuttingProxy(running.port, "/export", [b"HTTP/1.1 202"])
    async with proxy.serve():
        job = await result_of(proxy.url, PROGRAM, "submit", **files)
    assert len(proxy.heads) >= 2
    keys = {
        line for head in proxy.heads for line in head.split("\r\n") if "idempotency" in line.lower()
    }
    assert len(keys) == 1
    assert (job["status"], job["duration"], job["params"]) == ("queued", 0.3, {"amount": 0.25})
    assert await running.service.store.jobs.count(Status.QUEUED) == 1


@pytest.mark.slow
async def test_an_upload_without_a_response_is_not_repeated(running: Running, files: Files) -> None:
    proxy = CuttingProxy(running.port, "/tracks", [b"HTTP/1.1 201"])
    async with proxy.serve():
        error = await result_of(proxy.url, PROGRAM, "keep", audio=files["audio"])
    assert error == ["ToqiboxError", "network_error", 0, True]
    assert len(proxy.heads) == 1


@pytest.mark.slow
async def test_a_request_that_is_refused_for_a_moment_is_repeated(
    start_keyed: StartKeyed,
) -> None:
    keyed = await start_keyed({"requestsPerMinute": 30})
    job = await keyed.add_job("own")
    options: dict[str, Any] = {"job": job.id, "key": keyed.keys["own"], "count": 32}
    ids = await result_of(keyed.running.url, PROGRAM, "readOften", **options)
    assert ids == [job.id] * 32


async def test_a_key_is_sent_and_links_need_none(start_keyed: StartKeyed) -> None:
    keyed = await start_keyed()
    job = await keyed.add_job("own", is_finished=True)
    options = {"job": job.id, "key": keyed.keys["own"]}
    result = await result_of(keyed.running.url, PROGRAM, "useKey", **options)
    assert result["error"] == ["unauthenticated", 401]
    assert (result["states"], result["video"]) == (["completed"], "video")


async def test_the_jobs_of_a_key_are_listed(start_keyed: StartKeyed) -> None:
    keyed = await start_keyed()
    await keyed.add_job("other")
    ids = [(await keyed.add_job("own", is_finished=n == 1)).id for n in range(3)]
    options = {"key": keyed.keys["own"]}
    result = await result_of(keyed.running.url, PROGRAM, "list", **options)
    assert result["pages"] == [[ids[2], ids[1]], [ids[0]]]
    assert result["completed"] == [ids[1]]
    assert result["error"] == ["invalid_parameter", "limit"]


@pytest.mark.slow
async def test_a_server_that_starts_again_loses_no_watch(start: Start, limits: Limits) -> None:
    """End all streams, as a server does that stops."""
    running = await start(limits(event_interval_s=0.0))
    job = await running.add_job()
    states: list[str] = []
    async for now in run(running.url, PROGRAM, "watch", job=job.id):
        states.append(now["status"])
        if len(states) == 1:
            running.app[STREAM_PLACES].close()
            await asyncio.sleep(0)
            await running.service.store.jobs.transition(job.id, Status.CANCELLED)
    assert states == ["queued", "cancelled"]
