"""A server with API keys: who gets in, and what each key may do and see."""

import json
import logging
import re
from collections import defaultdict
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from server.effects.library.library import Library
from server.errors import ToqiboxError
from server.http.rate_limiter import RateLimiter
from server.http.server.routes import ROUTES
from server.jobs.model.job import Status, now_ms
from server.jobs.model.validation_result import ValidationResult
from tests.harness import validation_results
from tests.http.conftest import DRIVER, Keyed, StartKeyed
from tests.http.wire import part

PREMIUM_EFFECT = """/*{"ISFVSN": "2", "PREMIUM": true, "INPUTS": []}*/
void main() { gl_FragColor = vec4(1.0); }
"""
OPEN = ("/", "/health", "/ready", "/openapi.json", "/effects", "/effects/breathe", "/presets")
CLOSED = [f"{route.method} {route.path}" for route in ROUTES if not route.is_open]
"""All other routes, so that a new one is closed too."""
OF_A_JOB = [target for target in CLOSED if "{jobId}" in target]


@pytest.mark.fault("E26")
@pytest.mark.parametrize("target", OPEN)
async def test_what_describes_the_server_is_open(keyed: Keyed, target: str) -> None:
    assert (await keyed.send(f"GET {target}")).status == 200


@pytest.mark.fault("C20", "E01")
@pytest.mark.parametrize("target", [*CLOSED, "HEAD /download/{jobId}"])
async def test_everything_else_needs_a_key(keyed: Keyed, target: str) -> None:
    job = await keyed.add_job("own", is_finished=True)
    secret = keyed.keys["own"].partition(".")[2]
    wrong = [None, f"other.{secret}", f"unknown.{secret}", secret, keyed.keys["own"] + "x"]
    for number, credentials in enumerate(wrong):
        path = target.format_map(defaultdict(lambda: job.id, cut=f"{'a' * 64}-v4", n="0"))
        response = await keyed.send(path, credentials)
        assert response.status == 401
        refused = ', error="invalid_token"' if number else ""
        assert response.headers["www-authenticate"] == f'Bearer realm="toqibox"{refused}'
        if not target.startswith("HEAD"):
            assert response.code == "unauthenticated"
            assert secret not in response.body.decode()
    stored = await keyed.running.service.store.jobs.get(job.id)
    assert stored is not None
    assert not stored.removed


async def test_a_preflight_needs_no_key(keyed: Keyed) -> None:
    line = "Access-Control-Request-Method: POST"
    response = await keyed.send("OPTIONS /export", None, line)
    assert response.status == 204
    assert "Authorization" in response.headers["access-control-allow-headers"]


@pytest.mark.fault("E02")
async def test_a_key_in_the_query_is_not_one(keyed: Keyed) -> None:
    job = await keyed.add_job("own")
    for name in ("key", "api_key", "access_token"):
        assert (await keyed.send(f"GET /export/{job.id}?{name}={keyed.keys['own']}")).status == 401


@pytest.mark.fault("E06", "E16")
@pytest.mark.parametrize("target", OF_A_JOB)
async def test_a_job_of_another_key_is_like_one_that_never_was(keyed: Keyed, target: str) -> None:
    job = await keyed.add_job("own", is_finished=True)
    foreign = await keyed.send(target.format(jobId=job.id), "other")
    absent = await keyed.send(target.format(jobId="A" * 22), "other")
    assert (foreign.status, foreign.code) == (404, "not_found")
    for response in (foreign, absent):
        response.headers.pop("x-request-id")
        response.headers.pop("date")
    own_bodies = [re.sub(b'"requestId": "[^"]*"', b"", r.body) for r in (foreign, absent)]
    assert own_bodies[0] == own_bodies[1]
    assert foreign.headers == absent.headers
    assert (await keyed.send(target.format(jobId=job.id), "own")).status == 200


@pytest.mark.slow
@pytest.mark.fault("E03", "E13", "E28")
async def test_a_job_belongs_to_the_key_that_submitted_it(
    keyed: Keyed, media: tuple[bytes, bytes]
) -> None:
    files = part("audio", media[0]), part("photo", media[1])
    key = "Idempotency-Key: k"
    first = await keyed.submit("own", *files, lines=(key, "X-Plan: premium"))
    assert first.status == 202, first.body
    # Keys of a client are its own: another one neither learns of them nor gets their job.
    second = await keyed.submit("other", *files, part("title", "x"), lines=(key,))
    assert second.status == 202, second.body
    again = await keyed.submit("own", *files, lines=(key,))
    assert again.json["jobId"] == first.json["jobId"]
    job_id = first.json["jobId"]
    assert (await keyed.send(f"GET /export/{job_id}", "own")).json["plan"] == "free"
    assert (await keyed.send(f"GET /export/{job_id}", "other")).status == 404
    data = keyed.running.config.data_dir
    stored = b"".join(path.read_bytes() for path in data.rglob("*") if path.is_file())
    assert not any(own.partition(".")[2].encode() in stored for own in keyed.keys.values())


@pytest.mark.fault("E03")
async def test_the_plan_of_the_key_caps_that_of_the_job(keyed: Keyed) -> None:
    refused = await keyed.submit("own", part("plan", "premium"))
    assert (refused.status, refused.code) == (403, "plan_not_allowed")
    assert refused.json["field"] == "plan"
    allowed = await keyed.submit("premium", part("plan", "premium"))
    assert (allowed.status, allowed.code) == (400, "missing_field")


@pytest.mark.fault("C16", "E01")
async def test_a_body_without_a_key_is_not_requested(keyed: Keyed) -> None:
    lines = ("Content-Type: multipart/form-data; boundary=b", "Content-Length: 9000")
    for key in (None, "own.x"):
        response = await keyed.send("POST /export", key, *lines, "Expect: 100-continue")
        assert response.status == 401


async def test_premium_effects_need_a_premium_key(start_keyed: StartKeyed, tmp_path: Path) -> None:
    (tmp_path / "shaders").mkdir()
    (tmp_path / "shaders" / "gold.fs").write_text(PREMIUM_EFFECT)
    library = Library((tmp_path / "shaders",))
    known = validation_results.same_for_all(library, DRIVER, ValidationResult())
    keyed = await start_keyed(known=known, shaders_dirs=(tmp_path / "shaders",))
    chain = part("effect", json.dumps([{"id": "breathe"}, {"id": "gold"}]))
    refused = await keyed.submit("own", chain)
    assert (refused.status, refused.code) == (403, "effect_not_allowed")
    assert refused.json["field"] == "effect[1]"
    assert (await keyed.submit("premium", chain)).code == "missing_field"


@pytest.mark.fault("E15")
async def test_the_queued_jobs_of_a_key_are_limited(
    start_keyed: StartKeyed, media: tuple[bytes, bytes]
) -> None:
    keyed = await start_keyed({"queuedJobs": 2})
    for _ in range(2):
        job = await keyed.add_job("own")
    refused = await keyed.submit("own")
    assert (refused.status, refused.code) == (429, "too_many_jobs")
    assert int(refused.headers["retry-after"]) > 0
    assert "2" in refused.json["error"]
    assert (await keyed.submit("other")).status == 400
    await keyed.running.service.store.jobs.transition(job.id, Status.PROCESSING)
    files = part("audio", media[0]), part("photo", media[1])
    assert (await keyed.submit("own", *files)).status == 202


async def test_the_limits_hold_in_the_transaction(start_keyed: StartKeyed) -> None:
    """Two uploads may have passed the check before their bodies."""
    keyed = await start_keyed({"queuedJobs": 1, "exportsPerDay": 2})
    job = await keyed.add_job("own")
    key = keyed.running.service.access.keys
    assert key is not None
    limits = getattr(key.get("own"), "limits", None)
    assert limits is not None
    another = replace(job, id="B" * 22)
    with pytest.raises(ToqiboxError, match="queue"):
        await keyed.running.service.store.jobs.add(another, 99, None, limits)
    assert await keyed.running.service.store.jobs.get(another.id) is None
    await keyed.running.service.store.jobs.add(replace(another, owner="other"), 99, None, limits)


@pytest.mark.fault("E15")
async def test_the_exports_of_a_day_are_limited(start_keyed: StartKeyed) -> None:
    keyed = await start_keyed({"exportsPerDay": 2})
    store = keyed.running.service.store.jobs
    now, hour = now_ms(), 3_600_000
    for age in (25, 23, 1):
        job = await keyed.add_job("own", is_finished=True)
        await store.update(job.id, created_at=now - age * hour)
    refused = await keyed.submit("own")
    assert (refused.status, refused.code) == (429, "too_many_jobs")
    assert abs(int(refused.headers["retry-after"]) - 3600) < 60
    await store.update(job.id, created_at=now - 24 * hour)
    assert (await keyed.submit("own")).status == 400


@pytest.fixture
def stopped_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop the clock of rate limits: on a busy machine a minute passes during a test."""
    stopped = partial(RateLimiter, clock=lambda: 1000.0)
    monkeypatch.setattr("server.http.authentication.RateLimiter", stopped)


@pytest.mark.usefixtures("stopped_clock")
async def test_the_requests_of_a_minute_are_limited(start_keyed: StartKeyed) -> None:
    keyed = await start_keyed({"requestsPerMinute": 3})
    statuses = [(await keyed.send("GET /export/" + "A" * 22, "own")).status for _ in range(4)]
    assert statuses == [404, 404, 404, 429]
    refused = await keyed.send("GET /export/" + "A" * 22, "own")
    assert refused.code == "rate_limited"
    assert refused.headers["retry-after"] == "20"
    assert (await keyed.send("GET /export/" + "A" * 22, "other")).status == 404


@pytest.mark.fault("E01")
@pytest.mark.usefixtures("stopped_clock")
async def test_failed_authentications_are_limited_and_valid_keys_are_not(
    start_keyed: StartKeyed,
) -> None:
    keyed = await start_keyed()
    responses = [await keyed.send("GET /export/" + "A" * 22, "own.x") for _ in range(22)]
    assert [response.status for response in responses] == [401] * 20 + [429] * 2
    assert responses[-1].code == "rate_limited"
    assert (await keyed.send("GET /export/" + "A" * 22, "own")).status == 404


@pytest.mark.fault("E02")
async def test_the_log_names_the_key_and_no_secret(
    keyed: Keyed, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = keyed.keys["own"].partition(".")[2]
    await keyed.send("GET /export/" + "A" * 22, "own")
    await keyed.send("GET /export/" + "A" * 22, f"other.{secret}")
    await keyed.send(f"GET /export/{'A' * 22}?key={secret}")
    requests = [vars(record)["facts"] for record in caplog.records if record.msg == "request"]
    assert [facts["key"] for facts in requests] == ["own", None, None]
    assert [facts["code"] for facts in requests] == [
        "not_found",
        "unauthenticated",
        "unauthenticated",
    ]
    assert secret not in repr([vars(record) for record in caplog.records])


async def test_the_document_says_what_needs_a_key(keyed: Keyed) -> None:
    paths = (await keyed.send("GET /openapi.json")).json["paths"]
    assert paths["/export"]["post"]["security"] == [{"apiKey": []}]
    assert paths["/download/{jobId}"]["head"]["security"] == [{"apiKey": []}, {"signedLink": []}]
    assert paths["/effects"]["get"]["security"] == []
    assert "unauthenticated" in paths["/export/{jobId}"]["get"]["responses"]["401"]["description"]
