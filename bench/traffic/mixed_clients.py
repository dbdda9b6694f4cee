"""Clients of all kinds, each of which repeats itself: good, bad, impatient and torn ones."""

import asyncio
import contextlib
import random
import socket
import struct
from collections.abc import Awaitable, Callable

import aiohttp

from bench.speed.server import make_form
from bench.traffic.kept_clients import KeptClients
from bench.traffic.key_clients import KeyClients
from bench.traffic.ledger import FINAL
from bench.traffic.requester import PAUSE_S, Requester, UploadExpiredError
from bench.traffic.senders import Senders
from tests.harness import client

_READ = ("/health", "/ready", "/effects", "/presets", "/metrics", "/openapi.json", "/nothing")
_THUMBNAILS = ("plain", "breathe", "no-such-effect")
Act = Callable[[], Awaitable[None]]


class MixedClients:
    """Clients that share a server.

    Args:
        requester: sends their requests.
        senders: the keys of the server.
        upload_ttl_s: time for which the server keeps an upload.
    """

    def __init__(self, requester: Requester, senders: Senders, upload_ttl_s: float) -> None:
        self._requester = requester
        self._ledger = requester.ledger
        self._senders = senders
        self._kept = KeptClients(requester, senders, upload_ttl_s)
        self._of_keys = KeyClients(requester, senders)
        self._tags: dict[str, str] = {}
        """ETags of thumbnails."""
        self._stop = asyncio.Event()

    async def warm_up(self) -> None:
        """Let the server make everything that it keeps from the first use on."""
        await self._follow_one()
        await self._preview_one(60)
        await self._kept.use_one()

    def stop(self) -> None:
        """Let all clients end after what they do now."""
        self._stop.set()

    async def run(self) -> None:
        """Run all clients until they are stopped."""
        clients: list[Act] = [
            *[self._follow_one] * 3,
            self._cancel_one,
            self._send_bad,
            self._tear_one,
            self._preview_one,
            self._read_one,
            self._show_thumbnail,
            *self._kept.acts(),
            *self._of_keys.acts(),
        ]
        await asyncio.gather(*map(self._repeat, clients))

    async def _repeat(self, act: Act) -> None:
        while not self._stop.is_set():
            with contextlib.suppress(UploadExpiredError), self._requester.noting_loss():
                await act()
            await asyncio.sleep(random.uniform(0, 2 * PAUSE_S))

    async def _follow_one(self) -> None:
        """Follow a job to its end, and download its video."""
        sender = self._senders.any_key()
        job_id = (await self._requester.submit(sender))["jobId"]
        if await self._requester.follow(sender, job_id) == "completed":
            await self._requester.download(sender, job_id, by_link=random.random() < 0.5)

    async def _cancel_one(self) -> None:
        """Cancel a job that waits, is processed, or has just ended."""
        sender = self._senders.any_key()
        job_id = (await self._requester.submit(sender))["jobId"]
        await asyncio.sleep(random.uniform(0, 3))
        reply = await self._requester.call_until(
            (200,), "DELETE", f"/export/{job_id}", "/export", sender
        )
        status = reply.payload.get("status")
        self._ledger.check(status in FINAL, f"after its cancellation: {reply.payload}")
        self._ledger.note_end(job_id, str(status))

    async def _send_bad(self) -> None:
        """Send a form that must be refused."""
        track, photo = self._requester.tracks[0], self._requester.photo
        good = {"audio": track, "photo": photo}
        fields, files = random.choice(
            [
                ({}, {**good, "audio": random.randbytes(3000)}),
                ({}, {**good, "audio": track[:44]}),
                ({}, {**good, "photo": random.randbytes(3000)}),
                ({}, {"photo": photo}),
                ({"effect": "no-such-effect"}, good),
                ({"params": '{"size": ' + "[" * 2000}, good),
                ({"duration": "1e999"}, good),
                ({"x" * 300: "1"}, good),
                ({"webhook": "http://127.0.0.1/"}, good),
                ({"trackId": "A" * 22}, {"photo": photo}),
            ]
        )
        form, sender = make_form(fields, files), self._senders.any_key()
        reply = await self._requester.call("POST", "/export", "/export (bad)", sender, data=form)
        is_refused = 400 <= reply.status < 500 or reply.status == 503
        problem = f"a bad export was answered {reply.status} {reply.payload}"
        self._ledger.check(is_refused, problem)

    async def _tear_one(self) -> None:
        """Reset a connection in the middle of an upload."""
        body, kind = client.form(
            {"audio": self._requester.tracks[2], "photo": self._requester.photo}
        )
        path = random.choice(("/export", "/tracks", "/preview?session=torn"))
        lines = [f"POST {path} HTTP/1.1", "Host: bench", f"Content-Type: {kind}"]
        headers = {**self._senders.any_key().headers, "Content-Length": str(len(body))}
        lines += [f"{name}: {value}" for name, value in headers.items()]
        _, writer = await asyncio.open_connection("127.0.0.1", self._requester.port)
        writer.write("\r\n".join([*lines, "", ""]).encode())
        writer.write(body[: random.randrange(len(body))])
        await asyncio.sleep(random.uniform(0, PAUSE_S))
        connection: socket.socket = writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    async def _preview_one(self, timeout_s: float | None = None) -> None:
        """Request a frame, and now and then leave before it is drawn."""
        fields = {"effect": "plain", "width": "64", "height": "36", "frame": "2"}
        files = {"audio": self._requester.tracks[1], "photo": self._requester.photo}
        timeout = aiohttp.ClientTimeout(total=timeout_s or random.choice((0.2, 60, 60)))
        reply = await self._requester.call(
            "POST",
            "/preview",
            "/preview",
            self._senders.any_key(),
            data=make_form(fields, files),
            timeout=timeout,
        )
        is_right = reply.status in (200, 429, 503)
        self._ledger.check(is_right, f"a preview was answered {reply.status}")
        await asyncio.sleep(1)

    async def _read_one(self) -> None:
        """Read a resource."""
        path = random.choice(_READ)
        await self._requester.call("GET", path, path, self._senders.any_key())

    async def _show_thumbnail(self) -> None:
        """Request the picture of an effect as a page does that has it already, or not."""
        effect = random.choice(_THUMBNAILS)
        tag = self._tags.get(effect)
        reply = await self._requester.call(
            "GET",
            f"/effects/{effect}/thumbnail.webp",
            "/effects/thumbnail.webp",
            headers={"If-None-Match": tag} if tag else {},
        )
        allowed = (404,) if effect == "no-such-effect" else (304,) if tag else (200, 202, 429, 503)
        self._ledger.check(reply.status in allowed, f"a thumbnail was answered {reply.status}")
        if reply.status == 200:
            self._tags[effect] = reply.headers["ETag"]
            self._ledger.check(reply.body[8:12] == b"WEBP", "a thumbnail is no WebP")
        await asyncio.sleep(1)
