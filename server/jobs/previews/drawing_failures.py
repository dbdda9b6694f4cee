"""Thumbnails and previews that could not be drawn: they are not tried at each request."""

import time
from collections.abc import Callable
from math import ceil
from typing import NamedTuple

from server.errors import ToqiboxError

_FAILED_S, _TOO_SLOW_S = 600.0, 60.0
"""Time until another attempt; of one that took too long, the machine may have been the cause."""
_TRANSIENT = ("rate_limited", "draining", "storage_full")
"""Errors that no effect causes."""
_TOO_SLOW = "not_ready"
_MAX_FAILURES = 2000


class _Failure(NamedTuple):
    error: ToqiboxError
    ends_at: float


class DrawingFailures:
    """Errors by a name that changes with the effect.

    Args:
        clock: returns seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures: dict[str, _Failure] = {}
        """The oldest first."""

    def add(self, name: str, error: ToqiboxError) -> None:
        """Remember an error, unless it has nothing to do with the effect."""
        if error.code in _TRANSIENT:
            return
        seconds = _TOO_SLOW_S if error.code == _TOO_SLOW else _FAILED_S
        self._failures.pop(name, None)
        self._failures[name] = _Failure(error, self._clock() + seconds)
        while len(self._failures) > _MAX_FAILURES:
            del self._failures[next(iter(self._failures))]

    def check(self, name: str) -> None:
        """Raise the error of an attempt that was made a short time ago.

        Raises:
            ToqiboxError: the error; one with a time to wait has the rest of it.
        """
        failure = self._failures.get(name)
        if failure is None:
            return
        left_s = failure.ends_at - self._clock()
        if left_s <= 0:
            del self._failures[name]
            return
        error = failure.error
        raise ToqiboxError(
            error.code,
            field=error.field,
            diagnostics=error.diagnostics,
            detail=error.detail,
            retry_after=ceil(left_s) if error.code == _TOO_SLOW else None,
            **error.values,
        )
