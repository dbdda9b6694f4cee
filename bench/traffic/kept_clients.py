"""Clients that send a track and a photo once, and use them for cuts, previews and exports."""

import asyncio
import json
import random
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from bench.speed.server import make_form
from bench.traffic.requester import Requester, UploadExpiredError
from bench.traffic.senders import Sender, Senders
from tests.harness import media

_SECONDS = (0.5, 1.5, 3.0)
"""Durations of tracks."""
_LATE_S = 5.0
"""Time after which an upload that has expired must be refused."""


@dataclass
class _Uploads:
    """A track and a photo of one sender, by their paths."""

    sender: Sender
    track: str
    photo: str
    used_at: float
    """Time at which the last request that has used them was sent, or an earlier one."""

    @property
    def fields(self) -> dict[str, str]:
        """Return the fields of a form that name them."""
        images = json.dumps({"photo": self.photo.rpartition("/")[2]})
        return {"trackId": self.track.rpartition("/")[2], "images": images}


class KeptClients:
    """Clients of kept uploads.

    Args:
        requester: sends their requests.
        senders: the keys of the server.
        ttl_s: time for which the server keeps an upload after its last use.
    """

    def __init__(self, requester: Requester, senders: Senders, ttl_s: float) -> None:
        self._requester = requester
        self._ledger = requester.ledger
        self._senders = senders
        self._ttl_s = ttl_s
        self._count = 0
        """Tracks that were made: no two are equal."""

    def acts(self) -> list[Callable[[], Awaitable[None]]]:
        """Return what the clients do, again and again."""
        return [self.use_one, self._remove_one_in_use, self._let_one_expire]

    async def use_one(self) -> None:
        """Show a track and a photo, play a cut, draw a frame, and make two videos of the track."""
        uploads = await self._send()
        sender = uploads.sender
        await self._show(uploads)
        await self._play_cut(uploads)
        await self._preview(uploads)
        jobs = await asyncio.gather(*(self._submit(uploads) for _ in range(2)))
        for job in jobs:
            is_named = job["trackId"] == uploads.fields["trackId"]
            self._ledger.check(is_named, f"job {job['jobId']} has trackId {job['trackId']}")
            if await self._requester.follow(sender, job["jobId"]) == "completed":
                await self._requester.download(sender, job["jobId"])

    async def _remove_one_in_use(self) -> None:
        """Remove uploads while a cut is made of them, and a job uses them."""
        uploads = await self._send()
        sender = uploads.sender
        job_id = (await self._submit(uploads))["jobId"]
        cutting = asyncio.ensure_future(
            self._requester.call("GET", f"{uploads.track}/cut", "/tracks/cut", sender)
        )
        await asyncio.sleep(random.uniform(0, 2))
        for path in (uploads.track, uploads.photo):
            await self._requester.call_until((204,), "DELETE", path, "/UPLOAD", sender)
            await self._requester.call_until((410,), "GET", path, "/UPLOAD", sender)
        with self._requester.noting_loss():
            status = (await cutting).status
            self._ledger.check(
                status in (200, 202, 410, 429, 503), f"a cut of what is removed: {status}"
            )
        path = f"{uploads.track}/cut"
        await self._requester.call_until((410,), "GET", path, "/tracks/cut", sender)
        # It is completed, or was cut off by kills: nothing that it needed is gone.
        await self._requester.follow(sender, job_id)

    async def _let_one_expire(self) -> None:
        """Wait until an upload has expired: nobody uses it meanwhile."""
        uploads = await self._send()
        shown = await self._show_until(uploads, uploads.photo)
        left_s = shown["expiresAt"] / 1000 - time.time()
        self._ledger.check(left_s <= self._ttl_s + 1, f"an upload expires in {left_s:.0f} s")
        await asyncio.sleep(max(0.0, left_s) + _LATE_S)
        for path in (uploads.track, uploads.photo):
            await self._requester.call_until((410,), "GET", path, "/UPLOAD", uploads.sender)

    async def _send(self) -> _Uploads:
        """Send a track and a photo that the server has not seen before."""
        self._count += 1
        seconds, sender = random.choice(_SECONDS), self._senders.any_key()
        files = {
            "track": {"audio": media.wav(seconds, seed=self._count)},
            "photo": {"photo": media.photo(seed=self._count)},
        }
        paths, sent_at = {}, time.time()
        for kind, file in files.items():
            reply = await self._requester.call_until(
                (201,), "POST", f"/{kind}s", f"/{kind}s", sender, files=file
            )
            self._ledger.uploads.add(str(reply.payload[f"{kind}Id"]))
            paths[kind] = str(reply.payload["url"])
        return _Uploads(sender, paths["track"], paths["photo"], sent_at)

    async def _show_until(self, uploads: _Uploads, path: str) -> dict[str, Any]:
        """Return what is known of an upload.

        Raises:
            UploadExpiredError: it has expired, and is old enough for that.
        """
        reply = await self._requester.call_until((200, 410), "GET", path, "/UPLOAD", uploads.sender)
        self._check_age(uploads, reply.status)
        return reply.payload

    def _check_age(self, uploads: _Uploads, status: int) -> None:
        """Check that an upload which has expired was old enough.

        Raises:
            UploadExpiredError: it has expired.
        """
        if status == 410:
            age = time.time() - uploads.used_at
            self._ledger.check(age >= self._ttl_s, f"an upload has expired after {age:.1f} s")
            raise UploadExpiredError

    async def _show(self, uploads: _Uploads) -> None:
        """Show the track and the photo; for another key there are none."""
        for path in (uploads.track, uploads.photo):
            await self._show_until(uploads, path)
            if uploads.sender.owner:
                other = self._senders.other_than(uploads.sender.owner)
                await self._requester.call_until((404,), "GET", path, "/UPLOAD (another's)", other)
        path, requested_at = f"{uploads.photo}/image.png?long=256", time.time()
        reply = await self._requester.call_until(
            (200, 410), "GET", path, "/photos/image.png", uploads.sender
        )
        self._check_age(uploads, reply.status)
        self._ledger.check(reply.body[1:4] == b"PNG", "the picture of a photo is no PNG")
        tag = {"If-None-Match": reply.headers["ETag"]}
        again = await self._requester.call_until(
            (304, 410), "GET", path, "/photos/image.png", uploads.sender, headers=tag
        )
        if again.status == 410:
            self._ledger.check(
                time.time() - requested_at >= self._ttl_s, "a photo has expired just after its use"
            )

    async def _play_cut(self, uploads: _Uploads) -> None:
        """Ask for a cut until it is there, and read its sound and features."""
        sender, asking = uploads.sender, f"{uploads.track}/cut?start=0.1"
        while True:
            requested_at = time.time()
            reply = await self._requester.call_until(
                (200, 202, 410), "GET", asking, "/tracks/cut", sender
            )
            self._check_age(uploads, reply.status)
            if reply.status == 200:
                break
            await asyncio.sleep(float(reply.headers["Retry-After"]))
        uploads.used_at, cut = requested_at, reply.payload
        measured, spectra = cut["measured"], cut["spectra"]
        sizes = {
            measured["url"]: 4 * measured["count"] * len(measured["columns"]),
            spectra["url"].replace("{n}", "0"): None,
        }
        for path, size in sizes.items():
            read = await self._requester.call_until(
                (200, 410), "GET", path, "/tracks/cuts/features", sender
            )
            self._check_age(uploads, read.status)
            self._ledger.check(size in (None, len(read.body)), f"features of {len(read.body)} B")
        # The link has its permission with it, as that of an <audio> element.
        sound = await self._requester.call(
            "GET", cut["sound"], "/tracks/cuts/sound.flac", headers={"Range": "bytes=0-3"}
        )
        self._check_age(uploads, sound.status)
        is_flac = (sound.status, sound.body) == (206, b"fLaC")
        self._ledger.check(is_flac, f"the sound of a cut: {sound.status} {sound.body[:9]!r}")

    async def _preview(self, uploads: _Uploads) -> None:
        """Draw a frame of the uploads; no other client has its session."""
        fields = {"effect": "plain", "width": "64", "height": "36", "frame": "2", **uploads.fields}
        reply = await self._requester.call(
            "POST",
            f"/preview?session={secrets.token_hex(4)}",
            "/preview (kept)",
            uploads.sender,
            data=make_form(fields, {}),
        )
        self._check_age(uploads, reply.status)
        is_right = reply.status in (200, 429, 503)
        self._ledger.check(is_right, f"a preview of uploads was answered {reply.status}")

    async def _submit(self, uploads: _Uploads) -> dict[str, Any]:
        fields = {"title": secrets.token_hex(8), **uploads.fields}
        sent_at = time.time()
        try:
            job = await self._requester.submit(uploads.sender, fields, {})
        except UploadExpiredError:
            self._check_age(uploads, 410)
            raise
        uploads.used_at = min(sent_at, time.time())
        return job
