"""Requests of a soak: each response is noted in a ledger, and each job is followed to its end."""

import asyncio
import contextlib
import random
import secrets
from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

import aiohttp

from bench.speed.server import make_form
from bench.traffic.ledger import FINAL, JobOrder, Ledger
from bench.traffic.senders import Sender
from bench.traffic.slow_clients import follow
from tests.harness import media

LOST = (aiohttp.ClientError, ConnectionError, OSError, TimeoutError)
"""The server was killed, or a client's own connection was cut."""
PAUSE_S = 0.3
MAX_RETRY_S = 2.0
BUSY = (409, 429, 503)
"""Statuses after which the same request may succeed."""
_ERROR = {"success", "error", "code", "retryable", "requestId"}
"""Properties of every error; some have more."""


class UploadExpiredError(Exception):
    """A kept upload has expired before it was used."""


class Reply(NamedTuple):
    """A response."""

    status: int
    body: bytes
    payload: dict[str, Any]
    """The body if it is JSON."""
    headers: Mapping[str, str]


class Requester:
    """Sends the requests of all clients.

    Args:
        session: with the URL of the server.
        port: of the server.
        ledger: of what the clients see.
        webhook: URL that each job has.
    """

    def __init__(
        self, session: aiohttp.ClientSession, port: int, ledger: Ledger, webhook: str
    ) -> None:
        self._session = session
        self.port = port
        self.ledger = ledger
        self._webhook = webhook
        self.tracks = [media.wav(seconds) for seconds in (0.3, 0.8, 1.6)]
        self.photo = media.photo()
        self.lost = 0
        """Requests without a response, while the server was down."""

    async def call(
        self, method: str, path: str, route: str, sender: Sender | None = None, **options: Any
    ) -> Reply:
        """Return a response, once the ledger has it.

        Args:
            method: of the request.
            path: of the request, with its query.
            route: name of the path in the ledger.
            sender: of the request; None for nobody.
            **options: of aiohttp.
        """
        headers = {**(sender.headers if sender else {}), **options.pop("headers", {})}
        async with self._session.request(method, path, headers=headers, **options) as answer:
            body = await answer.read()
            is_json = answer.content_type == "application/json"
            payload = await answer.json() if is_json and body else {}
        route = f"{method} {route}"
        self.ledger.note_response(route, answer.status, str(payload.get("code") or ""))
        is_error = answer.status >= 400 and method != "HEAD" and route != "GET /ready"
        if is_error:
            is_right = payload.keys() >= _ERROR and payload["success"] is False
            self.ledger.check(
                is_right, f"{route} {answer.status} is no error object: {body[:200]!r}"
            )
        return Reply(answer.status, body, payload, answer.headers)

    async def call_until(
        self,
        allowed: Collection[int],
        method: str,
        path: str,
        route: str,
        sender: Sender,
        **options: Any,
    ) -> Reply:
        """Repeat a request while the server is away or busy; its status must be allowed then."""
        files: Mapping[str, bytes] | None = options.pop("files", None)
        while True:
            form = {} if files is None else {"data": make_form({}, files)}
            with self.noting_loss():
                reply = await self.call(method, path, route, sender, **form, **options)
                if reply.status in allowed:
                    return reply
                if reply.status not in BUSY:
                    problem = f"{method} {route} was answered {reply.status} {reply.payload}"
                    self.ledger.check(False, problem)
                    return reply
            await asyncio.sleep(random.uniform(PAUSE_S, MAX_RETRY_S))

    @contextlib.contextmanager
    def noting_loss(self) -> Iterator[None]:
        """Count a lost request."""
        try:
            yield
        except LOST:
            self.lost += 1

    async def post_export(
        self, sender: Sender, fields: Mapping[str, str], files: Mapping[str, bytes], key: str
    ) -> Reply:
        """Send a form of an export once, and note the job that it made."""
        form = make_form({"effect": "plain", "webhook": self._webhook, **fields}, files)
        headers = {"Idempotency-Key": key}
        reply = await self.call("POST", "/export", "/export", sender, data=form, headers=headers)
        if reply.status == 202:
            job_id = str(reply.payload["jobId"])
            self.ledger.note_accepted(job_id, sender.owner, key)
            if reply.payload["status"] in FINAL:
                self.ledger.note_end(job_id, reply.payload["status"])
        return reply

    async def submit(
        self,
        sender: Sender,
        fields: Mapping[str, str] | None = None,
        files: Mapping[str, bytes] | None = None,
    ) -> dict[str, Any]:
        """Submit a job, however often that takes, and return it as it was accepted.

        Args:
            sender: of the job.
            fields: besides the effect and the webhook; by default a new title, so that no job is
                completed with the video of an earlier one.
            files: by default a track and a photo.

        Raises:
            UploadExpiredError: a field names an upload that has expired.
        """
        fields = {"title": secrets.token_hex(8)} if fields is None else fields
        if files is None:
            files = {"audio": random.choice(self.tracks), "photo": self.photo}
        key = secrets.token_hex(8)
        while True:
            with self.noting_loss():
                reply = await self.post_export(sender, fields, files, key)
                if reply.status == 202:
                    return reply.payload
                if reply.payload.get("code") == "upload_expired" and not files:
                    raise UploadExpiredError
                is_right = reply.status in BUSY
                problem = f"a good export was answered {reply.status} {reply.payload}"
                self.ledger.check(is_right, problem)
            await asyncio.sleep(random.uniform(PAUSE_S, MAX_RETRY_S))

    async def follow(self, sender: Sender, job_id: str) -> str:
        """Follow a job by its events, through restarts of the server; return its end."""
        order, headers = JobOrder(self.ledger, job_id), sender.headers
        while self.ledger.ends.get(job_id) is None:
            with contextlib.suppress(*LOST):
                async for event in follow(self.port, job_id, order.version, headers):
                    order.note(event.version, event.job)
                    is_named = event.is_final == (event.job["status"] in FINAL)
                    self.ledger.check(is_named, f"job {job_id}: event {event.name}")
            if self.ledger.ends.get(job_id) is None:
                await asyncio.sleep(PAUSE_S)
        return self.ledger.ends[job_id]

    async def download(self, sender: Sender, job_id: str, *, by_link: bool = False) -> bytes:
        """Download the video of a completed job, which may have expired.

        Args:
            sender: of the job.
            job_id: the job.
            by_link: True to use its link, without credentials.

        Returns:
            The video, or nothing.
        """
        job = (await self.call("GET", f"/export/{job_id}", "/export", sender)).payload
        if job["downloadUrl"] is None:  # it has expired
            return b""
        path = job["downloadUrl"] if by_link else f"/download/{job_id}"
        reply = await self.call("GET", path, "/download", None if by_link else sender)
        if reply.status == 410 or (by_link and reply.status == 401):
            return b""  # it has expired meanwhile, and its link with it
        is_whole = (reply.status, len(reply.body)) == (200, job["report"]["size"])
        self.ledger.check(is_whole, f"download {job_id}: {reply.status}")
        return reply.body
