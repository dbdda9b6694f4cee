"""Webhooks from the end of a job to their delivery, over TLS."""

import argparse
import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import standardwebhooks

from server.cli import jobs as jobs_command
from server.config import Config
from server.effects.library.library import Library
from server.jobs.model.job import Job, Status, now_ms
from server.jobs.model.webhook import Webhook
from server.jobs.service import Service
from server.jobs.webhooks.sending_places import PLACES_EACH
from tests.harness.limits import HANG_S
from tests.harness.webhook_receiver import (
    CERTIFICATE,
    OK,
    SECRET,
    SILENCE,
    Message,
    Receiver,
    status,
)
from tests.jobs.conftest import MakeJob

KEY = base64.b64decode(SECRET.removeprefix("whsec_"))


@pytest.fixture
async def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Service]:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    monkeypatch.setattr("server.jobs.webhooks.retry_schedule._DELAYS_S", (0.02, 0.02))
    config = Config(data_dir=tmp_path, webhook_secrets=(KEY,), webhook_allowed_hosts=("localhost",))
    service = Service(config, Library(()))
    service.webhooks.start()
    yield service
    await service.stop()


async def cancelled(service: Service, job: Job, url: str | None) -> Job:
    """Add a job and end it; its webhook has this URL."""
    await service.store.jobs.add(replace(job, webhook=url), 99)
    ended = await service.store.jobs.transition(job.id, Status.CANCELLED, finished_at=now_ms())
    assert ended is not None
    return ended


async def delivery_ended(service: Service, job: Job) -> Webhook:
    """Wait until a webhook is delivered or given up."""
    async with asyncio.timeout(HANG_S):
        while True:
            [webhook] = await service.store.webhooks.list_recent(9, job.id)
            if webhook.state != "pending":
                return webhook
            await asyncio.sleep(0.01)


def check(message: Message, job: Job, *secrets: str) -> dict[str, Any]:
    """Verify a signature as receivers do, with each of the secrets; return the message."""
    for secret in secrets or (SECRET,):
        receiver = standardwebhooks.Webhook(secret)
        read: dict[str, Any] = receiver.verify(message.body, message.headers)
        with pytest.raises(standardwebhooks.WebhookVerificationError):
            receiver.verify(message.body.replace(b"cancelled", b"completed"), message.headers)
    assert read["data"]["jobId"] == job.id
    return read


async def test_the_end_of_a_job_is_delivered(service: Service, make_job: MakeJob) -> None:
    async with Receiver() as receiver:
        job = await cancelled(service, make_job(), receiver.url)
        [message] = await receiver.received(1)
        webhook = await delivery_ended(service, job)
    read = check(message, job)
    shown = {"url": receiver.url.partition("?")[0], "state": "pending", "attempts": 0}
    assert read["data"]["webhook"] == shown
    shown |= {"state": "delivered", "attempts": 1}
    assert (await service.describe(job, "en"))["webhook"] == shown
    assert (read["type"], read["data"]["status"]) == ("export.cancelled", "cancelled")
    assert read["timestamp"].endswith("Z")
    assert (webhook.state, webhook.attempts) == ("delivered", 1)
    assert message.headers["webhook-id"] == webhook.id


async def test_receivers_with_the_old_and_the_new_secret_accept_a_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_job: MakeJob
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    new = "whsec_" + base64.b64encode(bytes(range(32))).decode()
    settings = {"WEBHOOK_SECRET": f"{new},{SECRET}", "WEBHOOK_ALLOWED_HOSTS": "localhost"}
    service = Service(Config.from_env({**settings, "DATA_DIR": str(tmp_path)}), Library(()))
    service.webhooks.start()
    try:
        async with Receiver() as receiver:
            job = await cancelled(service, make_job(), receiver.url)
            [message] = await receiver.received(1)
            await delivery_ended(service, job)
    finally:
        await service.stop()
    check(message, job, SECRET, new)


async def test_only_the_end_of_a_job_with_a_webhook_makes_a_message(
    service: Service, make_job: MakeJob
) -> None:
    job = make_job()
    await service.store.jobs.add(replace(job, webhook="https://localhost/"), 99)
    await service.store.jobs.transition(job.id, Status.PROCESSING)
    await service.store.jobs.update(job.id, progress=5)
    await cancelled(service, make_job(), None)
    assert await service.store.webhooks.list_recent(9) == []


@pytest.mark.fault("E21")
async def test_what_is_not_delivered_is_repeated_with_the_same_id(
    service: Service, make_job: MakeJob, capsys: pytest.CaptureFixture[str]
) -> None:
    replies = {1: status("500 Internal Server Error"), 2: status("302 Found", "Location: /x")}
    async with Receiver(lambda number: replies.get(number, OK)) as receiver:
        job = await cancelled(service, make_job(), receiver.url)
        messages = await receiver.received(3)
        webhook = await delivery_ended(service, job)
    for message in messages:
        check(message, job)
    assert len({message.headers["webhook-id"] for message in messages}) == 1
    attempts = await service.store.webhooks.list_attempts(webhook.id)
    assert [attempt.status for attempt in attempts] == [500, 302, 204]
    assert [attempt.error for attempt in attempts] == ["status 500", "status 302", None]
    shown = await asyncio.to_thread(_list_webhooks, service.config, capsys)
    assert [entry["state"] for entry in shown] == ["delivered"]
    assert [attempt["status"] for attempt in shown[0]["attempts"]] == [500, 302, 204]
    assert shown[0]["url"] == receiver.url.partition("?")[0]
    [listed] = await asyncio.to_thread(_list_jobs, service.config, capsys)
    assert (listed["webhook"]["state"], listed["webhook"]["attempts"]) == ("delivered", 3)


def _list_webhooks(config: Config, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return _list(config, capsys, action="webhooks")["webhooks"]


def _list_jobs(config: Config, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return _list(config, capsys, action=None)["jobs"]


def _list(
    config: Config, capsys: pytest.CaptureFixture[str], action: str | None
) -> dict[str, list[dict[str, Any]]]:
    options = argparse.Namespace(action=action, id=None, json=True)
    assert jobs_command.run(config, options) == 0
    listed: dict[str, list[dict[str, Any]]] = json.loads(capsys.readouterr().out)
    return listed


@pytest.mark.parametrize(
    ("reply", "attempts"),
    [(status("410 Gone"), 1), (status("404 Not Found"), 3)],
)
async def test_a_webhook_is_given_up(
    service: Service, make_job: MakeJob, reply: tuple[bytes, ...], attempts: int
) -> None:
    async with Receiver(lambda _number: reply) as receiver:
        job = await cancelled(service, make_job(), receiver.url)
        webhook = await delivery_ended(service, job)
    assert (webhook.state, webhook.attempts) == ("failed", attempts)
    assert (await service.describe(job, "en"))["webhook"]["state"] == "failed"


@pytest.mark.fault("L06")
async def test_a_host_that_hangs_delays_no_other(
    service: Service, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Receiver(lambda _number: ()) as hanging, Receiver() as receiver:
        for _ in range(20):
            await cancelled(service, make_job(), hanging.url)
        await hanging.received(2)
        job = await cancelled(service, make_job(), receiver.url)
        assert (await delivery_ended(service, job)).state == "delivered"
        assert len(hanging.messages) == 2, "two at a time"
        await service.webhooks.stop()


async def test_a_key_whose_receivers_hang_delays_no_other(
    service: Service, make_job: MakeJob
) -> None:
    async with AsyncExitStack() as stack:
        hanging = [
            await stack.enter_async_context(Receiver(lambda _number: SILENCE)) for _ in range(9)
        ]
        receiver = await stack.enter_async_context(Receiver())
        for bad in hanging * 2:
            await cancelled(service, replace(make_job(), owner="hanging"), bad.url)
        job = await cancelled(service, replace(make_job(), owner="own"), receiver.url)
        assert (await delivery_ended(service, job)).state == "delivered"
        assert sum(len(bad.messages) for bad in hanging) <= PLACES_EACH
        await service.webhooks.stop()
