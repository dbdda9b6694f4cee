"""Places of the uploads that are read at one time, shared fairly among the clients' networks."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from server.errors import ToqiboxError
from server.http.limits import Limits
from server.http.uploads.upload_state import RETRY_S, Place


class Gate:
    """Lets a bounded number of uploads be on disk at one time; the others wait, unread.

    A free place goes to the address that holds the fewest, then to who has waited longest. While
    one waits, an upload that was waited for `upload_grace_s` gives way when it is slow, or when its
    address holds more than its share: those of the address with the most places first, and of
    these the slowest.

    Args:
        limits: of the server.
        each_s: tells the seconds from one decoded upload to the next.
    """

    def __init__(self, limits: Limits, each_s: Callable[[], float]) -> None:
        self._limits = limits
        self._each_s = each_s
        self._held: set[Place] = set()
        self._waiting: dict[asyncio.Future[Place], str] = {}

    def admit(self) -> None:
        """Refuse at once what would have to wait too long to be decoded.

        Uploads before it are those that wait for a place, those that are whole, and those that
        will be whole, at their rate, within the longest wait.

        Raises:
            ToqiboxError: rate_limited.
        """
        longest_s = self._limits.upload_line_s
        coming = sum(place.left_s <= longest_s for place in self._held)
        ahead = len(self._waiting) + coming
        wait_s = ahead * self._each_s()
        if wait_s > longest_s:
            detail = f"{ahead} uploads before it, {wait_s:.0f} s"
            raise ToqiboxError("rate_limited", retry_after=round(wait_s), detail=detail)

    @asynccontextmanager
    async def place(self, address: str, size: int | None = None) -> AsyncIterator[Place]:
        """A place to read and prepare an upload in.

        Args:
            address: whose places are counted together; see addresses.network_of.
            size: bytes of the body; None where that is unknown.

        Raises:
            ToqiboxError: rate_limited, after the longest wait.
        """
        place = await self._acquire(address)
        place.size = size
        try:
            yield place
        finally:
            self._release(place)

    async def _acquire(self, address: str) -> Place:
        if len(self._held) < self._limits.uploads and not self._waiting:
            return self._give(address)
        turn: asyncio.Future[Place] = asyncio.get_running_loop().create_future()
        self._waiting[turn] = address
        left_s, look_s = self._limits.upload_wait_s, self._limits.upload_look_s
        try:
            while not turn.done():
                if left_s <= 0:
                    raise ToqiboxError("rate_limited", retry_after=RETRY_S)
                began = time.monotonic()
                await asyncio.wait((turn,), timeout=min(left_s, look_s))
                # Of a pause of the server itself little counts.
                left_s -= min(time.monotonic() - began, 2 * look_s)
                if not turn.done():
                    self._make_room(address)
            return turn.result()
        except BaseException:
            if turn.done():
                self._release(turn.result())
            raise
        finally:
            self._waiting.pop(turn, None)

    def _give(self, address: str) -> Place:
        place = Place(address)
        self._held.add(place)
        return place

    def _release(self, place: Place) -> None:
        self._held.discard(place)
        while self._waiting and len(self._held) < self._limits.uploads:
            held = self._counts()
            turn = min(self._waiting, key=lambda waiting: held[self._waiting[waiting]])
            turn.set_result(self._give(self._waiting.pop(turn)))

    def _counts(self) -> Counter[str]:
        return Counter(place.address for place in self._held)

    def _make_room(self, address: str) -> None:
        """Let one upload give way to one from `address`, where that is fair.

        None does while as many are giving way already as there are that wait.
        """
        if sum(place.is_leaving for place in self._held) >= len(self._waiting):
            return
        held = self._counts()
        share = max(1, self._limits.uploads // 4)

        def may_go(place: Place) -> bool:
            over = held[place.address] > max(share, held[address] + 1)
            slow = place.rate < self._limits.upload_slow_rate
            late = place.read_s >= self._limits.upload_grace_s
            return place.is_being_read and late and (slow or over)

        leaving = min(
            filter(may_go, self._held),
            key=lambda place: (-held[place.address], place.rate),
            default=None,
        )
        if leaving is not None:
            leaving.give_way()
