"""Places of the uploads that are read at one time, shared fairly among the clients' addresses."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

from server.errors import ToqiboxError
from server.http.limits import Limits

_RETRY_S = 15
_USUAL_S = 0.8
"""From one decoded upload to the next, before any was measured."""
_SHORTEST_S, _LONGEST_S = 0.2, 5.0
_WEIGHT = 0.1
"""Of a new measurement beside those before it."""


@dataclass(eq=False)
class Place:
    """The place of one upload."""

    address: str
    began: float = field(default_factory=time.monotonic)
    count: int = 0
    """Bytes of the body so far."""
    whole_at: float | None = None
    """When its body had come."""
    _reading: asyncio.Timeout | None = None

    def take(self, count: int) -> None:
        """`count` more bytes of the body have come."""
        self.count += count

    @property
    def age_s(self) -> float:
        """Seconds since the place was given."""
        return time.monotonic() - self.began

    @property
    def rate(self) -> float:
        """Bytes a second since the place was given."""
        return self.count / max(self.age_s, 1e-3)

    @property
    def is_being_read(self) -> bool:
        """Whether the body is still coming and nobody has asked for the place."""
        return self._reading is not None and not self._reading.expired()

    @contextmanager
    def _ended(self) -> Iterator[None]:
        try:
            yield
        except TimeoutError:
            detail = f"gave way at {self.rate:.0f} bytes a second"
            raise ToqiboxError("rate_limited", retry_after=_RETRY_S, detail=detail) from None

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[None]:
        """Read the body within this block, which another upload may end.

        Raises:
            ToqiboxError: rate_limited, when the place is given to another.
        """
        with self._ended():
            scope = self._reading = asyncio.timeout(None)
            async with scope:
                yield
                self._reading, self.whole_at = None, time.monotonic()

    def give_way(self) -> None:
        """End the block of `reading`."""
        if self._reading is not None:
            self._reading.reschedule(asyncio.get_running_loop().time())
            self._reading = None


class Gate:
    """Lets a bounded number of uploads be on disk at one time; the others wait, unread.

    A free place goes to the address that holds the fewest, then to who has waited longest. While
    one waits, an upload that has had `upload_grace_s` gives way when it is slow, or when its
    address holds more than its share: those of the address with the most places first, and of
    these the slowest.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._held: set[Place] = set()
        self._waiting: dict[asyncio.Future[Place], str] = {}
        self._each_s = _USUAL_S
        self._left_at = 0.0

    def admit(self) -> None:
        """Refuse at once what would have to wait too long to be decoded.

        Raises:
            ToqiboxError: rate_limited.
        """
        ahead = len(self._waiting) + sum(self._will_be_decoded(place) for place in self._held)
        wait_s = ahead * self._each_s
        if wait_s > self._limits.upload_line_s:
            detail = f"{ahead} uploads before it, {wait_s:.0f} s"
            raise ToqiboxError("rate_limited", retry_after=round(wait_s), detail=detail)

    def _will_be_decoded(self, place: Place) -> bool:
        """Whether an upload is likely to be decoded soon: it is whole, young or fast."""
        slow = place.age_s >= self._limits.upload_grace_s and self._is_slow(place)
        return not (place.is_being_read and slow)

    def _is_slow(self, place: Place) -> bool:
        return place.rate < self._limits.upload_slow_rate

    def _measure(self, place: Place) -> None:
        """Take in that an upload was decoded, or refused for its content."""
        if place.whole_at is None:
            return
        now = time.monotonic()
        since = min(now - max(self._left_at, place.whole_at), _LONGEST_S)
        self._left_at = now
        self._each_s += (max(since, _SHORTEST_S) - self._each_s) * _WEIGHT

    @asynccontextmanager
    async def place(self, address: str) -> AsyncIterator[Place]:
        """A place to read and prepare an upload in.

        Args:
            address: of the client.

        Raises:
            ToqiboxError: rate_limited, after the longest wait.
        """
        place = await self._acquire(address)
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
                    raise ToqiboxError("rate_limited", retry_after=_RETRY_S)
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
        self._measure(place)
        while self._waiting and len(self._held) < self._limits.uploads:
            held = self._counts()
            turn = min(self._waiting, key=lambda waiting: held[self._waiting[waiting]])
            turn.set_result(self._give(self._waiting.pop(turn)))

    def _counts(self) -> Counter[str]:
        return Counter(place.address for place in self._held)

    def _make_room(self, address: str) -> None:
        """Let one upload give way to one from `address`, where that is fair."""
        held = self._counts()
        share = max(1, self._limits.uploads // 4)

        def may_go(place: Place) -> bool:
            over = held[place.address] > max(share, held[address] + 1)
            late = place.age_s >= self._limits.upload_grace_s
            return place.is_being_read and late and (self._is_slow(place) or over)

        leaving = min(
            filter(may_go, self._held),
            key=lambda place: (-held[place.address], place.rate),
            default=None,
        )
        if leaving is not None:
            leaving.give_way()
