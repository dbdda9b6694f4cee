"""POST /export against clients that are slow, stop half-way, or find the disk full."""

import asyncio
import os
import socket
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from server.errors import ToqiboxError
from server.http.limits import HttpLimits
from server.http.uploads.form_digest import FormDigest
from server.http.uploads.spool_file import FreeSpaceGuard, SpoolFile
from server.protocol.results.machine import GlReport, ProbeReport
from tests.http.conftest import Running, Start
from tests.http.wire import BOUNDARY, FORM, exchange, form, head, part, post, read_response

AUDIO = part("audio", b"RIFF", filename="a.wav")
PHOTO = part("photo", b"\xff\xd8", filename="p.jpg")
NO_END = FreeSpaceGuard(lambda: True, 1)


async def test_a_refused_client_that_keeps_sending_can_read_the_response(running: Running) -> None:
    body = form(part("duration", "-1"), part("audio", b"x" * 1_000_000), PHOTO)
    response = await exchange(running.port, post(body))
    assert (response.code, response.headers["connection"]) == ("invalid_parameter", "close")


async def test_a_wrong_field_before_the_files_is_refused_without_them(running: Running) -> None:
    # Of a body of over a megabyte only the first field is ever sent.
    start = head("POST /export", f"Content-Type: {FORM}", "Content-Length: 1500000")
    response = await exchange(running.port, start + part("fps", "29.97") + AUDIO[:40])
    assert (response.status, response.json["field"]) == (422, "fps")


@pytest.mark.fault("C11")
async def test_files_are_stored_under_our_names_only(running: Running) -> None:
    near = b"\r\n--" + BOUNDARY[:5].encode() + b"\r\n"
    audio = part("audio", b"A" * 70_000, filename="../../../etc/passwd")
    photo = part("photo", near, filename="-y.jpg")
    last = form(part("title", "x" * 201))
    reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
    body = audio + photo + last
    writer.write(post(body)[: -len(last)] + last[:20])
    await running.until(lambda: len(running.files()) == 2 and near in running.files().values())
    assert running.files() == {("audio", 0o600): b"A" * 70_000, ("photo", 0o600): near}
    writer.write(last[20:])
    assert (await read_response(reader)).json["field"] == "title"
    assert await running.spool_is_empty()
    writer.transport.abort()


@pytest.mark.fault("C14")
@pytest.mark.parametrize(
    ("limit", "pieces", "pause_s"),
    [
        ({"upload_stall_s": 0.2}, 2, 0.5),
        ({"upload_window_s": 0.6}, 200, 0.02),
        ({"upload_min_rate": 1, "upload_total_s": 0.3}, 200, 0.02),
    ],
    ids=["silence", "below the rate", "too long in all"],
)
async def test_a_slow_upload_is_cut(
    start: Start, limits: Callable[..., HttpLimits], limit: Any, pieces: int, pause_s: float
) -> None:
    running = await start(limits(**limit))
    body = form(part("audio", b"x" * 100_000), PHOTO)
    trickle = [body[at : at + 5] for at in range(90, 90 + 5 * pieces, 5)]
    response = await exchange(
        running.port, post(body)[: -len(body)] + body[:90], *trickle, pause_s=pause_s
    )
    assert (response.status, response.code, response.json["retryable"]) == (
        408,
        "upload_timeout",
        True,
    )
    assert await running.spool_is_empty()


@pytest.mark.fault("C03")
async def test_a_truncated_upload_is_refused(running: Running) -> None:
    body = form(part("audio", b"x" * 100_000), PHOTO)
    response = await exchange(running.port, post(body)[:50_000], half_close=True)
    assert (response.status, response.code) == (400, "upload_incomplete")
    assert await running.spool_is_empty()


@pytest.mark.fault("C04")
async def test_a_reset_in_mid_body_leaves_nothing(running: Running) -> None:
    before = len(os.listdir("/proc/self/fd"))
    _, writer = await asyncio.open_connection("127.0.0.1", running.port)
    writer.write(post(form(part("audio", b"x" * 100_000), PHOTO))[:50_000])
    await writer.drain()
    await running.until(lambda: bool(running.spooled()))
    connection = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
    assert await running.spool_is_empty()
    assert await running.until(lambda: len(os.listdir("/proc/self/fd")) == before)


@pytest.mark.fault("C16")
async def test_expect_is_answered_only_if_the_body_is_needed(running: Running) -> None:
    async def first_status(*lines: str) -> int:
        return (await exchange(running.port, head(*lines, "Expect: 100-continue"))).status

    plain = ("Content-Type: text/plain", "Content-Length: 5")
    assert await first_status("POST /export", *plain) == 415
    assert await first_status("POST /nowhere", *plain) == 404
    assert await first_status("POST /health", *plain) == 405
    big = (f"Content-Type: {FORM}", "Content-Length: 99999999")
    assert await first_status("POST /export", *big) == 413
    running.service.draining = True
    assert await first_status("POST /export", f"Content-Type: {FORM}", "Content-Length: 9") == 503
    running.service.draining = False
    assert await first_status("POST /export", f"Content-Type: {FORM}", "Content-Length: 9") == 100


async def test_the_response_follows_100_continue(running: Running) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
    body = form(PHOTO)
    whole = post(body, "Expect: 100-continue")
    writer.write(whole[: -len(body)])
    assert (await read_response(reader)).status == 100
    writer.write(body)
    assert (await read_response(reader)).code == "missing_field"
    writer.transport.abort()


@pytest.mark.fault("C15")
async def test_more_uploads_than_places_wait_and_are_then_refused(
    start: Start, limits: Callable[..., HttpLimits]
) -> None:
    running = await start(limits(uploads=1, upload_stall_s=30, upload_window_s=60))
    reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
    whole = post(form(PHOTO))
    writer.write(whole[:-9])
    assert await running.until(lambda: bool(running.files()))
    response = await exchange(running.port, post(form(AUDIO, PHOTO)))
    assert (response.status, response.code) == (429, "rate_limited")
    assert int(response.headers["retry-after"]) >= 1
    writer.write(whole[-9:])
    assert (await read_response(reader)).code == "missing_field"
    writer.transport.abort()
    assert (await exchange(running.port, whole)).code == "missing_field"


@pytest.mark.fault("I04")
@pytest.mark.parametrize(
    ("code", "status", "settings"),
    [("queue_full", 429, {"max_queued_exports": 0}), ("storage_full", 503, {"min_free_mb": 10**8})],
)
async def test_a_body_that_cannot_be_accepted_is_refused_unread(
    start: Start, code: str, status: int, settings: dict[str, Any]
) -> None:
    running = await start(**settings)
    response = await exchange(
        running.port, head("POST /export", f"Content-Type: {FORM}", "Content-Length: 9")
    )
    assert (response.status, response.code) == (status, code)
    assert int(response.headers["retry-after"]) >= 1


async def test_a_machine_that_cannot_draw_refuses(running: Running) -> None:
    running.service.machine.report = ProbeReport(gl=GlReport(error="none"))
    response = await exchange(running.port, post(form(AUDIO, PHOTO)))
    assert (response.status, response.code) == (503, "not_ready")
    assert "retry-after" in response.headers


@pytest.mark.fault("I01")
async def test_a_disk_that_fills_while_a_body_is_read_stops_it(
    start: Start, limits: Callable[..., HttpLimits], monkeypatch: pytest.MonkeyPatch
) -> None:
    running = await start(limits(free_space_check_bytes=100_000), min_free_mb=1)
    body = form(part("audio", b"x" * 500_000), PHOTO)
    reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
    writer.write(post(body)[:200_000])
    assert await running.until(lambda: bool(running.files()))
    real = os.statvfs

    def full(path: Path) -> os.statvfs_result:
        seen = list(real(path))
        seen[4] = 0  # f_bavail
        return os.statvfs_result(seen)

    monkeypatch.setattr(os, "statvfs", full)
    writer.write(post(body)[200_000:400_000])
    response = await read_response(reader)
    assert (response.status, response.code) == (503, "storage_full")
    assert await running.spool_is_empty()
    writer.transport.abort()


def test_free_space_is_checked_at_intervals_only() -> None:
    looks: list[bool] = []

    def enough() -> bool:
        looks.append(True)
        return len(looks) < 3

    guard = FreeSpaceGuard(enough, 100)
    for _ in range(29):
        guard.reserve(10)
    assert len(looks) == 2
    with pytest.raises(ToqiboxError) as caught:
        guard.reserve(10)
    assert caught.value.code == "storage_full"


@pytest.mark.fault("I01")
def test_a_full_disk_has_its_own_error(tmp_path: Path) -> None:
    file = SpoolFile(tmp_path / "audio", NO_END, FormDigest())
    full = open("/dev/full", "wb", buffering=0)  # noqa: SIM115 - its descriptor is handed over
    spare, file.descriptor = file.descriptor, full.fileno()
    with full, pytest.raises(ToqiboxError) as caught:
        file.write(b"x")
    assert caught.value.code == "storage_full"
    file.descriptor = spare
    file.close()


@pytest.mark.fault("I11")
def test_a_planted_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "audio").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileExistsError):
        SpoolFile(tmp_path / "audio", NO_END, FormDigest())
    assert not (tmp_path / "elsewhere").exists()
