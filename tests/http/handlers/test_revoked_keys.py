"""Event streams and links end with their key; a download that has begun is finished."""

import asyncio
import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from server.access.api_key import hash_secret, new_secret
from server.access.delegated_token import issue_token
from server.http.limits import HttpLimits
from tests.harness.api_keys import bearer
from tests.http.conftest import Keyed, StartKeyed
from tests.http.cuts import add_cut, add_track
from tests.http.event_stream import EventStream
from tests.http.wire import head

Limits = Callable[..., HttpLimits]


@pytest.fixture
async def watched(
    start_keyed: StartKeyed, limits: Limits, monkeypatch: pytest.MonkeyPatch
) -> Keyed:
    """A server that notices changed keys at once."""
    monkeypatch.setattr("server.access.key_ring._REFRESH_S", 0.0)
    patient = limits(key_check_s=0.01, event_comment_s=600, download_window_s=600)
    return await start_keyed(limits=patient)


def change_key(keyed: Keyed, key_id: str, secrets: list[str] | None) -> None:
    """Give a key other secrets, or remove it."""
    path = keyed.running.config.api_keys_file
    assert path is not None
    entries = json.loads(path.read_text())["keys"]
    kept = [entry for entry in entries if entry["id"] != key_id or secrets]
    for entry in kept:
        if entry["id"] == key_id and secrets:
            entry["secrets"] = [hash_secret(secret) for secret in secrets]
    new = path.with_suffix(".new")
    new.write_text(json.dumps({"keys": kept}))
    Path(new).replace(path)


@pytest.mark.slow
async def test_the_streams_of_a_revoked_key_end_and_others_go_on(watched: Keyed) -> None:
    port, keys = watched.running.port, watched.keys
    job, foreign = await watched.add_job("own"), await watched.add_job("other")
    of_token = await watched.add_job("own." + "t" * 16)
    link = (await watched.send(f"GET /export/{job.id}", "own")).json["eventsUrl"]
    key = watched.running.service.access.keys
    own_key = key.get("own") if key else None
    assert own_key is not None
    token = issue_token(own_key, "free", 600)
    token_id = token.split(".")[4]
    await watched.running.service.store.jobs.update(of_token.id, owner=f"own.{token_id}")
    async with (
        EventStream(port, job.id, bearer(keys["own"])) as by_key,
        EventStream(port, job.id, query="?" + link.partition("?")[2]) as by_link,
        EventStream(port, of_token.id, bearer(token)) as by_token,
        EventStream(port, foreign.id, bearer(keys["other"])) as of_other,
    ):
        streams = (by_key, by_link, by_token, of_other)
        for stream in streams:
            assert await stream.next()
        change_key(watched, "own", None)
        for stream in streams[:3]:
            assert await stream.rest() == []
        await watched.running.service.store.jobs.update(foreign.id, progress=7)
        event = await of_other.next()
        assert event is not None
        assert event.job["progress"] == 7
    for lines in ([bearer(keys["own"])], [bearer(token)]):
        async with EventStream(port, job.id, *lines) as refused:
            assert refused.response.status == 401
    async with EventStream(port, job.id, query="?" + link.partition("?")[2]) as refused:
        assert refused.response.status == 404


async def test_the_streams_of_a_secret_end_with_it(watched: Keyed) -> None:
    port, old = watched.running.port, watched.keys["own"]
    job, secret = await watched.add_job("own"), new_secret()
    change_key(watched, "own", [secret, old.partition(".")[2]])
    keys = watched.running.service.access.keys
    assert keys is not None
    assert await watched.running.until(
        lambda: (key := keys.get("own")) is not None and len(key.secret_hashes) == 2
    )
    async with (
        EventStream(port, job.id, bearer(old)) as by_old,
        EventStream(port, job.id, bearer(f"own.{secret}")) as by_new,
    ):
        assert await by_old.next()
        assert await by_new.next()
        change_key(watched, "own", [secret])
        assert await by_old.rest() == []
        await watched.running.service.store.jobs.update(job.id, progress=9)
        assert await by_new.next()


async def test_the_audio_of_a_cut_ends_with_its_key(watched: Keyed) -> None:
    keys, links = watched.running.service.access.keys, {}
    assert keys is not None
    for owner in ("own", "own." + "t" * 16, "other"):
        track = add_track(watched.running, owner=owner)
        add_cut(watched.running, track)
        shown = await watched.send(f"GET /tracks/{track.id}/cut", owner.partition(".")[0])
        links[track.path.with_name("about.json")] = shown.json["sound"]
        assert (await watched.send(f"GET {shown.json['sound']}")).body[:4] == b"fLaC"
    change_key(watched, "own", None)
    # A request that meets a reading of the file by the watch uses the keys of before.
    assert await watched.running.until(lambda: keys.get("own") is None)
    used = round(time.time() - 60)
    for about, link in list(links.items())[:2]:
        os.utime(about, (used, used))
        for method in ("GET", "HEAD"):
            assert (await watched.send(f"{method} {link}")).status == 404
        assert about.stat().st_mtime == used, "a refused request is not a use"
    assert (await watched.send(f"GET {links.popitem()[1]}")).status == 200


async def test_a_download_that_has_begun_is_finished(watched: Keyed) -> None:
    keys = watched.running.service.access.keys
    assert keys is not None
    video = os.urandom(24_000_000)  # more than the kernel buffers
    job = await watched.running.finish_job(video)
    await watched.running.service.store.jobs.update(job.id, owner="own")
    reader, writer = await asyncio.open_connection("127.0.0.1", watched.running.port)
    try:
        writer.write(head(f"GET /download/{job.id}", bearer(watched.keys["own"])))
        await reader.readuntil(b"\r\n\r\n")
        first = await reader.readexactly(1000)
        change_key(watched, "own", None)
        assert await watched.running.until(lambda: keys.get("own") is None)
        assert (await watched.send(f"GET /download/{job.id}", "own")).status == 401
        assert first + await reader.readexactly(len(video) - 1000) == video
    finally:
        writer.transport.abort()
