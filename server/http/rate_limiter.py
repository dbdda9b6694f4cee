"""Limits of rates: a bucket of tokens for each client."""

import time
from collections.abc import Callable
from math import ceil

_MAX_BUCKETS = 10_000
_MINUTE_S = 60.0


class RateLimiter:
    """Buckets of tokens by name: each holds what a minute allows, and refills steadily.

    Args:
        clock: returns seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._full_at: dict[str, float] = {}
        """Time at which each bucket will be full."""

    def take(self, name: str, per_minute: int) -> int:
        """Take a token; return 0, or the seconds until there is one if the bucket is empty.

        The generic cell rate algorithm (ITU-T I.371, annex A): a bucket is the time at which it
        will be full.
        """
        now, interval_s = self._clock(), _MINUTE_S / per_minute
        full_at = max(self._full_at.get(name, now), now) + interval_s
        wait_s = full_at - now - _MINUTE_S
        if wait_s > 1e-6:
            return ceil(wait_s)
        if name not in self._full_at and len(self._full_at) >= _MAX_BUCKETS:
            self._make_room(now)
        self._full_at[name] = full_at
        return 0

    def _make_room(self, now: float) -> None:
        """Forget the buckets that are full, and if there is none, all of them."""
        self._full_at = {name: at for name, at in self._full_at.items() if at > now}
        if len(self._full_at) >= _MAX_BUCKETS:
            self._full_at = {}
