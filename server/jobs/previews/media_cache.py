"""Cache of decoded media: folders by key, the least recently used of which are removed."""

import asyncio
import logging
import os
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import partial
from pathlib import Path
from weakref import WeakValueDictionary

from server.concurrency import run_in_thread, uninterrupted
from server.files.disk import discard
from server.jobs.previews.shared_work import SharedWork

_LOG = logging.getLogger(__name__)
_PART = ".part"
_INTERVAL_S = 60.0
"""Time for which the cache may stay larger than its limit once its entries are out of use."""

Make = Callable[[Path], Awaitable[None]]
"""Fills the empty folder of a new entry."""


class MediaCache:
    """Folders that are made once by key and kept until others need their space.

    An entry is complete or missing: it is made under another name. One that is in use is never
    removed, so the cache may be larger than its limit for a while.

    Args:
        root: folder of the entries, created when it is needed.
        limit_bytes: maximum size of all entries.
        work: makes each entry for all who wait for it.
    """

    def __init__(self, root: Path, limit_bytes: int, work: SharedWork) -> None:
        self._root = root
        self._limit_bytes = limit_bytes
        self._work = work
        self._uses: Counter[str] = Counter()
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._removing = asyncio.Lock()
        """Held while entries are removed, and while one is looked up."""

    def sweep(self) -> None:
        """Remove what an earlier server has left unfinished, and what exceeds the limit."""
        for path in self._root.glob(f"*{_PART}"):
            discard(path)
        self._shrink(frozenset())

    @asynccontextmanager
    async def open(self, key: str, make: Make) -> AsyncIterator[Path]:
        """Yield the folder of `key`, made first if it is missing; it is kept within the block.

        A caller that is cancelled leaves the making to the others that wait; see SharedWork.

        Raises:
            OSError: the disk is full, among others; and what `make` raises.
        """
        folder = self._root / key
        with self.hold(key):
            while not await self._exists(folder):
                await self._work.do(key, partial(self._make, folder, make))
            yield folder

    @contextmanager
    def hold(self, key: str) -> Iterator[None]:
        """Keep the entry of a key within the block."""
        self._uses[key] += 1
        try:
            yield
        finally:
            self._uses[key] -= 1
            if not self._uses[key]:
                del self._uses[key]

    def lock(self, key: str) -> asyncio.Lock:
        """Return the lock of those who complete one entry."""
        return self._locks.setdefault(key, asyncio.Lock())

    async def shrink(self) -> None:
        """Remove the entries used longest ago until the others are within the limit."""
        async with self._removing:
            await run_in_thread(self._shrink, frozenset(self._uses))

    async def shrink_regularly(self) -> None:
        """Shrink every minute: what was in use when an entry was made may be removed later."""
        while True:
            await asyncio.sleep(_INTERVAL_S)
            try:
                await self.shrink()
            except OSError:
                _LOG.exception("purge.failed")

    async def _exists(self, folder: Path) -> bool:
        async with self._removing:
            return await run_in_thread(_touch, folder)

    async def _make(self, folder: Path, make: Make) -> None:
        part = folder.with_name(folder.name + _PART)
        with self.hold(folder.name):
            try:
                await run_in_thread(_create, part)
                await make(part)
                await run_in_thread(part.rename, folder)
            except BaseException:
                await uninterrupted(run_in_thread(discard, part))
                raise
            await self.shrink()

    def _shrink(self, in_use: frozenset[str]) -> None:
        entries = []
        for folder in self._root.glob("*"):
            with suppress(OSError):  # removed meanwhile
                entries.append((folder.stat().st_mtime_ns, folder, _size(folder)))
        total = sum(size for _, _, size in entries)
        for _, folder, size in sorted(entries):
            if total <= self._limit_bytes:
                return
            if folder.name.removesuffix(_PART) not in in_use:
                discard(folder)
                total -= size


def _touch(folder: Path) -> bool:
    """Mark a folder as used now; return False if there is none."""
    try:
        os.utime(folder)
    except FileNotFoundError:
        return False
    return True


def _create(folder: Path) -> None:
    folder.parent.mkdir(mode=0o700, exist_ok=True)
    discard(folder)
    folder.mkdir(mode=0o700)


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*"))
