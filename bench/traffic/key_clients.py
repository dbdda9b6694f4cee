"""Clients that repeat requests, and that try what is not theirs."""

import asyncio
import random
import secrets
import time
from collections.abc import Awaitable, Callable

from bench.traffic.requester import BUSY, LOST, PAUSE_S, Reply, Requester
from bench.traffic.senders import Sender, Senders

_MAX_PAGES = 5


class KeyClients:
    """Clients of one or several keys, and of their tokens.

    Args:
        requester: sends their requests.
        senders: the keys of the server.
    """

    def __init__(self, requester: Requester, senders: Senders) -> None:
        self._requester = requester
        self._ledger = requester.ledger
        self._senders = senders

    def acts(self) -> list[Callable[[], Awaitable[None]]]:
        """Return what the clients do, again and again."""
        of_keys = (self._delegate_one, self._try_others) if self._senders.have_keys else ()
        return [self._repeat_one, self._reuse_one, self._list_jobs, *of_keys]

    async def _repeat_one(self) -> None:
        """Send a request several times at once and again, then another one with its key."""
        sender, key = self._senders.any_key(), secrets.token_hex(8)
        files = {"audio": self._requester.tracks[0], "photo": self._requester.photo}
        fields = {"title": key}

        async def send() -> Reply:
            await asyncio.sleep(random.uniform(0, PAUSE_S))
            return await self._requester.post_export(sender, fields, files, key)

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._send_safely(send)) for _ in range(3)]
        replies = [reply for task in tasks if (reply := task.result()) is not None]
        self._check_statuses(replies, (202, *BUSY))
        if any(reply.status == 202 for reply in replies):
            again = await self._requester.post_export(sender, fields, files, key)
            self._check_statuses([again], (202, *BUSY))
            if again.status == 202:
                is_replayed = again.headers.get("Idempotency-Replayed") == "true"
                self._ledger.check(is_replayed, "a repeated request was not replayed")
            other = await self._requester.post_export(sender, {"title": "other"}, files, key)
            self._check_statuses([other], (422, *BUSY))

    async def _send_safely(self, send: Callable[[], Awaitable[Reply]]) -> Reply | None:
        """Return the response to a request; None if it was lost."""
        try:
            return await send()
        except LOST:
            self._requester.lost += 1
            return None

    def _check_statuses(self, replies: list[Reply], allowed: tuple[int, ...]) -> None:
        for reply in replies:
            problem = f"a repeated request was answered {reply.status} {reply.payload}"
            self._ledger.check(reply.status in allowed, problem)

    async def _reuse_one(self) -> None:
        """Make a video twice: the second one is a copy of the first, and outlives it."""
        sender, fields = self._senders.any_key(), {"title": secrets.token_hex(8)}
        files = {"audio": self._requester.tracks[1], "photo": self._requester.photo}
        first = await self._requester.submit(sender, fields, files)
        if await self._requester.follow(sender, first["jobId"]) != "completed":
            return
        content = await self._requester.download(sender, first["jobId"])
        path = f"/export/{first['jobId']}"
        shown = await self._requester.call_until((200,), "GET", path, "/export", sender)
        deaths, until = self._ledger.deaths, shown.payload["expiresAt"] / 1000
        second = await self._requester.submit(sender, fields, files)
        may_be_new = deaths != self._ledger.deaths or time.time() > until or not content
        is_right = second["cached"] or may_be_new
        self._ledger.check(is_right, f"the video of {first['jobId']} was not used again")
        await self._requester.call_until((200,), "DELETE", path, "/export", sender)
        if await self._requester.follow(sender, second["jobId"]) == "completed":
            copy = await self._requester.download(sender, second["jobId"])
            is_equal = copy == content or not (copy and content)
            self._ledger.check(is_equal, f"the videos of equal jobs differ: {second['jobId']}")
            self._ledger.responses[f"(a second video, cached {second['cached']})"] += 1

    async def _list_jobs(self) -> None:
        """Read pages of the jobs of a key; a server without keys has no such list."""
        sender = self._senders.any_key()
        limit, cursor, seen = random.choice((3, 20, 100)), "", list[tuple[int, str]]()
        for _ in range(_MAX_PAGES):
            path = f"/exports?limit={limit}{cursor}"
            status = 200 if self._senders.have_keys else 404
            page = (
                await self._requester.call_until((status,), "GET", path, "/exports", sender)
            ).payload
            seen += [(job["createdAt"], job["jobId"]) for job in page.get("exports", ())]
            if not page.get("nextCursor"):
                break
            cursor = f"&cursor={page['nextCursor']}"
        times = [created_at for created_at, _ in seen]
        ids = {job_id for _, job_id in seen}
        is_ordered = times == sorted(times, reverse=True) and len(ids) == len(seen)
        self._ledger.check(is_ordered, f"pages of jobs are out of order: {seen[:5]}")
        foreign = [
            job_id
            for job_id in ids & self._ledger.accepted.keys()
            if not sender.may_see(self._ledger.accepted[job_id])
        ]
        self._ledger.check(not foreign, f"jobs of other keys are listed: {foreign[:5]}")
        await asyncio.sleep(1)

    async def _delegate_one(self) -> None:
        """Make a video with a token, which makes no second one and sees no other."""
        token = self._senders.new_token()
        job_id = (await self._requester.submit(token))["jobId"]
        files = {"audio": self._requester.tracks[0], "photo": self._requester.photo}
        second = await self._requester.post_export(token, {}, files, secrets.token_hex(8))
        is_right = second.status in (401, *BUSY)
        self._ledger.check(is_right, f"a used token was answered {second.status}")
        listed = await self._requester.call_until((200,), "GET", "/exports", "/exports", token)
        ids = [job["jobId"] for job in listed.payload["exports"]]
        self._ledger.check(ids == [job_id], f"a token lists {ids}, not {job_id}")
        await self._try(self._other_job(token), token)
        if await self._requester.follow(token, job_id) == "completed":
            await self._requester.download(token, job_id, by_link=random.random() < 0.5)

    async def _try_others(self) -> None:
        """Try to reach a job with another key, or with a token of its own key."""
        job_id, owner = random.choice(list(self._ledger.accepted.items()))
        await self._try(job_id, self._senders.other_than(owner))
        await asyncio.sleep(PAUSE_S)

    def _other_job(self, token: Sender) -> str:
        """Return a job that a token does not see: it may be one of its key."""
        jobs = self._ledger.accepted.items()
        return random.choice([job_id for job_id, owner in jobs if not token.may_see(owner)])

    async def _try(self, job_id: str, sender: Sender) -> None:
        """Check that a job does not exist for a sender."""
        for method, path in (
            ("GET", f"/export/{job_id}"),
            ("GET", f"/export/{job_id}/events"),
            ("GET", f"/export/{job_id}/chain"),
            ("GET", f"/download/{job_id}"),
            ("GET", f"/download/{job_id}/poster.jpg"),
            ("DELETE", f"/export/{job_id}"),
        ):
            reply = await self._requester.call(method, path, "(a job of another)", sender)
            problem = f"{method} {path} of another was answered {reply.status}"
            self._ledger.check(reply.status == 404, problem)
