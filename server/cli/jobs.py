"""`toqibox jobs`: list the jobs of a data folder or their webhooks, cancel or remove a job."""

import argparse
import asyncio
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from server.access.signed_links import LinkSigner
from server.access.signing_secrets import read_secrets, secrets_path
from server.cli.support.exit_status import FAILED
from server.cli.support.job_store import open_store
from server.cli.support.local_request import send_request
from server.cli.support.options import add_data_folder, add_json
from server.cli.support.server_address import find_server
from server.config import Config
from server.jobs.job_object import JobView
from server.jobs.model.job import Status
from server.jobs.model.webhook import Webhook, WebhookAttempt, without_secrets
from server.jobs.store.store import Store
from server.jobs.store.webhooks import WebhookStore
from server.terminal import print_errors, print_lines

_MAX_JOBS = 200
_TIMEOUT_S = 10
_LINK_S = 60


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_json(parser)
    add_data_folder(parser)
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    cancel = actions.add_parser(
        "cancel", help="cancel a job, or remove the files of a completed one"
    )
    cancel.add_argument("id", metavar="ID")
    webhooks = actions.add_parser("webhooks", help="list webhooks and the attempts to deliver them")
    webhooks.add_argument("id", metavar="ID", nargs="?", help="of a job; default: of all")


def run(config: Config, options: argparse.Namespace) -> int:
    """List the newest jobs or webhooks, or cancel a job through the running server."""
    if options.action == "cancel":
        return _cancel(config, options.id)
    store = open_store("jobs", config.data_dir)
    if store is None:
        return FAILED
    try:
        if options.action == "webhooks":
            asyncio.run(_list_webhooks(store.webhooks, options))
            return 0
        views = asyncio.run(_list_jobs(store))
    finally:
        store.close()
    if options.json:
        print(json.dumps({"jobs": [_to_json(view) for view in views]}, indent=2))
    for view in [] if options.json else views:
        print_lines(_format_job(view))
    return 0


async def _list_jobs(store: Store) -> list[JobView]:
    """Return the newest jobs, each with its webhook."""
    jobs = await store.jobs.list_recent(_MAX_JOBS)
    webhooks = await store.webhooks.of_jobs([job.id for job in jobs if job.webhook])
    return [
        JobView(job=job, language="en", position=None, eta_s=None, message=webhooks.get(job.id))
        for job in jobs
    ]


def _to_json(view: JobView) -> dict[str, Any]:
    job = view.job
    return {
        "jobId": job.id,
        "status": job.status.value,
        "stage": job.stage.value if job.stage and job.status is Status.PROCESSING else None,
        "progress": job.progress,
        "owner": job.owner,
        "plan": job.plan,
        "effect": "+".join(job.spec.ids),
        "frames": {"done": job.frames_done, "total": job.spec.frames},
        "createdAt": job.created_at,
        "startedAt": job.started_at,
        "finishedAt": job.finished_at,
        "attempt": job.attempt,
        "code": job.error_code,
        "filesRemoved": job.removed or job.is_expired,
        "webhook": view.webhook,
        "requestId": job.request_id,
    }


def _format_job(view: JobView) -> str:
    job, spec = view.job, view.job.spec
    webhook = f"webhook {view.webhook['state']}" if view.webhook else ""
    removed = "files removed" if job.removed or job.is_expired else ""
    optional = "  ".join(filter(None, (job.owner, job.error_code, removed, webhook)))
    return (
        f"{job.id}  {_format_time(job.created_at)}  {job.status:<10} {job.progress:3d} %  "
        f"{job.plan:<8} {'+'.join(spec.ids):<10} {spec.width}x{spec.height}  "
        f"{spec.frames} frames  {optional}"
    ).rstrip()


async def _list_webhooks(store: WebhookStore, options: argparse.Namespace) -> None:
    """Print the newest webhooks, each with its attempts."""
    webhooks = await store.list_recent(_MAX_JOBS, options.id)
    attempts = {webhook.id: await store.list_attempts(webhook.id) for webhook in webhooks}
    if options.json:
        entries = [_webhook_to_json(webhook, attempts[webhook.id]) for webhook in webhooks]
        print(json.dumps({"webhooks": entries}, indent=2))
        return
    for webhook in webhooks:
        print_lines(
            f"{webhook.id}  {webhook.job_id}  {_format_time(webhook.created_at)}  "
            f"{webhook.event:<9}  {webhook.state:<9}  {without_secrets(webhook.url)}"
        )
        for attempt in attempts[webhook.id]:
            print_lines(
                f"  {attempt.number:2d}  {_format_time(attempt.at)}  {attempt.duration_ms} ms  "
                f"{attempt.error or attempt.status}"
            )
        if webhook.next_at is not None:
            print_lines(f"  next attempt  {_format_time(webhook.next_at)}")


def _webhook_to_json(webhook: Webhook, attempts: Sequence[WebhookAttempt]) -> dict[str, Any]:
    return {
        "webhookId": webhook.id,
        "jobId": webhook.job_id,
        "url": without_secrets(webhook.url),
        "event": webhook.event,
        "state": webhook.state,
        "createdAt": webhook.created_at,
        "deliveredAt": webhook.delivered_at,
        "nextAt": webhook.next_at,
        "attempts": [
            {
                "at": attempt.at,
                "ms": attempt.duration_ms,
                "status": attempt.status,
                "error": attempt.error,
            }
            for attempt in attempts
        ],
    }


def _format_time(milliseconds: int) -> str:
    return f"{datetime.fromtimestamp(milliseconds / 1000).astimezone():%Y-%m-%d %H:%M:%S}"


def _cancel(config: Config, job_id: str) -> int:
    address = find_server(config)
    if address is None:
        print_errors(f"toqibox jobs: no server is running on {config.data_dir}")
        return FAILED
    try:
        path = _sign(config, "DELETE", f"/export/{quote(job_id, safe='')}")
        status, body = send_request(address, "DELETE", path, _TIMEOUT_S)
    except OSError as error:
        print_errors(f"toqibox jobs: the server at {address} does not answer ({error})")
        return FAILED
    if status != 200:
        print_errors(f"toqibox jobs: {body['error']}")
        return FAILED
    removed = "  its files are removed" if body["status"] == Status.COMPLETED else ""
    print_lines(f"{job_id}  {body['status']}{removed}")
    return 0


def _sign(config: Config, method: str, path: str) -> str:
    """Return a signed link, where the server has made secrets because it has API keys.

    Raises:
        OSError: the secrets cannot be read: they are another user's.
    """
    secrets = secrets_path(config)
    if not secrets.exists():
        return path
    signer = LinkSigner(read_secrets(secrets), _LINK_S)
    return f"{path}?{signer.sign(method, path, signer.expiry(None))}"
