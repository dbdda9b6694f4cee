"""The limiter of uploads: a bounded number at a time, shared fairly among clients."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from aiohttp import web

from server.errors import ToqiboxError
from server.http.limits import HttpLimits
from server.http.uploads.upload_state import DecodeQueue, UploadState
from server.jobs.model.retry_after import SOON_S


class UploadLimiter:
    """Bounds the number of uploads on disk; further ones wait, unread.

    A free place goes to the client with the fewest uploads, then to the one that has waited the
    longest. While one waits, an upload older than `upload_grace_s` can be evicted if it is slow or
    if its client has more than its part: first those of the client with the most uploads, and of
    these the slowest.

    Args:
        limits: of the server.
        decode_intervals_s: return the seconds from one decoded upload of a queue to the next.
    """

    def __init__(
        self, limits: HttpLimits, decode_intervals_s: Mapping[DecodeQueue, Callable[[], float]]
    ) -> None:
        self._limits = limits
        self._decode_intervals_s = decode_intervals_s
        self._active: set[UploadState] = set()
        self._waiting: dict[UploadState, asyncio.Future[None]] = {}

    @property
    def counts(self) -> tuple[int, int]:
        """The numbers of uploads that are read or prepared, and that wait."""
        return len(self._active), len(self._waiting)

    def check_wait(self, share: str, queue: DecodeQueue) -> None:
        """Refuse an upload at once if it would wait too long to be decoded.

        Uploads ahead of it are those of its queue that wait, that are complete, and that will be
        complete, at their rate, within the maximum wait. Clients take turns: of the uploads of
        another one, not more are ahead of it than the sender has itself, and one.

        Args:
            share: of the sender; see shares.queue_share_of.
            queue: in which it will be decoded.

        Raises:
            ToqiboxError: rate_limited.
        """
        max_wait_s = self._limits.upload_decode_wait_s
        ending = (upload for upload in self._active if upload.remaining_s <= max_wait_s)
        before = Counter(up.share for up in (*self._waiting, *ending) if up.queue is queue)
        own = before.pop(share, 0)
        ahead = own + sum(min(count, own + 1) for count in before.values())
        wait_s = ahead * self._decode_intervals_s[queue]()
        if wait_s > max_wait_s:
            detail = f"{ahead} uploads ahead, {wait_s:.0f} s"
            raise ToqiboxError("rate_limited", retry_after=round(wait_s), detail=detail)

    @asynccontextmanager
    async def acquire(
        self, share: str, queue: DecodeQueue, size: int | None = None
    ) -> AsyncIterator[UploadState]:
        """Wait for a place in which an upload is read and prepared; release it with the block.

        Args:
            share: of the sender; see shares.queue_share_of.
            queue: in which the upload will be decoded.
            size: bytes of the body; None if unknown.

        Raises:
            ToqiboxError: rate_limited, after the maximum wait.
        """
        upload = UploadState(share, queue, size)
        await self._wait(upload)
        try:
            yield upload
        finally:
            self._release(upload)

    async def _wait(self, upload: UploadState) -> None:
        if len(self._active) < self._limits.uploads and not self._waiting:
            self._active.add(upload)
            return
        waiter = self._waiting[upload] = asyncio.get_running_loop().create_future()
        remaining_s, poll_s = self._limits.upload_wait_s, self._limits.upload_poll_s
        try:
            while not waiter.done():
                if remaining_s <= 0:
                    raise ToqiboxError("rate_limited", retry_after=SOON_S)
                began = time.monotonic()
                await asyncio.wait((waiter,), timeout=min(remaining_s, poll_s))
                # A pause of the server itself counts for little.
                remaining_s -= min(time.monotonic() - began, 2 * poll_s)
                if not waiter.done():
                    self._evict_one(upload.share)
        except BaseException:
            self._waiting.pop(upload, None)
            self._release(upload)
            raise

    def _release(self, upload: UploadState) -> None:
        self._active.discard(upload)
        while self._waiting and len(self._active) < self._limits.uploads:
            active = self._active_by_share()
            first = min(self._waiting, key=lambda waiting: active[waiting.share])
            self._active.add(first)
            self._waiting.pop(first).set_result(None)

    def _active_by_share(self) -> Counter[str]:
        return Counter(upload.share for upload in self._active)

    def _evict_one(self, share: str) -> None:
        """Evict one upload in favour of one of `share`, if that is fair.

        None is evicted while as many are being evicted already as there are that wait.
        """
        if sum(upload.is_being_evicted for upload in self._active) >= len(self._waiting):
            return
        active = self._active_by_share()
        minimum = max(1, self._limits.uploads // 4)

        def is_evictable(upload: UploadState) -> bool:
            exceeds_share = active[upload.share] > max(minimum, active[share] + 1)
            is_slow = upload.rate < self._limits.upload_slow_rate
            had_grace = upload.read_s >= self._limits.upload_grace_s
            return upload.is_being_read and had_grace and (is_slow or exceeds_share)

        victim = min(
            filter(is_evictable, self._active),
            key=lambda upload: (-active[upload.share], upload.rate),
            default=None,
        )
        if victim is not None:
            victim.evict()


UPLOAD_LIMITER = web.AppKey("upload_limiter", UploadLimiter)
"""The limiter of the files of exports and kept uploads."""
