"""The links of a job on a server with API keys, as a browser follows them: without a header."""

from functools import partial

import pytest

from server.http.rate_limiter import RateLimiter
from tests.http.conftest import Keyed, StartKeyed


@pytest.mark.fault("E09")
async def test_the_links_of_a_job_need_no_key(keyed: Keyed) -> None:
    job = await keyed.add_job("own", is_finished=True)
    shown = (await keyed.send(f"GET /export/{job.id}", "own")).json
    assert (await keyed.send(f"GET {shown['downloadUrl']}")).body == b"video"
    assert (await keyed.send(f"GET {shown['posterUrl']}")).body == b"poster"
    part_of_it = await keyed.send(f"GET {shown['downloadUrl']}", None, "Range: bytes=1-2")
    assert (part_of_it.status, part_of_it.body) == (206, b"id")
    # The link ends with the video, and is the same at each poll.
    assert f"expires={-(-(job.expires_at or 0) // 1000)}&" in shown["downloadUrl"]
    again = (await keyed.send(f"GET /export/{job.id}", "own")).json
    assert again["downloadUrl"] == shown["downloadUrl"]


async def test_the_events_of_a_job_need_no_key(keyed: Keyed) -> None:
    job = await keyed.add_job("own")
    link = (await keyed.send(f"GET /export/{job.id}", "own")).json["eventsUrl"]
    assert link.startswith(f"/export/{job.id}/events?")
    opened = await keyed.send(f"GET {link}")
    assert (opened.status, opened.headers["content-type"].split(";")[0]) == (
        200,
        "text/event-stream",
    )


@pytest.mark.fault("E08")
async def test_a_link_allows_nothing_else(keyed: Keyed) -> None:
    job = await keyed.add_job("own", is_finished=True)
    other = await keyed.add_job("own", is_finished=True)
    shown = (await keyed.send(f"GET /export/{job.id}", "own")).json
    path, query = shown["downloadUrl"].split("?")
    targets = [
        f"GET /download/{other.id}?{query}",
        f"GET {path}/poster.jpg?{query}",
        f"GET {path}?{query}&x=1",
        f"GET {path}?{query[:-1]}",
        f"GET /export/{job.id}?{query}",
        f"DELETE /export/{job.id}?{query}",
        f"GET /exports?{query}",
        f"POST /export?{query}",
        # An unknown id is refused by the signature, before the table is read.
        f"GET /download/{'A' * 22}?{query}",
    ]
    for target in targets:
        response = await keyed.send(target)
        assert (response.status, response.code) == (401, "unauthenticated"), target
        assert query.rpartition("=")[2] not in response.body.decode()


async def test_the_key_of_another_does_not_become_valid_by_a_link(keyed: Keyed) -> None:
    job = await keyed.add_job("own", is_finished=True)
    link = (await keyed.send(f"GET /export/{job.id}", "own")).json["downloadUrl"]
    assert (await keyed.send(f"GET {link}", "other")).status == 404
    assert (await keyed.send(f"GET {link}", "own.x")).status == 401
    assert (await keyed.send(f"GET /download/{job.id}", "own")).status == 200


async def test_links_are_relative_to_the_public_url(start_keyed: StartKeyed) -> None:
    keyed = await start_keyed(public_url="https://studio.example/render")
    job = await keyed.add_job("own", is_finished=True)
    link = (await keyed.send(f"GET /export/{job.id}", "own")).json["downloadUrl"]
    prefix = "https://studio.example/render"
    assert link.startswith(f"{prefix}/download/{job.id}?expires=")
    # The proxy removes the prefix.
    assert (await keyed.send(f"GET {link.removeprefix(prefix)}")).status == 200


@pytest.mark.fault("E09")
async def test_a_link_is_followed_so_often_in_a_minute(
    start_keyed: StartKeyed, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = partial(RateLimiter, clock=lambda: 1000.0)
    monkeypatch.setattr("server.http.authentication.RateLimiter", stopped)
    keyed = await start_keyed(link_requests_per_minute=3)
    job = await keyed.add_job("own", is_finished=True)
    shown = (await keyed.send(f"GET /export/{job.id}", "own")).json
    link = shown["downloadUrl"]
    for _ in range(5):  # a link that was tampered with is not this one
        assert (await keyed.send(f"GET {link[:-1]}")).status == 401
    methods = ("GET", "HEAD", "GET", "GET", "HEAD")
    responses = [await keyed.send(f"{method} {link}") for method in methods]
    assert [response.status for response in responses] == [200, 200, 200, 429, 429]
    assert responses[3].code == "rate_limited"
    assert responses[3].headers["retry-after"] == "20"
    assert (await keyed.send(f"GET {shown['posterUrl']}")).status == 200
    assert (await keyed.send(f"GET /download/{job.id}", "own")).status == 200
