"""Delegated tokens: one export for a browser that has no key."""

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from server.access.delegated_token import DelegatedToken, issue_token
from server.http.server.routes import ROUTES
from server.jobs.storage.data_folder import new_id
from tests.harness import media as made_media
from tests.harness.api_keys import write_keys
from tests.harness.client import form as client_form
from tests.harness.server import Server
from tests.http.conftest import Keyed, StartKeyed
from tests.http.cuts import add_cut, add_track
from tests.http.wire import part

Media = tuple[bytes, bytes]


def _issue(keyed: Keyed, key: str, plan: str, lifetime_s: int = 600) -> str:
    """Issue a token and give it the name ``token`` among the keys."""
    ring = keyed.running.service.access.keys
    assert ring is not None
    api_key = ring.get(key)
    assert api_key is not None
    keyed.keys["token"] = issue_token(api_key, plan, lifetime_s)
    return keyed.keys["token"]


def _files(media: Media) -> tuple[bytes, bytes]:
    return part("audio", media[0]), part("photo", media[1])


async def test_a_token_makes_reads_and_cancels_one_job(keyed: Keyed, media: Media) -> None:
    _issue(keyed, "premium", "premium")
    foreign = await keyed.add_job("premium", is_finished=True)
    accepted = await keyed.submit("token", *_files(media))
    assert accepted.status == 202, accepted.body
    assert accepted.json["plan"] == "premium", "the token's plan is the default"
    job_id = accepted.json["jobId"]
    for reader in ("token", "premium"):
        assert (await keyed.send(f"GET /export/{job_id}", reader)).json["jobId"] == job_id
    assert (await keyed.send(f"GET /export/{job_id}", "own")).status == 404
    for target in (f"GET /export/{foreign.id}", f"GET /download/{foreign.id}"):
        assert (await keyed.send(target, "token")).status == 404
    listed = (await keyed.send("GET /exports", "token")).json["exports"]
    assert [job["jobId"] for job in listed] == [job_id]
    assert len((await keyed.send("GET /exports", "premium")).json["exports"]) == 2
    again = await keyed.submit("token", *_files(media))
    assert (again.status, again.code) == (401, "unauthenticated")
    assert "has been used" in again.json["error"]
    assert (await keyed.send(f"DELETE /export/{job_id}", "token")).json["status"] == "cancelled"
    assert (await keyed.submit("token", *_files(media))).status == 401


async def test_its_job_can_be_read_when_the_token_has_expired(keyed: Keyed) -> None:
    token = _issue(keyed, "own", "free", lifetime_s=-1)
    job = await keyed.add_job(f"own.{token.split('.')[4]}", is_finished=True)
    assert (await keyed.send(f"GET /export/{job.id}", "token")).status == 200
    assert (await keyed.send(f"GET /download/{job.id}", "token")).status == 200
    refused = await keyed.submit("token")
    assert (refused.status, refused.code) == (401, "unauthenticated")


@pytest.mark.fault("E04")
async def test_what_makes_work_or_keeps_files_needs_a_token_that_has_not_expired(
    keyed: Keyed,
) -> None:
    token = _issue(keyed, "own", "free", lifetime_s=-1)
    track = add_track(keyed.running, owner=f"own.{token.split('.')[4]}")
    cut, about = add_cut(keyed.running, track), track.path.with_name("about.json")
    used = round(time.time() - 60)
    os.utime(about, (used, used))
    targets = [f"/tracks/{track.id}/cut", f"/tracks/{track.id}/cut?start=0.5"]
    targets += [f"{cut}/{name}" for name in ("sound.flac", "measured", "spectra/0")]
    for target in (*targets, f"/photos/{new_id()}/image.png"):
        refused = await keyed.send(f"GET {target}", "token")
        assert (refused.status, refused.code) == (401, "unauthenticated")
        assert "is over" in refused.json["error"]
    assert (await keyed.send(f"GET /tracks/{track.id}", "token")).status == 200
    assert about.stat().st_mtime == used
    assert not keyed.running.service.cuts._makings
    assert (await keyed.send(f"DELETE /tracks/{track.id}", "token")).status == 204


async def test_each_route_of_a_job_takes_expired_tokens(keyed: Keyed) -> None:
    token = _issue(keyed, "own", "free", lifetime_s=-1)
    job = await keyed.add_job(f"own.{token.split('.')[4]}", is_finished=True)
    for target in ("chain", "events"):
        assert (await keyed.send(f"GET /export/{job.id}/{target}", "token")).status != 401
    assert (await keyed.send(f"GET /download/{job.id}/poster.jpg", "token")).status == 200
    assert (await keyed.send("GET /exports", "token")).status == 200
    assert (await keyed.send(f"DELETE /export/{job.id}", "token")).status == 200
    taking = {f"{route.method} {route.path}" for route in ROUTES if route.takes_expired_tokens}
    assert taking == {
        "GET /exports",
        *(f"{method} /export/{{jobId}}" for method in ("GET", "DELETE")),
        *(f"GET /export/{{jobId}}/{name}" for name in ("chain", "events")),
        *(f"GET /download/{{jobId}}{name}" for name in ("", "/poster.jpg")),
        *(f"{method} /tracks/{{trackId}}" for method in ("GET", "DELETE")),
        *(f"{method} /photos/{{photoId}}" for method in ("GET", "DELETE")),
    }


@pytest.mark.fault("E03")
async def test_a_plan_above_that_of_the_token_or_its_key_is_refused(keyed: Keyed) -> None:
    _issue(keyed, "premium", "free")
    refused = await keyed.submit("token", part("plan", "premium"))
    assert (refused.status, refused.code) == (403, "plan_not_allowed")
    _issue(keyed, "own", "premium")  # signed by a back end that promises too much
    for parts in ([part("plan", "premium")], [part("audio", b"RIFF"), part("photo", b"x")]):
        refused = await keyed.submit("token", *parts)
        assert (refused.status, refused.code) == (403, "plan_not_allowed")


async def test_uploads_at_one_time_make_one_job(keyed: Keyed, media: Media) -> None:
    _issue(keyed, "own", "free")
    answers = await asyncio.gather(*[keyed.submit("token", *_files(media)) for _ in range(4)])
    refused = [answer.code for answer in answers if answer.status != 202]
    assert len(refused) == 3
    assert set(refused) <= {"idempotency_in_progress", "unauthenticated"}


async def test_a_failed_upload_leaves_the_token_valid(keyed: Keyed, media: Media) -> None:
    _issue(keyed, "own", "free")
    assert (await keyed.submit("token", part("fps", "1"))).status == 422
    lines = ("Idempotency-Key: k",)
    first = await keyed.submit("token", *_files(media), lines=lines)
    assert first.status == 202
    again = await keyed.submit("token", *_files(media), lines=lines)
    assert (again.status, again.json["jobId"]) == (202, first.json["jobId"])


async def test_jobs_of_tokens_count_for_their_key(start_keyed: StartKeyed) -> None:
    keyed = await start_keyed({"queuedJobs": 1})
    _issue(keyed, "own", "free")
    await keyed.add_job("own.another-token-of-it")
    for sender in ("own", "token"):
        assert (await keyed.submit(sender)).code == "too_many_jobs"


@pytest.mark.fault("E04")
async def test_an_invalid_token_is_refused(keyed: Keyed) -> None:
    token = _issue(keyed, "own", "free")
    unknown = DelegatedToken("unknown", "free", int(time.time()) + 60, "n" * 22)
    for text in (token[:-1], token.replace("own", "other"), f"{unknown.signed_text}.{'A' * 43}"):
        response = await keyed.send("GET /export/" + "A" * 22, text)
        assert (response.status, response.code) == (401, "unauthenticated")


async def test_a_key_that_is_revoked_takes_its_tokens_with_it(
    keyed: Keyed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.access.key_ring._REFRESH_S", 0.0)
    token = _issue(keyed, "own", "free")
    job = await keyed.add_job(f"own.{token.split('.')[4]}", is_finished=True)
    link = (await keyed.send(f"GET /export/{job.id}", "token")).json["downloadUrl"]
    assert (await keyed.send(f"GET {link}")).status == 200
    write_keys(tmp_path / "keys.json", other={})

    async def is_gone() -> bool:  # not at once if another reading of the keys is under way
        return (await keyed.send(f"GET {link}")).status == 404

    assert await keyed.running.until(is_gone)
    assert (await keyed.send(f"GET /export/{job.id}", "token")).status == 401


@pytest.mark.slow
def test_a_used_token_stays_used_when_the_server_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    write_keys(path, own={})
    body, kind = client_form({"audio": made_media.wav(0.2), "photo": made_media.photo()})
    settings: dict[str, Any] = {"API_KEYS_FILE": str(path), "MAX_PARALLEL_EXPORTS": "0"}
    with Server(tmp_path / "data", **settings) as server:
        command = [sys.executable, "-m", "server", "keys", "--file", str(path), "token", "own"]
        token = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
        headers = {"Content-Type": kind, "Authorization": f"Bearer {token}"}
        accepted = server.client.call("POST", "/export", body, headers)
        assert accepted.status == 202, accepted.body
        server.kill()
        server.start()
        again = server.client.call("POST", "/export", body, headers)
        assert (again.status, again.json["code"]) == (401, "unauthenticated")
        shown = server.client.call("GET", f"/export/{accepted.json['jobId']}", headers=headers)
        assert shown.json["status"] == "queued"
