"""Tracks and photos that are sent once, over HTTP, decoded by real workers."""

import base64
import json
import os
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from server.jobs.model.job import Job
from server.jobs.storage.data_folder import new_id
from tests.harness.api_keys import bearer
from tests.harness.limits import HANG_S
from tests.harness.server import Server
from tests.http.conftest import Keyed, Running, Start
from tests.http.wire import Response, exchange, form, head, part, post

EFFECT = part("effect", "breathe")


async def send(running: Running, target: str, *parts: bytes) -> Response:
    request = post(form(*parts)).replace(b"POST /export", f"POST {target}".encode(), 1)
    return await exchange(running.port, request, wait_s=HANG_S)


async def get(running: Running, path: str, *headers: str, method: str = "GET") -> Response:
    return await exchange(running.port, head(f"{method} {path}", *headers), wait_s=HANG_S)


async def keep(running: Running, media: tuple[bytes, bytes]) -> tuple[str, str]:
    """Keep a track and a photo; return their ids."""
    track = await send(running, "/tracks", part("audio", media[0], filename="a"))
    photo = await send(running, "/photos", part("photo", media[1], filename="p"))
    assert (track.status, photo.status) == (201, 201), (track.body, photo.body)
    return str(track.json["trackId"]), str(photo.json["photoId"])


async def job_of(running: Running, response: Response) -> Job:
    assert response.status == 202, response.body
    job = await running.service.store.jobs.get(str(response.json["jobId"]))
    assert job is not None
    return job


async def test_the_facts_about_a_track(running: Running, media: tuple[bytes, bytes]) -> None:
    created = await send(running, "/tracks", part("audio", media[0], filename="a"))
    facts = created.json
    assert created.status == 201
    assert created.headers["location"] == facts["url"] == f"/tracks/{facts['trackId']}"
    assert (facts["seconds"], facts["format"], facts["bytes"]) == (1.0, "wav", len(media[0]))
    assert facts["tags"] == {"title": None, "artist": None}
    peaks = np.frombuffer(base64.b64decode(facts["peaks"]["data"]), np.int8).reshape(-1, 2)
    assert len(peaks) == facts["peaks"]["count"] == 4000
    assert (peaks[:, 0] <= peaks[:, 1]).all()
    shown = await get(running, facts["url"])
    assert {"success": True, **shown.json} == facts
    assert not running.spooled()


async def test_the_facts_about_a_photo(running: Running, media: tuple[bytes, bytes]) -> None:
    created = await send(running, "/photos", part("photo", media[1], filename="p"))
    facts = created.json
    assert (facts["width"], facts["height"], facts["format"]) == (48, 40, "png")
    assert facts["alpha"] is False
    assert facts["palette"].keys() >= {"average", "light", "dark", "muted"}
    assert all(0 <= place <= 1 for place in facts["focus"])
    assert facts["warnings"] == []
    assert not running.spooled()


@pytest.mark.slow
async def test_an_export_by_ids_is_one_by_files(
    running: Running, media: tuple[bytes, bytes]
) -> None:
    """Spec and decoded files determine every byte of a video."""
    track, photo = await keep(running, media)
    by_ids = await send(
        running,
        "/export",
        *(EFFECT, part("trackId", track), part("images", json.dumps({"photo": photo}))),
    )
    by_files = await send(
        running,
        "/export",
        *(EFFECT, part("audio", media[0], filename="a"), part("photo", media[1], filename="p")),
    )
    jobs = [await job_of(running, response) for response in (by_ids, by_files)]
    for path in (f"/tracks/{track}", f"/photos/{photo}"):
        assert (await get(running, path, method="DELETE")).status == 204
    first, second = (
        {path.name: path.read_bytes() for path in running.service.data.job_folder(job.id).iterdir()}
        for job in jobs
    )
    assert jobs[0].spec == jobs[1].spec
    assert (by_ids.json["trackId"], by_files.json["trackId"]) == (track, None)
    shown = await get(running, f"/export/{jobs[0].id}")
    assert shown.json["trackId"] == track
    assert first == second
    assert first.keys() == {"sound.wav", "sound.wav.sum", "photo.rgba", "photo.rgba.sum"}
    assert not running.spooled()


@pytest.mark.slow
async def test_a_preview_by_ids_is_one_by_files(
    running: Running, media: tuple[bytes, bytes]
) -> None:
    track, photo = await keep(running, media)
    size = (part("width", "64"), part("height", "36"), part("frame", "3"), EFFECT)
    ids = (part("trackId", track), part("images", json.dumps({"photo": photo})))
    files = (part("audio", media[0], filename="a"), part("photo", media[1], filename="p"))
    by_ids, by_files = [await send(running, "/preview", *size, *more) for more in (ids, files)]
    assert by_ids.status == 200, by_ids.body
    assert by_ids.body == by_files.body


async def test_an_upload_that_is_gone_or_never_was(
    running: Running, media: tuple[bytes, bytes]
) -> None:
    track, photo = await keep(running, media)
    images = part("images", json.dumps({"photo": photo}))
    for path in (f"/tracks/{track}", f"/photos/{photo}"):
        for _ in range(2):
            assert (await get(running, path, method="DELETE")).status == 204
        gone = await get(running, path)
        assert (gone.status, gone.code, gone.json["retryable"]) == (410, "upload_expired", True)
    refused = await send(running, "/export", EFFECT, part("trackId", track))
    assert (refused.status, refused.json["field"]) == (410, "trackId")
    refused = await send(running, "/export", images)
    assert (refused.status, refused.json["field"]) == (410, "images.photo")
    for path in (f"/tracks/{new_id()}", f"/photos/{new_id()}", f"/photos/{new_id()}/image.png"):
        assert (await get(running, path)).status == 404
    assert (await get(running, f"/tracks/{new_id()}", method="DELETE")).status == 404
    for path in ("/export", "/preview"):
        unknown = await send(running, path, part("trackId", new_id()))
        assert (unknown.status, unknown.code) == (404, "unknown_upload")
        assert unknown.json["field"] == "trackId"
        assert unknown.json["error"].startswith("“Track” names no file that is kept here: its id")
        assert "key" not in unknown.json["error"]
        unknown = await send(running, path, part("images", json.dumps({"photo2": new_id()})))
        assert (unknown.status, unknown.json["field"]) == (404, "images.photo2")
        assert unknown.json["error"].startswith("“Second photo” names no file")


async def test_an_id_is_of_one_kind(running: Running, media: tuple[bytes, bytes]) -> None:
    track, photo = await keep(running, media)
    assert (await get(running, f"/photos/{track}")).status == 404
    assert (await get(running, f"/tracks/{photo}")).status == 404
    refused = await send(running, "/export", part("trackId", photo))
    assert (refused.status, refused.json["field"]) == (404, "trackId")


async def test_an_upload_expires_after_its_last_use(
    start: Start, media: tuple[bytes, bytes]
) -> None:
    running = await start(upload_ttl_sec=1000)
    track, _ = await keep(running, media)
    about = running.service.data.uploads / track / "about.json"
    at = about.stat().st_mtime - 990
    os.utime(about, (at, at))
    image = part("photo", media[1], filename="p")
    accepted = await send(running, "/export", EFFECT, part("trackId", track), image)
    assert accepted.status == 202
    assert about.stat().st_mtime > at + 900
    os.utime(about, (at - 20, at - 20))
    assert (await get(running, f"/tracks/{track}")).status == 410


@pytest.mark.fault("D12")
@pytest.mark.parametrize(
    ("fields", "status", "field"),
    [
        ({"trackId": "short"}, 422, "trackId"),
        ({"images": "[]"}, 422, "images"),
        ({"images": '{"logo": "x"}'}, 422, "images.logo"),
        ({"images": '{"photo": 7}'}, 422, "images.photo"),
        ({"images": "{"}, 422, "images"),
        ({}, 400, "audio"),
    ],
)
async def test_a_wrong_id_is_named(
    running: Running, fields: dict[str, str], status: int, field: str
) -> None:
    refused = await send(running, "/export", *(part(*item) for item in fields.items()), EFFECT)
    assert (refused.status, refused.json["field"]) == (status, field)


async def test_a_file_and_its_id_exclude_each_other(
    running: Running, media: tuple[bytes, bytes]
) -> None:
    track, photo = await keep(running, media)
    audio, image = part("audio", media[0], filename="a"), part("photo", media[1], filename="p")
    for parts, field in (
        ((part("trackId", track), audio), "trackId"),
        ((part("images", json.dumps({"photo": photo})), audio, image), "images.photo"),
    ):
        refused = await send(running, "/export", EFFECT, *parts)
        assert (refused.status, refused.json["field"]) == (422, field)


async def test_unusable_files_are_refused_as_by_an_export(
    start: Start, media: tuple[bytes, bytes]
) -> None:
    running = await start(track_max_sec=Decimal("0.5"))
    for target, sent, status, field in (
        ("/tracks", part("audio", b"no media", filename="a"), 415, "audio"),
        ("/photos", part("photo", b"no media", filename="p"), 415, "photo"),
        ("/photos", part("photo", media[1][:60], filename="p"), 422, "photo"),
        ("/tracks", part("audio", media[0], filename="a"), 413, "audio"),
        ("/tracks", part("audio", b"", filename="a"), 422, "audio"),
        ("/tracks", part("photo", media[1], filename="p"), 400, "photo"),
        ("/tracks", part("title", "Dusk"), 400, "title"),
    ):
        refused = await send(running, target, sent)
        assert (refused.status, refused.json.get("field")) == (status, field), refused.body
    assert (await send(running, "/photos")).code == "missing_field"
    assert not running.spooled()
    assert not running.service.data.uploads.exists()


async def test_the_picture_of_a_photo(running: Running, media: tuple[bytes, bytes]) -> None:
    file = BytesIO()
    Image.new("RGB", (600, 300), (200, 100, 50)).save(file, "JPEG", quality=95)
    created = await send(running, "/photos", part("photo", file.getvalue(), filename="p"))
    url = str(created.json["image"])
    for query, size in (("", (600, 300)), ("?long=256", (256, 128)), ("?long=1024", (600, 300))):
        answer = await get(running, url + query)
        with Image.open(BytesIO(answer.body)) as image:
            assert image.size == size
            assert np.abs(np.asarray(image)[..., :3] - np.array([200.0, 100, 50])).max() <= 3
    known = f"If-None-Match: {(await get(running, url)).headers['etag']}"
    assert (await get(running, url, known)).status == 304
    refused = await get(running, f"{url}?long=7")
    assert (refused.status, refused.json["field"]) == (422, "long")


@pytest.mark.slow
def test_a_kill_leaves_whole_uploads_alone(tmp_path: Path, media: tuple[bytes, bytes]) -> None:
    """Uploads with a response survive SIGKILL; nothing is left of others."""
    server = Server(tmp_path / "data", MAX_PARALLEL_EXPORTS="0")
    with server:
        body = form(part("audio", media[0], filename="a"))
        kind = {"Content-Type": "multipart/form-data; boundary=x-toqibox-boundary"}
        created = server.client.call("POST", "/tracks", body, kind)
        assert created.status == 201, created.body
        half = server.data / "spool" / new_id()
        half.mkdir()
        (half / "audio").write_bytes(media[0])
        server.kill()
    with server:
        assert not list((server.data / "spool").iterdir())
        shown = server.client.call("GET", created.json["url"])
        assert shown.json == {key: created.json[key] for key in created.json if key != "success"}
        kept = sorted(path.name for path in (server.data / "uploads").rglob("*") if path.is_file())
        assert kept == ["about.json", "audio"]


@pytest.mark.fault("E06")
async def test_uploads_belong_to_the_key_that_sent_them(
    keyed: Keyed, media: tuple[bytes, bytes]
) -> None:
    body = form(part("audio", media[0], filename="a"))
    request = post(body, bearer(keyed.keys["own"])).replace(b"POST /export", b"POST /tracks", 1)
    created = await exchange(keyed.running.port, request, wait_s=HANG_S)
    track, path = str(created.json["trackId"]), str(created.json["url"])
    assert (await keyed.send(f"GET {path}", "own")).status == 200
    assert (await keyed.send(f"GET {path}")).status == 401
    for method in ("GET", "DELETE"):
        assert (await keyed.send(f"{method} {path}", "other")).status == 404
    refused = await keyed.submit("other", EFFECT, part("trackId", track))
    assert (refused.code, refused.json["field"]) == ("unknown_upload", "trackId")
    assert "or another key has sent it" in refused.json["error"]
    never = await keyed.submit("other", EFFECT, part("trackId", new_id()))
    differing = ("requestId",)
    assert {name: refused.json[name] for name in refused.json if name not in differing} == {
        name: never.json[name] for name in never.json if name not in differing
    }
    assert (await keyed.send(f"DELETE {path}", "own")).status == 204
    assert (await keyed.send(f"GET {path}", "own")).status == 410
    assert (await keyed.send(f"GET {path}", "other")).status == 404
