"""Sender of webhooks: takes them from the outbox, and repeats what was not delivered."""

import asyncio
import json
import logging
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from server.config import Config
from server.jobs.model.job import FINAL, Job, now_ms
from server.jobs.model.job_events import JobChange, JobEvents
from server.jobs.model.webhook import Webhook, WebhookAttempt, canonical_host
from server.jobs.store.store import Store
from server.jobs.webhooks.client import NotDelivered, Reply, WebhookClient
from server.jobs.webhooks.retry_schedule import retry_at
from server.jobs.webhooks.sending_places import SendingPlaces
from server.jobs.webhooks.signature import sign
from server.jobs.webhooks.webhook_url import InvalidUrl, read_url
from server.logging_json import log_event

_LOG = logging.getLogger(__name__)
_GONE = 410
"""Status by which a receiver wants no more attempts (Standard Webhooks)."""
_TIMEOUT_S = 15.0
_MAX_DUE_EACH = 100
_MAX_SLEEP_S, _BACK_OFF_S = 60.0, 30.0

Describe = Callable[[Job], Awaitable[dict[str, Any]]]


class WebhookSender:
    """Delivers each webhook at least once, or gives up after a day.

    An attempt is recorded after its response: if the server dies in between, it is repeated with
    the same id after the next start.

    Args:
        config: the settings.
        store: of jobs and webhooks.
        events: changes of jobs; the end of one makes a webhook due.
        describe: returns the job object of a job.
    """

    def __init__(self, config: Config, store: Store, events: JobEvents, describe: Describe) -> None:
        self._config = config
        self._store = store
        self._events = events
        self._describe = describe
        self._client = WebhookClient(_TIMEOUT_S)
        self._wake = asyncio.Event()
        self._places = SendingPlaces()
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop_task: asyncio.Task[None] | None = None
        self._unsubscribe: Callable[[], None] = lambda: None

    def start(self) -> None:
        """Send what is due, from now on."""
        self._unsubscribe = self._events.subscribe(self._on_change)
        self._loop_task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Send nothing more; an attempt without a response is repeated after the next start."""
        self._unsubscribe()
        self._unsubscribe = lambda: None
        tasks = [task for task in (self._loop_task, *self._tasks) if task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _on_change(self, change: JobChange) -> None:
        if change.status in FINAL:
            self._wake.set()

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            try:
                sleep_s = await self._send_due()
            except Exception:
                _LOG.exception("webhook.step_failed")
                sleep_s = _BACK_OFF_S
            with suppress(TimeoutError):
                async with asyncio.timeout(sleep_s):
                    await self._wake.wait()

    async def _send_due(self) -> float:
        """Begin the attempts that are due; return the seconds until the next one is."""
        now = now_ms()
        for webhook in self._places.take(await self._store.webhooks.list_due(now, _MAX_DUE_EACH)):
            task = asyncio.create_task(self._send(webhook))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        next_at = await self._store.webhooks.next_at(now)
        if next_at is None:
            return _MAX_SLEEP_S
        return min(_MAX_SLEEP_S, max(0.0, (next_at - now_ms()) / 1000))

    async def _send(self, webhook: Webhook) -> None:
        """Attempt to deliver a webhook, and record that."""
        try:
            await self._attempt(webhook)
        except Exception:  # such as a full disk: not at once again
            _LOG.exception("webhook.record_failed", extra={"facts": {"webhook": webhook.id}})
            await asyncio.sleep(_BACK_OFF_S)
        finally:
            self._places.release(webhook)
            self._wake.set()

    async def _attempt(self, webhook: Webhook) -> None:
        job = await self._store.jobs.get(webhook.job_id)
        if job is None:  # deleted meanwhile, and the webhook with it
            return
        number, at, began = webhook.attempts + 1, now_ms(), time.monotonic()
        reply, error = await self._post(webhook, job)
        duration_ms = round((time.monotonic() - began) * 1000)
        status = reply.status if reply else None
        attempt = WebhookAttempt(
            number=number, at=at, duration_ms=duration_ms, status=status, error=error
        )
        next_at = None
        if error is not None and status != _GONE:
            retry_after_s = reply.retry_after_s if reply else 0
            next_at = retry_at(webhook.created_at, number, now_ms(), retry_after_s, random.random())
        await self._store.webhooks.record(webhook, attempt, next_at=next_at)
        _log_attempt(webhook, attempt, next_at)

    async def _post(self, webhook: Webhook, job: Job) -> tuple[Reply | None, str | None]:
        """Return the response of the receiver, and what is wrong with it."""
        try:
            target = read_url(webhook.url, self._config.webhook_allowed_hosts)
        except InvalidUrl as error:  # the settings have changed
            return None, str(error)
        if not self._config.webhook_secrets:
            return None, "WEBHOOK_SECRET is not set"
        body = _body(webhook, await self._describe(job))
        headers = sign(webhook.id, int(time.time()), body, self._config.webhook_secrets)
        try:
            reply = await self._client.post(target, headers, body)
        except NotDelivered as error:
            return None, str(error)
        return reply, None if 200 <= reply.status < 300 else f"status {reply.status}"


def _body(webhook: Webhook, job_object: dict[str, Any]) -> bytes:
    """Return the message: its type, the time of the event, and the job object."""
    moment = datetime.fromtimestamp(webhook.created_at / 1000, UTC)
    message = {
        "type": f"export.{webhook.event}",
        "timestamp": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "data": job_object,
    }
    return json.dumps(message, ensure_ascii=False, default=str).encode("utf-8", "replace")


def _log_attempt(webhook: Webhook, attempt: WebhookAttempt, next_at: int | None) -> None:
    event = "webhook.delivered"
    if attempt.error is not None:
        event = "webhook.given_up" if next_at is None else "webhook.attempt_failed"
    log_event(
        _LOG,
        logging.WARNING if event == "webhook.given_up" else logging.INFO,
        event,
        webhook=webhook.id,
        job=webhook.job_id,
        host=webhook.host or canonical_host(webhook.url),
        attempt=attempt.number,
        status=attempt.status,
        why=attempt.error,
        ms=attempt.duration_ms,
    )
