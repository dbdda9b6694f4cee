import asyncio
import socket
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest

from server.http.limits import HttpLimits
from server.http.openapi.document import document
from server.http.server.routes import ROUTES
from server.jobs.model.job import Status
from server.jobs.storage.artifacts import FILES
from tests.http.conftest import Running, Start
from tests.http.wire import exchange, head

VIDEO = bytes(range(256)) * 4096


async def get(running: Running, path: str, **headers: str) -> tuple[int, Any, bytes]:
    async with (
        aiohttp.ClientSession(running.url) as client,
        client.get(path, headers=headers) as response,
    ):
        return response.status, response.headers, await response.read()


@pytest.mark.fault("E24")
async def test_a_video_is_sent_whole_with_its_headers(running: Running) -> None:
    job = await running.finish_job(VIDEO, title="Группа крови", artist="Кино")
    status, headers, body = await get(running, f"/download/{job.id}")
    assert (status, body) == (200, VIDEO)
    assert headers["Content-Type"] == "video/mp4"
    assert headers["Content-Length"] == str(len(VIDEO))
    assert headers["Accept-Ranges"] == "bytes"
    assert headers["Cache-Control"].startswith("private")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["Content-Disposition"].startswith('attachment; filename="toqibox-20')
    assert "filename*=UTF-8''%D0%9A%D0%B8%D0%BD%D0%BE%20-%20" in headers["Content-Disposition"]
    again = await get(running, f"/download/{job.id}")
    assert again[2] == VIDEO


async def test_a_poster_is_a_jpeg(running: Running) -> None:
    job = await running.finish_job(poster=b"\xff\xd8picture")
    status, headers, body = await get(running, f"/download/{job.id}/poster.jpg")
    assert (status, headers["Content-Type"], body) == (200, "image/jpeg", b"\xff\xd8picture")


async def test_head_has_the_headers_of_get(running: Running) -> None:
    job = await running.finish_job(VIDEO)
    async with aiohttp.ClientSession(running.url) as client:
        async with client.head(f"/download/{job.id}", headers={"Range": "bytes=0-1"}) as response:
            assert (response.status, await response.read()) == (200, b"")
            assert response.headers["Content-Length"] == str(len(VIDEO))
            etag = response.headers["ETag"]
        async with client.get(f"/download/{job.id}") as response:
            assert response.headers["ETag"] == etag
    assert etag.startswith('"')


@pytest.mark.fault("E25")
async def test_a_range_is_served_in_part(running: Running) -> None:
    job = await running.finish_job(VIDEO)
    status, headers, body = await get(running, f"/download/{job.id}", Range="bytes=300000-600000")
    assert (status, body) == (206, VIDEO[300_000:600_001])
    assert headers["Content-Range"] == f"bytes 300000-600000/{len(VIDEO)}"
    resumed = {"Range": "bytes=-7", "If-Range": headers["ETag"]}
    assert (await get(running, f"/download/{job.id}", **resumed))[2] == VIDEO[-7:]
    stale = {"Range": "bytes=-7", "If-Range": '"other"'}
    assert (await get(running, f"/download/{job.id}", **stale))[0] == 200
    several = await get(running, f"/download/{job.id}", Range="bytes=0-1,5-6")
    assert (several[0], several[2]) == (200, VIDEO)


@pytest.mark.fault("E25")
async def test_a_range_after_the_end_is_refused(running: Running) -> None:
    job = await running.finish_job(b"12345")
    response = await exchange(running.port, head(f"GET /download/{job.id}", "Range: bytes=5-"))
    assert (response.status, response.code) == (416, "range_not_satisfiable")
    assert response.headers["content-range"] == "bytes */5"


async def test_a_cached_file_is_not_sent_again(running: Running) -> None:
    job = await running.finish_job(VIDEO)
    etag = (await get(running, f"/download/{job.id}"))[1]["ETag"]
    status, _, body = await get(running, f"/download/{job.id}", **{"If-None-Match": etag})
    assert (status, body) == (304, b"")


async def test_a_failed_precondition_changes_nothing(running: Running) -> None:
    job = await running.finish_job(VIDEO)
    etag = (await get(running, f"/download/{job.id}"))[1]["ETag"]
    stale, fresh = 'If-Match: "other"', f"If-Match: {etag}"
    for target in (f"GET /download/{job.id}", "GET /effects", f"DELETE /export/{job.id}"):
        response = await exchange(running.port, head(target, stale))
        assert (response.status, response.code) == (412, "precondition_failed")
    parted = head(f"GET /download/{job.id}", fresh, "Range: bytes=0-9")
    assert (await exchange(running.port, parted)).body == VIDEO[:10]
    assert (
        await exchange(running.port, head(f"DELETE /export/{job.id}", "If-Match: *"))
    ).status == 200


@pytest.mark.fault("I08")
@pytest.mark.parametrize("tail", ["", "/poster.jpg"])
async def test_a_refused_download_gives_its_reason(running: Running, tail: str) -> None:
    async def code(job_id: str) -> tuple[int, str]:
        response = await exchange(running.port, head(f"GET /download/{job_id}{tail}"))
        return response.status, response.code

    queued = await running.add_job()
    assert await code(queued.id) == (409, "result_not_ready")
    removed = await running.finish_job()
    await running.service.cancel(removed.id, "r")
    assert await code(removed.id) == (410, "result_expired")
    lost = await running.finish_job()
    for name in FILES.values():
        (running.service.data.job_folder(lost.id) / name).unlink()
    assert await code(lost.id) == (410, "result_expired")
    expired = await running.finish_job()
    await running.service.store.jobs.update(expired.id, expires_at=1)
    assert await code(expired.id) == (410, "result_expired")
    assert await code("A" * 22) == (404, "not_found")


@pytest.mark.fault("K03")
async def test_a_video_expires_at_its_millisecond(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = await running.finish_job()
    assert job.expires_at is not None
    seen = []
    for offset_ms in (-1000, -1, 0, 1000):
        now = job.expires_at + offset_ms
        monkeypatch.setattr("server.jobs.model.job.now_ms", lambda now=now: now)
        response = await exchange(running.port, head(f"GET /download/{job.id}"))
        shown = (await exchange(running.port, head(f"GET /export/{job.id}"))).json
        seen.append((response.status, shown["status"], shown["downloadUrl"] is not None))
    assert seen == [(200, "completed", True)] * 2 + [(410, "completed", False)] * 2


@pytest.mark.parametrize("status", [Status.FAILED, Status.CANCELLED])
async def test_a_job_that_cannot_have_a_video_is_gone(running: Running, status: Status) -> None:
    job_id = (await running.add_job()).id
    await running.service.store.jobs.transition(job_id, status)
    response = await exchange(running.port, head(f"GET /download/{job_id}"))
    assert (response.status, response.code) == (410, "result_expired")
    listed = document(running.config, ROUTES)["paths"]["/download/{jobId}"]["get"]["responses"]
    assert response.code in listed[str(response.status)]["description"]


@pytest.mark.fault("I09")
async def test_a_download_continues_when_its_job_is_removed(running: Running) -> None:
    video = VIDEO * 16
    job = await running.finish_job(video)
    async with (
        aiohttp.ClientSession(running.url) as client,
        client.get(f"/download/{job.id}") as response,
    ):
        first = await response.content.readexactly(1000)
        await running.service.cancel(job.id, "r")
        assert first + await response.read() == video


def narrow_connection(port: int) -> socket.socket:
    """Return a connection whose kernel accepts little before its reader does."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.setblocking(False)
    with pytest.raises(BlockingIOError):
        connection.connect(("127.0.0.1", port))
    return connection


async def read_to_end(connection: socket.socket) -> None:
    while await asyncio.get_running_loop().sock_recv(connection, 65_536):
        pass


@pytest.mark.fault("J06")
async def test_a_client_that_stops_reading_is_aborted(
    start: Start, limits: Callable[..., HttpLimits]
) -> None:
    running = await start(limits(download_window_s=0.4))
    job = await running.finish_job(VIDEO * 16)
    loop = asyncio.get_running_loop()
    with narrow_connection(running.port) as connection:
        await asyncio.sleep(0.05)
        await loop.sock_sendall(connection, head(f"GET /download/{job.id}"))
        await asyncio.sleep(1.5)
        with pytest.raises(ConnectionResetError):
            await read_to_end(connection)


@pytest.mark.fault("J05")
async def test_a_slow_but_steady_reader_is_not_cut(
    start: Start, limits: Callable[..., HttpLimits]
) -> None:
    running = await start(limits(download_window_s=0.5, download_min_rate=2000))
    job = await running.finish_job(VIDEO * 16)
    loop = asyncio.get_running_loop()
    with narrow_connection(running.port) as connection:
        await asyncio.sleep(0.05)
        await loop.sock_sendall(connection, head(f"GET /download/{job.id}"))
        for _ in range(75):  # 1.5 s: three windows, in which the kernels' buffers never run empty
            assert await loop.sock_recv(connection, 1000)
            await asyncio.sleep(0.02)
