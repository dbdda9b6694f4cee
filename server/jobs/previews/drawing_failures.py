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
    work: int


class DrawingFailures:
    """Errors by a name that changes with the effect.

    Args:
        clock: returns seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures: dict[str, _Failure] = {}
        """The oldest first."""

    def add(self, name: str, error: ToqiboxError, work: int = 0) -> None:
        """Remember an error, unless it has nothing to do with the effect.

        Args:
            name: of what was drawn.
            error: of the attempt.
            work: pixels that were to be drawn; an attempt with fewer is not refused.
        """
        if error.code in _TRANSIENT:
            return
        seconds = _TOO_SLOW_S if error.code == _TOO_SLOW else _FAILED_S
        self._failures.pop(name, None)
        self._failures[name] = _Failure(error, self._clock() + seconds, work)
        while len(self._failures) > _MAX_FAILURES:
            self._failures.pop(next(iter(self._failures)), None)

    def check(self, name: str, work: int = 0) -> None:
        """Raise the error of an attempt that was made a short time ago.

        Args:
            name: of what is to be drawn.
            work: pixels that are to be drawn.

        Raises:
            ToqiboxError: the error; one with a time to wait has the rest of it.
        """
        failure = self._failures.get(name)
        if failure is None or work < failure.work:
            return
        left_s = failure.ends_at - self._clock()
        if left_s <= 0:
            self._failures.pop(name, None)  # another thread may have been quicker
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
