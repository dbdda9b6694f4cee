"""POST /export with an Idempotency-Key: repeated requests make one job."""

import asyncio
from pathlib import Path

import pytest

from server.jobs.model.job import Status, now_ms
from server.jobs.retention import purge
from server.jobs.submission.idempotency import KEPT_MS
from tests.harness import media as made_media
from tests.harness.client import form as client_form
from tests.harness.server import Server
from tests.http.conftest import Running, Start
from tests.http.wire import Response, exchange, form, part, post

Media = tuple[bytes, bytes]


def _request(media: Media, key: str | None = "key-1", **fields: str) -> bytes:
    texts = [part(name, value) for name, value in fields.items()]
    files = [part("audio", media[0], filename="a"), part("photo", media[1], filename="b")]
    return post(form(*texts, *files), *([f"Idempotency-Key: {key}"] if key else []))


async def _send(running: Running, sent: bytes) -> Response:
    return await exchange(running.port, sent, wait_s=60)


@pytest.mark.fault("E14")
async def test_a_repeated_request_returns_the_job_of_the_first(
    running: Running, media: Media
) -> None:
    first = await _send(running, _request(media, plan="free", title="A"))
    assert first.status == 202, first.body
    assert "idempotency-replayed" not in first.headers
    # The order of the parts and the names of the files do not count.
    parts = [part("photo", media[1]), part("title", "A"), part("audio", media[0], filename="z")]
    sent = post(form(*parts, part("plan", "free")), "Idempotency-Key: key-1")
    await running.service.cancel(first.json["jobId"], "r")
    again = await _send(running, sent)
    assert (again.status, again.headers["idempotency-replayed"]) == (202, "true")
    assert again.headers["location"] == first.headers["location"]
    assert (again.json["jobId"], again.json["status"]) == (first.json["jobId"], "cancelled")
    assert len(list(running.service.data.jobs.iterdir())) == 0
    assert await running.spool_is_empty()


@pytest.mark.slow
@pytest.mark.fault("E12")
async def test_another_request_of_the_same_key_is_refused(running: Running, media: Media) -> None:
    assert (await _send(running, _request(media))).status == 202
    changed_file = (media[0], media[1] + b"\0")
    for other in (_request(changed_file), _request(media, title="B")):
        refused = await _send(running, other)
        assert (refused.status, refused.code) == (422, "idempotency_mismatch")
    assert (await _send(running, _request(media, key="key-2"))).status == 202
    assert await running.service.store.jobs.count(Status.QUEUED) == 2


async def test_a_repeated_request_is_answered_when_no_other_would_be(
    start: Start, media: Media
) -> None:
    running = await start(max_queued_exports=1)
    first = await _send(running, _request(media))
    assert (await _send(running, _request(media, key="key-2"))).code == "queue_full"
    again = await _send(running, _request(media))
    assert again.json["jobId"] == first.json["jobId"]
    running.service.draining = True
    assert (await _send(running, _request(media))).code == "draining"


@pytest.mark.slow
async def test_a_request_that_fails_leaves_its_key_free(running: Running, media: Media) -> None:
    invalid = post(form(part("fps", "29")), "Idempotency-Key: key-1")
    assert (await _send(running, invalid)).status == 422
    damaged = await _send(running, _request((b"RIFF\x24\0\0\0WAVEfmt ", media[1])))
    assert (damaged.status, damaged.code) == (422, "undecodable_audio")
    assert (await _send(running, _request(media))).status == 202


@pytest.mark.fault("E11")
async def test_requests_at_one_time_make_one_job(running: Running, media: Media) -> None:
    answers = await asyncio.gather(*[_send(running, _request(media)) for _ in range(20)])
    accepted = [answer for answer in answers if answer.status == 202]
    assert len({answer.json["jobId"] for answer in accepted}) == 1
    refused = [answer for answer in answers if answer.status != 202]
    assert {(answer.status, answer.code) for answer in refused} == {
        (409, "idempotency_in_progress")
    }
    assert all(int(answer.headers["retry-after"]) > 0 for answer in refused)
    assert await running.service.store.jobs.count(Status.QUEUED) == 1


@pytest.mark.fault("J12")
async def test_a_key_is_busy_until_the_work_of_a_lost_client_ends(
    running: Running, media: Media
) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", running.port)
    writer.write(_request(media))
    await running.until(lambda: len(running.files()) == 2 and running.service.intake.is_busy)
    writer.transport.abort()

    async def is_answered() -> bool:
        answer = await _send(running, _request(media))
        assert answer.status in (202, 409), answer.body
        return answer.status == 202

    assert await running.until(is_answered)
    assert await running.service.store.jobs.count(Status.QUEUED) == 1


@pytest.mark.fault("E13")
@pytest.mark.parametrize("key", ["x" * 256, "two words", ""])
async def test_an_invalid_key_is_refused_before_the_body(running: Running, key: str) -> None:
    sent = post(b"", f"Idempotency-Key: {key}")
    answer = await exchange(running.port, sent.replace(b"Length: 0", b"Length: 99999"))
    assert (answer.status, answer.json["field"]) == (422, "Idempotency-Key")


@pytest.mark.fault("E13", "K09")
async def test_a_key_is_free_after_a_day(
    running: Running, media: Media, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await _send(running, _request(media))
    later = now_ms() + KEPT_MS + 1000
    monkeypatch.setattr("server.jobs.submission.idempotency.now_ms", lambda: later)
    second = await _send(running, _request(media, title="B"))
    assert second.status == 202
    assert second.json["jobId"] != first.json["jobId"]
    end = now_ms() + KEPT_MS
    monkeypatch.setattr("server.jobs.retention.now_ms", lambda: end)
    await purge(running.service.store, running.service.data, at_start=False)
    assert await running.service.store.idempotency.find("", "key-1", 0) is None


@pytest.mark.slow
@pytest.mark.fault("E14", "K09")
def test_a_key_survives_a_killed_server(tmp_path: Path) -> None:
    body, kind = client_form({"audio": made_media.wav(0.2), "photo": made_media.photo()})
    other, other_kind = client_form({"audio": made_media.wav(0.3), "photo": made_media.photo()})
    with Server(tmp_path / "data", MAX_PARALLEL_EXPORTS="0") as server:

        def send(content: bytes, content_type: str) -> tuple[int, str]:
            headers = {"Content-Type": content_type, "Idempotency-Key": "k"}
            answer = server.client.call("POST", "/export", content, headers)
            return answer.status, answer.json.get("jobId") or answer.json["code"]

        first = send(body, kind)
        assert first[0] == 202
        server.kill()
        server.start()
        assert send(body, kind) == first
        assert send(other, other_kind) == (422, "idempotency_mismatch")
