"""Idempotency: a request that is repeated with its key makes no second job."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from server.errors import ToqiboxError
from server.jobs.model.idempotent_request import AcceptedRequest
from server.jobs.model.job import now_ms
from server.jobs.model.retry_after import BRIEF_S
from server.jobs.store.store import Store

KEPT_MS = 86_400_000
"""Time for which the key of an accepted request is kept."""


class Idempotency:
    """The keys of requests that are being handled, and of those that were accepted.

    A key is stored in the transaction that stores the job. Until then it is only in memory, so
    that a request that fails, or dies with the server, leaves its key free.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._in_progress: set[tuple[str, str]] = set()

    @asynccontextmanager
    async def reserve(self, owner: str, key: str) -> AsyncIterator[AcceptedRequest | None]:
        """Reserve a key within the block; yield the accepted request of the same key, if any.

        Args:
            owner: namespace of the key.
            key: the client's key.

        Raises:
            ToqiboxError: idempotency_in_progress: another request with the key is being handled.
        """
        if (owner, key) in self._in_progress:
            raise ToqiboxError("idempotency_in_progress", retry_after=BRIEF_S)
        self._in_progress.add((owner, key))
        try:
            yield await self._store.idempotency.find(owner, key, now_ms() - KEPT_MS)
        finally:
            self._in_progress.discard((owner, key))
