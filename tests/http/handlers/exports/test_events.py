"""Jobs as event streams: each change, resumption, silence, and the end."""

import asyncio
from collections.abc import Callable

import pytest

from server.http.limits import HttpLimits
from server.jobs.model.job import Job, Status, now_ms
from tests.http.conftest import Running, Start
from tests.http.event_stream import EventStream
from tests.http.wire import exchange, head

Limits = Callable[..., HttpLimits]


async def change(running: Running, job: Job, progress: int) -> None:
    await running.service.store.jobs.update(job.id, progress=progress)


async def test_a_job_is_sent_at_once_and_at_each_change_until_its_end(
    start: Start, limits: Limits
) -> None:
    running = await start(limits(event_interval_s=0.0))
    job = await running.add_job()
    jobs = running.service.store.jobs
    async with EventStream(running.port, job.id, "Origin: https://studio.example") as stream:
        headers = stream.response.headers
        assert stream.response.status == 200
        assert headers["content-type"] == "text/event-stream; charset=utf-8"
        assert (headers["cache-control"], headers["x-accel-buffering"]) == ("no-store", "no")
        assert headers["access-control-allow-origin"] == "*"
        first = await stream.next()
        assert first is not None
        shown = await exchange(running.port, head(f"GET /export/{job.id}"))
        assert (first.name, first.id, first.job) == ("job", 0, shown.json)
        await jobs.transition(job.id, Status.PROCESSING)
        second = await stream.next()
        assert second is not None
        assert (second.name, second.id, second.job["status"]) == ("job", 1, "processing")
        await jobs.save_progress(job.id, 40, 12, 100)
        third = await stream.next()
        assert third is not None
        assert (third.id, third.job["progress"], third.job["frames"]["done"]) == (2, 40, 12)
        done = {"progress": 100, "finished_at": now_ms(), "expires_at": now_ms() + 60_000}
        await jobs.transition(job.id, Status.COMPLETED, **done)
        [last] = await stream.rest()
        assert (last.name, last.id, last.job["status"]) == ("completed", 3, "completed")
        assert last.job["downloadUrl"] == f"/download/{job.id}"
    assert stream.comments == 0


@pytest.mark.parametrize(
    ("status", "changes", "error"),
    [
        (Status.FAILED, {"error_code": "render_stalled"}, "Создание видео остановилось"),
        (Status.CANCELLED, {}, None),
    ],
)
async def test_the_last_event_is_named_by_the_end_of_the_job(
    running: Running, status: Status, changes: dict[str, str], error: str | None
) -> None:
    job = await running.add_job()
    await running.service.store.jobs.transition(job.id, status, **changes)
    async with EventStream(running.port, job.id, "Accept-Language: ru") as stream:
        [event] = await stream.rest()
    assert (event.name, event.job["status"]) == (status.value, status.value)
    assert (event.job["error"] or "").startswith(error or "")


async def test_changes_that_follow_each_other_closely_are_sent_together(
    start: Start, limits: Limits
) -> None:
    interval_s = 0.4
    running = await start(limits(event_interval_s=interval_s))
    job = await running.add_job()
    await running.service.store.jobs.transition(job.id, Status.PROCESSING)
    clock = asyncio.get_running_loop().time
    async with EventStream(running.port, job.id) as stream:
        began = clock()
        assert await stream.next()
        for progress in range(1, 31):
            await change(running, job, progress)
        await running.service.store.jobs.transition(job.id, Status.FAILED)
        events = await stream.rest()
        assert len(events) <= 1 + (clock() - began) / interval_s
    assert (events[-1].name, events[-1].job["progress"]) == ("failed", 30)
    ids = [event.id for event in events]
    assert ids == sorted(set(ids))


async def test_a_client_that_was_cut_off_gets_what_it_has_not_seen(
    start: Start, limits: Limits
) -> None:
    running = await start(limits(event_comment_s=0.05))
    job = await running.add_job()
    async with EventStream(running.port, job.id) as stream:
        assert await stream.next()
    async with EventStream(running.port, job.id, last_id=0) as resumed:
        await resumed.comment()  # it has the newest event: silence until the next change
        await change(running, job, 7)
        event = await resumed.next()
        assert event is not None
        assert (event.id, event.job["progress"]) == (1, 7)
    await change(running, job, 9)  # nobody listens
    async with EventStream(running.port, job.id, last_id=1) as resumed:
        event = await resumed.next()
        assert event is not None
        assert (event.id, event.job["progress"]) == (2, 9)
    await running.service.store.jobs.transition(job.id, Status.FAILED)
    async with EventStream(running.port, job.id, last_id=2) as resumed:
        assert [event.name for event in await resumed.rest()] == ["failed"]
    for last_id in ("x" * 30, "-1", "4"):
        lines = ["Last-Event-ID: " + last_id]
        async with EventStream(running.port, job.id, *lines) as unknown:
            assert len(await unknown.rest()) == 1, "an unknown id is ignored"
    target = f"GET /export/{job.id}/events"
    end = await exchange(running.port, head(target, "Last-Event-ID: 3"))
    assert end.status == 204, "which ends the attempts of an EventSource (HTML, section 9.2.3)"


async def test_the_place_in_the_queue_is_followed(start: Start, limits: Limits) -> None:
    running = await start(limits(event_interval_s=0.0, event_queue_interval_s=0.01))
    first, second = await running.add_job(), await running.add_job()
    async with EventStream(running.port, second.id) as stream:
        event = await stream.next()
        assert event is not None
        assert event.job["queuePosition"] == 2
        await running.service.store.jobs.transition(first.id, Status.PROCESSING)
        event = await stream.next()
        assert event is not None
        assert (event.id, event.job["queuePosition"]) == (0, 1)


async def test_a_place_that_changed_while_nobody_listened_is_sent_again(
    start: Start, limits: Limits
) -> None:
    running = await start(
        limits(event_interval_s=0.0, event_queue_interval_s=0.01, event_comment_s=0.05)
    )
    jobs = [await running.add_job() for _ in range(4)]
    transition = running.service.store.jobs.transition
    async with EventStream(running.port, jobs[-1].id) as stream:
        event = await stream.next()
        assert event is not None
        assert event.job["queuePosition"] == 4
    async with EventStream(running.port, jobs[-1].id, last_id=0) as resumed:
        await resumed.comment()  # nothing has moved
        await transition(jobs[0].id, Status.CANCELLED)
        event = await resumed.next()
        assert event is not None
        assert (event.id, event.job["queuePosition"]) == (0, 3)
    await transition(jobs[1].id, Status.CANCELLED)  # nobody listens
    for _ in range(2):  # the first time, it may have been lost with the connection
        async with EventStream(running.port, jobs[-1].id, last_id=0) as resumed:
            event = await resumed.next()
            while event is not None and event.job["queuePosition"] != 2:
                event = await resumed.next()
            assert event is not None
            assert event.id == 0


async def test_head_and_an_unknown_job_take_no_stream(running: Running) -> None:
    job = await running.add_job()
    async with asyncio.timeout(10):
        reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
        writer.write(head(f"HEAD /export/{job.id}/events"))
        response = await reader.read()
    writer.transport.abort()
    assert response.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"Content-Type: text/event-stream" in response
    assert response.endswith(b"\r\n\r\n")
    assert response.count(b"\r\n\r\n") == 1, "no body"
    unknown = await exchange(running.port, head(f"GET /export/{'A' * 22}/events"))
    assert (unknown.status, unknown.code) == (404, "not_found")
