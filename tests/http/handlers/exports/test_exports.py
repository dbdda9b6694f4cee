"""Jobs over HTTP, from the form to the file."""

import asyncio
import io
import json
import socket
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import aiohttp
import pytest
from PIL import Image

from server.http.limits import HttpLimits
from server.jobs.model.job import Status
from server.media.photos.photo import load
from tests.http.conftest import Running, Start
from tests.http.wire import exchange, form, head, part, post

UNKNOWN = "A" * 22


CHAIN = [
    {"id": "spin", "params": {"speed": {"osc": "sine", "seconds": 1}}},
    {"id": "breathe", "params": {"glow": {"bind": "kick.pulse", "max": 0.5, "decay": 0.3}}},
]


@pytest.mark.slow
async def test_a_chain_with_modulations_becomes_a_video(
    working: Running, media: tuple[bytes, bytes]
) -> None:
    fields = aiohttp.FormData()
    title = "Sun \U00013460"  # a hieroglyph of Unicode 16, which no font has yet
    for name, value in (("effect", json.dumps(CHAIN)), ("duration", "0.3"), ("title", title)):
        fields.add_field(name, value)
    for name, content in zip(("audio", "photo"), media, strict=True):
        fields.add_field(name, content, filename=name)
    async with aiohttp.ClientSession(working.url) as client:
        async with client.post("/export", data=fields) as response:
            job = await response.json()
            assert response.status == 202, job
        assert job["effect"] == ["spin", "breathe"]
        (warning,) = job["warnings"]
        assert (warning["code"], warning["field"]) == ("characters_not_drawn", "title")
        assert "U+13460" in warning["error"]
        while job["status"] not in ("completed", "failed"):
            await asyncio.sleep(0.2)
            async with client.get(f"/export/{job['jobId']}") as response:
                job = await response.json()
    assert (job["status"], job["frames"]["done"]) == ("completed", 9), job


@pytest.mark.parametrize(
    ("effect", "params", "field"),
    [
        ("ring", {"size": {"bind": "kik"}}, "params.size.bind"),
        ("ring", {"size": {"bind": "kick", "min": 0.8, "max": 0.2}}, "params.size.min"),
        ("ring", {"size": {"bind": "kick", "from": [2, 1]}}, "params.size.from"),
        ("ring", {"size": {"keys": [[1, 0.5], [0, 0.5]]}}, "params.size.keys[1]"),
        ([{"id": "ring"}, {"id": "nope"}], None, "effect[1]"),
        ([{"id": "ring", "params": {"sise": 1}}], None, "effect[0].params.sise"),
        ([{"id": "ring", "params": {"size": {"osc": 1}}}], None, "effect[0].params.size.osc"),
        ([{"id": "ring"}], {}, "params"),
    ],
)
async def test_an_invalid_modulation_or_chain_is_named_by_its_field(
    start: Start, effect: object, params: object, field: str
) -> None:
    running = await start(max_parallel_exports=0)
    parts = [part("effect", (effect if isinstance(effect, str) else json.dumps(effect)).encode())]
    parts += [] if params is None else [part("params", json.dumps(params).encode())]
    files = [part("audio", b"RIFF", filename="a"), part("photo", b"x", filename="b")]
    response = await exchange(running.port, post(form(*parts, *files)))
    assert response.status == 422, response.body
    payload = json.loads(response.body)
    expected = "unknown_effect" if field == "effect[1]" else "invalid_parameter"
    assert (payload["code"], payload["field"]) == (expected, field)


async def test_params_are_refused_before_the_files_are_read(start: Start) -> None:
    running = await start(max_parallel_exports=0)
    parts = [part("effect", b"ring"), part("params", b'{"size": 9}')]
    body = form(*parts, part("audio", b"RIFF" + bytes(200_000), filename="a"))
    response = await exchange(running.port, post(body)[:-150_000])  # the rest is never sent
    assert (response.status, json.loads(response.body)["field"]) == (422, "params.size")


@pytest.mark.fault("A20", "A21")
async def test_a_client_of_the_old_api_gets_its_video(
    working: Running, media: tuple[bytes, bytes]
) -> None:
    fields = aiohttp.FormData()
    fields.add_field("audio", media[0], filename="track.mp3", content_type="audio/mpeg")
    fields.add_field("photo", media[1], filename="photo.jpg", content_type="image/jpeg")
    fields.add_field("duration", "0.5")
    fields.add_field("plan", "free")
    async with aiohttp.ClientSession(working.url) as client:
        async with client.post("/export", data=fields) as response:
            accepted = await response.json()
            assert response.status == 202, accepted
            assert response.headers["Location"] == f"/export/{accepted['jobId']}"
        assert accepted["success"] is True
        assert accepted["status"] == "queued"
        assert isinstance(accepted["createdAt"], int)
        assert await working.spool_is_empty()
        progress = [0]
        while True:
            async with client.get(f"/export/{accepted['jobId']}") as response:
                job = await response.json()
            progress.append(job["progress"])
            if job["status"] not in ("queued", "processing"):
                break
            await asyncio.sleep(0.05)
        assert job["status"] == "completed", job
        assert progress == sorted(progress)
        assert progress[-1] == 100
        assert job["resolution"] == {"width": 64, "height": 36}
        assert job["frames"] == {"done": 15, "total": 15}
        async with client.get(job["downloadUrl"]) as response:
            video = await response.read()
        assert video[4:8] == b"ftyp"
        async with client.get(job["posterUrl"]) as response:
            assert (await response.read())[:2] == b"\xff\xd8"
        async with client.delete(f"/export/{accepted['jobId']}") as response:
            assert (await response.json())["status"] == "completed"
        async with client.get(f"/download/{accepted['jobId']}") as response:
            assert response.status == 410


@pytest.mark.fault("A15", "B07")
@pytest.mark.parametrize(
    ("audio", "photo", "status", "code"),
    [
        (b"#EXTM3U\nfile:///etc/passwd\n", None, 415, "unsupported_media_type"),
        (b"ffconcat version 1.0\nfile a.wav\n", None, 415, "unsupported_media_type"),
        (None, b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415, "unsupported_media_type"),
        (b"RIFF\x24\0\0\0WAVEfmt ", None, 422, "undecodable_audio"),
        (None, b"\x89PNG\r\n\x1a\n" + bytes(50), 422, "undecodable_image"),
    ],
)
async def test_files_of_the_wrong_type(
    running: Running,
    media: tuple[bytes, bytes],
    audio: bytes | None,
    photo: bytes | None,
    status: int,
    code: str,
) -> None:
    parts = part("audio", audio or media[0], filename="a.mp3"), part("photo", photo or media[1])
    response = await exchange(running.port, post(form(*parts)), wait_s=30)
    assert (response.status, response.code) == (status, code)
    assert await running.spool_is_empty()
    assert not list(running.service.data.jobs.iterdir())


@pytest.mark.fault("C21", "J12")
async def test_a_client_that_leaves_after_its_form_leaves_a_whole_job_or_none(
    running: Running, media: tuple[bytes, bytes]
) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", running.port)
    writer.write(post(form(part("audio", media[0]), part("photo", media[1]))))
    await running.until(lambda: len(running.files()) == 2)
    await asyncio.sleep(0.1)
    connection = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()

    async def whole_or_none() -> bool:
        jobs = await running.service.store.jobs.list_by_status(Status.QUEUED)
        folders = list(running.service.data.jobs.iterdir())
        return not running.spooled() and [f.name for f in folders] == [job.id for job in jobs]

    assert await running.until(whole_or_none)
    folders = list(running.service.data.jobs.iterdir())
    assert all((folder / "sound.wav").exists() for folder in folders)


@pytest.mark.slow
async def test_the_queue_limit_applies_to_concurrent_uploads(
    start: Start, media: tuple[bytes, bytes]
) -> None:
    running = await start(max_queued_exports=2)
    sent = post(form(part("audio", media[0]), part("photo", media[1])))
    responses = await asyncio.gather(*[exchange(running.port, sent, wait_s=60) for _ in range(4)])
    assert sorted(response.status for response in responses) == [202, 202, 429, 429]
    assert all(
        "retry-after" in response.headers for response in responses if response.status == 429
    )
    assert await running.spool_is_empty()


@pytest.mark.slow
async def test_the_limit_of_uploads_applies_to_the_spool(
    start: Start, limits: Callable[..., HttpLimits], media: tuple[bytes, bytes]
) -> None:
    patient = limits(uploads=1, upload_wait_s=60, upload_decode_wait_s=600)
    running = await start(patient, max_queued_exports=2)
    sent = post(form(part("audio", media[0]), part("photo", media[1])))
    peak = 0

    async def watch() -> None:
        nonlocal peak
        while True:
            peak = max(peak, len(running.spooled()))
            await asyncio.sleep(0.005)

    watching = asyncio.create_task(watch())
    # This one disconnects after its form: its files keep their place until they are removed.
    _, leaver = await asyncio.open_connection("127.0.0.1", running.port)
    leaver.write(sent)
    await running.until(lambda: len(running.files()) == 2)
    leaver.transport.abort()
    responses = await asyncio.gather(*[exchange(running.port, sent, wait_s=60) for _ in range(6)])
    watching.cancel()
    assert peak == 1
    accepted = await running.service.store.jobs.count(Status.QUEUED)
    assert accepted == 2
    payload = sorted(response.json.get("code") or "accepted" for response in responses)
    accepted_count = payload.count("accepted")
    assert accepted_count in (
        1,
        2,
    )  # whether the disconnected client's job exists depends on the time
    assert payload == ["accepted"] * accepted_count + ["queue_full"] * (6 - accepted_count)
    assert await running.spool_is_empty()


@pytest.mark.fault("E16")
async def test_a_job_is_shown_cancelled_and_shown_again(running: Running) -> None:
    job = await running.add_job()
    shown = await exchange(running.port, head(f"GET /export/{job.id}"))
    assert (shown.status, shown.json["status"], shown.json["queuePosition"]) == (200, "queued", 1)
    assert shown.headers["cache-control"] == "no-store"
    for _ in range(2):
        cancelled = await exchange(running.port, head(f"DELETE /export/{job.id}"))
        assert (cancelled.status, cancelled.json["status"]) == (200, "cancelled")
    again = await exchange(running.port, head(f"GET /export/{job.id}"))
    assert again.json["status"] == "cancelled"
    assert (await exchange(running.port, head(f"DELETE /export/{UNKNOWN}"))).code == "not_found"


async def test_a_failed_job_has_its_reason_in_the_language_of_the_client(running: Running) -> None:
    job = await running.add_job()
    await running.service.store.jobs.transition(job.id, Status.FAILED, error_code="render_stalled")
    shown = await exchange(running.port, head(f"GET /export/{job.id}", "Accept-Language: ru"))
    assert (shown.status, shown.json["code"]) == (200, "render_stalled")
    assert shown.json["error"] == "Создание видео остановилось и не продолжилось."


async def test_the_old_front_page_is_served(running: Running) -> None:
    root = (await exchange(running.port, head("GET /"))).json
    assert (root["status"], bool(root["service"]), bool(root["endpoints"])) == ("ok", True, True)


@pytest.fixture
def covered(media: tuple[bytes, bytes], tmp_path: Path) -> bytes:
    """Return the audio of `media` as an MP3 with the photo as its cover."""
    audio, photo, track = (tmp_path / name for name in ("audio", "photo.png", "track.mp3"))
    audio.write_bytes(media[0])
    photo.write_bytes(media[1])
    command = ["ffmpeg", "-v", "error", "-i", str(audio), "-i", str(photo), "-map", "0:a"]
    command += ["-map", "1:v", "-c:v", "copy", "-disposition:v", "attached_pic", str(track)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return track.read_bytes()


@pytest.mark.slow
async def test_the_cover_of_the_track_replaces_a_photo(
    running: Running, media: tuple[bytes, bytes], covered: bytes
) -> None:
    """Leave the file inputs of both photos without a chosen file."""
    unchosen = [part(name, b"", filename="") for name in ("photo", "photo2")]
    sent = form(part("audio", covered, filename="a.mp3"), *unchosen)
    response = await exchange(running.port, post(sent), wait_s=60)
    assert response.status == 202, response.body
    [folder] = running.service.data.jobs.iterdir()
    width, height, pixels = load(folder / "photo.rgba")
    with Image.open(io.BytesIO(media[1])) as image:
        assert (width, height) == image.size
        assert bytes(pixels[:3]) == image.convert("RGB").tobytes()[:3]
    assert not (folder / "photo").exists()
    assert await running.spool_is_empty()
