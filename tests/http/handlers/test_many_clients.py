"""Very many clients at once: each gets an answer, and no limit is exceeded by one."""

import asyncio
import contextlib
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from server.http.limits import HttpLimits
from server.jobs.model.job import Status
from tests.http.conftest import Running, Start
from tests.http.wire import Response, exchange, form, head, part, post, read_response

Limits = Callable[..., HttpLimits]


@pytest.mark.slow
@pytest.mark.fault("J01", "J02")
async def test_as_many_jobs_are_accepted_as_the_queue_takes(
    start: Start, limits: Limits, media: tuple[bytes, bytes]
) -> None:
    # None is refused because it would wait long: that depends on how busy this machine is.
    never_long = limits(uploads=100, header_s=60, keep_alive_s=60, upload_decode_wait_s=3600)
    running = await start(never_long, max_queued_exports=5)
    sent = post(form(part("audio", media[0]), part("photo", media[1])))

    async def submit() -> Response | None:
        """Return the response; None if the connection was closed while the form was sent."""
        with contextlib.suppress(ConnectionError):
            return await exchange(running.port, sent, wait_s=300)
        return None

    responses = await asyncio.gather(*[submit() for _ in range(100)])
    answers = [response for response in responses if response is not None]
    accepted = [answer.json["jobId"] for answer in answers if answer.status == 202]
    refused = [answer for answer in answers if answer.status == 429]
    assert len(accepted) == 5
    assert len(accepted) + len(refused) == len(answers) >= 95
    assert {answer.code for answer in refused} <= {"queue_full", "rate_limited"}
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in refused)
    rows = await running.service.store.jobs.list_by_status(*Status)
    folders = {path.name for path in running.service.data.jobs.iterdir()}
    assert {job.id for job in rows} == set(accepted) == folders
    assert await running.spool_is_empty()


@pytest.mark.fault("J03")
async def test_polls_are_answered_and_delay_no_change_of_a_job(running: Running) -> None:
    job = await running.add_job()
    clients, count = 20, 50
    saved: list[int] = []

    async def poll() -> Counter[int]:
        reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
        writer.write(head(f"GET /export/{job.id}") * count)
        statuses = Counter([(await read_response(reader)).status for _ in range(count)])
        writer.transport.abort()
        return statuses

    async def work() -> None:
        await running.service.store.jobs.transition(job.id, Status.PROCESSING)
        for frames in range(1, 30):
            await running.service.store.jobs.save_progress(job.id, frames, frames, frames)
            saved.append(frames)

    statuses, *_ = await asyncio.gather(asyncio.gather(*[poll() for _ in range(clients)]), work())
    assert sum(statuses, Counter()) == {200: clients * count}
    assert len(saved) == 29
    assert (await exchange(running.port, head(f"GET /export/{job.id}"))).json["frames"][
        "done"
    ] == 29


@pytest.mark.fault("J04")
async def test_idle_connections_hinder_nobody(start: Start, limits: Limits) -> None:
    running = await start(limits(client_connections=500, header_s=60, keep_alive_s=60))
    before = len(os.listdir("/proc/self/fd"))
    idle = [await asyncio.open_connection("127.0.0.1", running.port) for _ in range(150)]
    try:
        incomplete = await exchange(running.port, post(form(part("fps", "30"))))
        assert (incomplete.status, incomplete.code) == (400, "missing_field")
        _, writer = idle[-1]
        writer.write(head("GET /health"))
        assert (await read_response(idle[-1][0])).status == 200
    finally:
        for _, writer in idle:
            writer.transport.abort()
    assert await running.until(lambda: len(os.listdir("/proc/self/fd")) <= before)


@pytest.mark.fault("I10")
async def test_uploads_that_are_aborted_leave_nothing(
    running: Running, media: tuple[bytes, bytes]
) -> None:
    whole = post(form(part("audio", media[0]), part("photo", media[1])))
    before = _files(running.config.data_dir)

    async def abort(share: float) -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", running.port)
        writer.write(whole[: int(len(whole) * share)])
        with contextlib.suppress(ConnectionError):
            await writer.drain()
        writer.transport.abort()

    await asyncio.gather(*[abort(number / 60) for number in range(60)])
    assert await running.spool_is_empty()
    assert await running.until(lambda: _files(running.config.data_dir) == before)
    assert await running.service.store.jobs.count(Status.QUEUED) == 0


def _files(folder: Path) -> set[str]:
    return {str(path) for path in folder.rglob("*") if path.suffix not in (".db-wal", ".db-shm")}
