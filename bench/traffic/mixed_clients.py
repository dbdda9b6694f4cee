"""Clients of all kinds, each of which repeats itself: good, bad, impatient and torn ones."""

import asyncio
import contextlib
import random
import secrets
import socket
import struct
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp

from bench.speed.server import make_form
from bench.traffic.ledger import FINAL, JobOrder, Ledger
from bench.traffic.slow_clients import follow
from tests.harness import client, media

_LOST = (aiohttp.ClientError, ConnectionError, OSError, TimeoutError)
"""The server was killed, or a client's own connection was cut."""
_PAUSE_S = 0.3
_MAX_RETRY_S = 2.0
_READ = ("/health", "/ready", "/effects", "/presets", "/metrics", "/openapi.json", "/nothing")


class MixedClients:
    """Clients that share a server and a ledger.

    Args:
        session: with the URL of the server.
        port: of the server.
        ledger: of what they see.
        webhook: URL that each job has.
    """

    def __init__(
        self, session: aiohttp.ClientSession, port: int, ledger: Ledger, webhook: str
    ) -> None:
        self._session = session
        self._port = port
        self._ledger = ledger
        self._webhook = webhook
        self._tracks = [media.wav(seconds) for seconds in (0.3, 0.8, 1.6)]
        self._photo = media.photo()
        self._stop = asyncio.Event()
        self.lost = 0
        """Requests without a response, while the server was down."""

    async def warm_up(self) -> None:
        """Let the server make everything that it keeps from the first use on."""
        await self._follow_one()
        await self._preview_one(60)

    def stop(self) -> None:
        """Let all clients end after what they do now."""
        self._stop.set()

    async def run(self) -> None:
        """Run all clients until they are stopped."""
        clients: list[Callable[[], Awaitable[None]]] = [
            *[self._follow_one] * 3,
            self._cancel_one,
            self._send_bad,
            self._tear_one,
            self._preview_one,
            self._read_one,
        ]
        await asyncio.gather(*map(self._repeat, clients))

    async def _repeat(self, act: Callable[[], Awaitable[None]]) -> None:
        while not self._stop.is_set():
            try:
                await act()
            except _LOST:
                self.lost += 1
            await asyncio.sleep(random.uniform(0, 2 * _PAUSE_S))

    async def _call(
        self, method: str, path: str, route: str, **options: Any
    ) -> tuple[int, bytes, dict[str, Any]]:
        """Return status, body and JSON of a response, once the ledger has it."""
        async with self._session.request(method, path, **options) as answer:
            body = await answer.read()
            is_json = answer.content_type == "application/json"
            payload = await answer.json() if is_json and body else {}
        self._ledger.note_response(route, answer.status, str(payload.get("code") or ""))
        return answer.status, body, payload

    async def _submit(self) -> str:
        """Submit a job, however often that takes, and return its id."""
        fields = {"effect": "plain", "webhook": self._webhook}
        track, headers = random.choice(self._tracks), {"Idempotency-Key": secrets.token_hex(8)}
        while True:
            form = make_form(fields, {"audio": track, "photo": self._photo})
            try:
                status, _, payload = await self._call(
                    "POST", "/export", "POST /export", data=form, headers=headers
                )
            except _LOST:
                self.lost += 1
                status, payload = 0, {}
            if status == 202:
                self._ledger.accepted.add(payload["jobId"])
                return str(payload["jobId"])
            refused = status in (0, 409, 429, 503)
            self._ledger.check(refused, f"a good export was answered {status} {payload}")
            await asyncio.sleep(random.uniform(_PAUSE_S, _MAX_RETRY_S))

    async def _follow_one(self) -> None:
        """Follow a job by its events, through restarts of the server, and download its video."""
        job_id = await self._submit()
        order = JobOrder(self._ledger, job_id)
        while self._ledger.ends.get(job_id) is None:
            with contextlib.suppress(*_LOST):
                async for event in follow(self._port, job_id, order.version):
                    order.note(event.version, event.job)
                    is_named = event.is_final == (event.job["status"] in FINAL)
                    self._ledger.check(is_named, f"job {job_id}: event {event.name}")
            if self._ledger.ends.get(job_id) is None:
                await asyncio.sleep(_PAUSE_S)
        if self._ledger.ends[job_id] == "completed":
            await self._download(job_id)

    async def _download(self, job_id: str) -> None:
        _, _, job = await self._call("GET", f"/export/{job_id}", "GET /export")
        status, body, _ = await self._call("GET", f"/download/{job_id}", "GET /download")
        if status != 410:  # it may have expired
            size = job["report"]["size"]
            self._ledger.check((status, len(body)) == (200, size), f"download {job_id}: {status}")

    async def _cancel_one(self) -> None:
        """Cancel a job that waits, is processed, or has just ended."""
        job_id = await self._submit()
        await asyncio.sleep(random.uniform(0, 3))
        while True:
            try:
                _, _, job = await self._call("DELETE", f"/export/{job_id}", "DELETE /export")
                break
            except _LOST:
                self.lost += 1
                await asyncio.sleep(_PAUSE_S)
        self._ledger.check(job.get("status") in FINAL, f"after its cancellation: {job}")
        self._ledger.note_end(job_id, job["status"])

    async def _send_bad(self) -> None:
        """Send a form that must be refused."""
        good = {"audio": self._tracks[0], "photo": self._photo}
        fields, files = random.choice(
            [
                ({}, {**good, "audio": random.randbytes(3000)}),
                ({}, {**good, "audio": self._tracks[0][:44]}),
                ({}, {**good, "photo": random.randbytes(3000)}),
                ({}, {"photo": self._photo}),
                ({"effect": "no-such-effect"}, good),
                ({"params": '{"size": ' + "[" * 2000}, good),
                ({"duration": "1e999"}, good),
                ({"x" * 300: "1"}, good),
                ({"webhook": "http://127.0.0.1/"}, good),
            ]
        )
        form = make_form(fields, files)
        status, _, payload = await self._call("POST", "/export", "POST /export (bad)", data=form)
        is_refused = 400 <= status < 500 or status == 503
        self._ledger.check(is_refused, f"a bad export was answered {status} {payload}")

    async def _tear_one(self) -> None:
        """Reset a connection in the middle of an upload."""
        body, kind = client.form({"audio": self._tracks[2], "photo": self._photo})
        head = f"POST /export HTTP/1.1\r\nHost: bench\r\nContent-Type: {kind}\r\n"
        _, writer = await asyncio.open_connection("127.0.0.1", self._port)
        writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode())
        writer.write(body[: random.randrange(len(body))])
        await asyncio.sleep(random.uniform(0, _PAUSE_S))
        connection: socket.socket = writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    async def _preview_one(self, timeout_s: float | None = None) -> None:
        """Request a frame, and now and then leave before it is drawn."""
        fields = {"effect": "plain", "width": "64", "height": "36", "frame": "2"}
        form = make_form(fields, {"audio": self._tracks[1], "photo": self._photo})
        timeout = aiohttp.ClientTimeout(total=timeout_s or random.choice((0.2, 60, 60)))
        status, *_ = await self._call(
            "POST", "/preview", "POST /preview", data=form, timeout=timeout
        )
        self._ledger.check(status in (200, 429, 503), f"a preview was answered {status}")
        await asyncio.sleep(1)

    async def _read_one(self) -> None:
        """Read a resource."""
        path = random.choice(_READ)
        await self._call("GET", path, f"GET {path}")
