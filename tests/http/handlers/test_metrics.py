"""GET /metrics: the state of the server, its access, and labels that no client can add to."""

import asyncio
import re
from collections.abc import Callable
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from server.http.limits import HttpLimits
from server.http.server.routes import ROUTES
from server.jobs.model.job import Status, now_ms
from server.jobs.model.webhook import WebhookAttempt
from server.metrics.http_counters import MALFORMED, UNKNOWN_ROUTE
from server.protocol.results.machine import GlReport, ProbeReport
from tests.http.conftest import Running, Start
from tests.http.wire import exchange, head

TOKEN = "a-token-of-32-random-characters-"
PARTS = ("jobs", "webhooks", "is_ready", "children", "folders", "gpus")
Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def read_samples(text: str) -> Samples:
    """Return the value of each series by its name and labels."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def scrape(running: Running) -> Samples:
    response = await exchange(running.port, head("GET /metrics"))
    assert response.status == 200
    return read_samples(response.body.decode())


def value(samples: Samples, name: str, **labels: str) -> float:
    return samples[f"toqibox_{name}", frozenset(labels.items())]


async def test_the_queue_can_be_read_while_the_server_is_not_ready(running: Running) -> None:
    first = await running.add_job()
    await running.add_job()
    running.service.machine.report = ProbeReport(gl=GlReport(error="no EGL"))
    assert (await exchange(running.port, head("GET /ready"))).status == 503
    samples = await scrape(running)
    assert value(samples, "ready") == 0
    assert value(samples, "queue_jobs", plan="free") == 2
    assert value(samples, "queue_jobs", plan="premium") == 0
    assert value(samples, "processing_jobs", plan="free") == 0
    age_s = value(samples, "queue_oldest_seconds")
    assert 0 <= age_s <= (now_ms() - first.created_at) / 1000
    assert value(samples, "slots") == 0
    assert value(samples, "disk_free_bytes") > 0
    assert dict.fromkeys(PARTS, 1.0) == {
        dict(labels)["part"]: value
        for (name, labels), value in samples.items()
        if name == "toqibox_scrape_complete"
    }


async def test_each_end_of_a_job_counts_once(running: Running) -> None:
    service = running.service
    done = await running.finish_job()
    failed = await running.add_job()
    failed_changes: dict[str, Any] = {"error_code": "render_timeout", "finished_at": now_ms()}
    await service.store.jobs.transition(failed.id, Status.FAILED, **failed_changes)
    cancelled = await running.add_job()
    for job in (cancelled, done, done):  # a completed job is removed, which is not another end
        response = await exchange(running.port, head(f"DELETE /export/{job.id}"))
        assert response.status == 200

    async def are_counted() -> bool:
        samples = await scrape(running)
        return value(samples, "jobs_finished_total", status="cancelled") == 1

    assert await running.until(are_counted)
    samples = await scrape(running)
    assert value(samples, "jobs_accepted_total", plan="free") == 3
    assert value(samples, "jobs_finished_total", status="completed") == 1
    assert value(samples, "jobs_finished_total", status="failed") == 1
    assert value(samples, "job_failures_total", code="render_timeout") == 1
    assert value(samples, "job_failures_total", code="internal") == 0


async def test_webhooks_that_are_to_be_delivered_are_counted(running: Running) -> None:
    store = running.service.store
    for attempts in range(3):
        job = await running.add_job()
        await store.jobs.update(job.id, webhook="https://client.example/hook")
        await store.jobs.transition(job.id, Status.CANCELLED, finished_at=now_ms())
        (webhook,) = await store.webhooks.list_recent(1, job.id)
        if attempts:
            attempt = WebhookAttempt(number=1, at=now_ms(), duration_ms=1, status=500, error="no")
            next_at = None if attempts == 2 else now_ms() + 60_000
            await store.webhooks.record(webhook, attempt, next_at=next_at)
    samples = await scrape(running)
    assert value(samples, "webhooks_pending") == 2
    assert value(samples, "webhooks_retried") == 1
    assert value(samples, "webhooks_oldest_seconds") >= 0


async def test_a_client_cannot_add_labels(running: Running) -> None:
    job = await running.add_job()
    before = set(await scrape(running))
    for request in (
        f"GET /export/{job.id}", "GET /export/unknown-1", "GET /nowhere/1", "GET /nowhere/2?a=b",
        "PUT /export", "PATCH /export", "PURGE /nowhere", "OPTIONS /export/x", "GET /effects/none",
    ):  # fmt: skip
        await exchange(running.port, head(request))
    await exchange(running.port, b"\x16\x03\x01 no HTTP\r\n\r\n")
    added = {labels for name, labels in set(await scrape(running)) - before if "http" in name}
    routes = {dict(labels)["route"] for labels in added}
    known = {route.path for route in ROUTES} | {UNKNOWN_ROUTE, MALFORMED}
    assert routes <= known
    assert routes >= {"/export/{jobId}", "/export", UNKNOWN_ROUTE, MALFORMED}
    assert {dict(labels)["method"] for labels in added} <= {
        "GET", "HEAD", "POST", "DELETE", "OPTIONS", "other",
    }  # fmt: skip
    samples = await scrape(running)
    requests = "http_requests_total"
    assert value(samples, requests, method="GET", route=UNKNOWN_ROUTE, status="404") == 3
    assert value(samples, requests, method="other", route="/export", status="405") == 2
    assert value(samples, requests, method="other", route=MALFORMED, status="400") == 1


@pytest.mark.fault("E26")
async def test_a_token_is_required_where_one_is_set(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    running = await start(metrics_token=TOKEN)
    for header in (None, f"Bearer {TOKEN}x", f"Basic {TOKEN}", TOKEN, "Bearer", "Bearer \xff"):
        lines = [] if header is None else [f"Authorization: {header}"]
        response = await exchange(running.port, head("GET /metrics", *lines))
        assert (response.status, response.code) == (401, "unauthenticated"), header
        assert b"toqibox_" not in response.body
        assert response.headers["www-authenticate"].startswith("Bearer")
    for header in (f"Bearer {TOKEN}", f"bearer {TOKEN}"):
        response = await exchange(running.port, head("GET /metrics", f"Authorization: {header}"))
        assert response.status == 200
    assert TOKEN not in caplog.text
    assert TOKEN not in repr(running.config)


async def test_openmetrics_is_served_where_it_is_requested(running: Running) -> None:
    plain = await exchange(running.port, head("GET /metrics"))
    assert plain.headers["content-type"].startswith("text/plain; version=")
    assert plain.headers["cache-control"] == "no-store"
    accept = "Accept: application/openmetrics-text; version=1.0.0"
    response = await exchange(running.port, head("GET /metrics", accept))
    assert response.headers["content-type"].startswith("application/openmetrics-text")
    assert response.body.endswith(b"# EOF\n")


async def test_many_scrapes_get_the_same_page(
    start: Start, limits: Callable[..., HttpLimits]
) -> None:
    running = await start(limits(metrics_cache_s=3600))
    await scrape(running)
    await running.add_job()
    responses = await asyncio.gather(
        *[exchange(running.port, head("GET /metrics")) for _ in range(20)]
    )
    assert len({response.body for response in responses}) == 1
    samples = read_samples(responses[0].body.decode())
    assert value(samples, "queue_jobs", plan="free") == 0


async def test_servers_have_metrics_of_their_own(start: Start) -> None:
    first, second = await start(), await start()
    await first.add_job()
    await exchange(first.port, head("GET /health"))
    counts = {"method": "GET", "route": "/health", "status": "200"}
    assert value(await scrape(first), "http_requests_total", **counts) == 1
    samples = await scrape(second)
    assert value(samples, "queue_jobs", plan="free") == 0
    assert not [labels for _, labels in samples if ("route", "/health") in labels]


async def test_gpu_metrics_are_absent_without_a_gpu(running: Running) -> None:
    samples = await scrape(running)
    assert not [name for name, _ in samples if name.startswith("toqibox_gpu")]
    assert value(samples, "software_rendering") == 1
    assert re.fullmatch(r"\d+\.\d+\.\d+.*", _server(samples)["version"])


def _server(samples: Samples) -> dict[str, str]:
    (labels,) = [labels for name, labels in samples if name == "toqibox_server_info"]
    return dict(labels)
