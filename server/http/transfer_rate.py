"""The transfer rate of a peer, measured over a sliding window."""

from collections import deque

_SLICES = 15


class TransferRate:
    """Counts the bytes of the last `window_s` seconds of a clock that the caller advances.

    The caller can stop the clock while the server itself is the slow side.
    """

    def __init__(self, min_rate: float, window_s: float) -> None:
        self._min_bytes = min_rate * window_s
        self._slice_s = window_s / _SLICES
        self._clock = 0.0
        self._slices: deque[tuple[int, int]] = deque()

    def add(self, seconds: float, count: int) -> None:
        """Advance the clock by `seconds`, at the end of which `count` bytes were transferred."""
        self._clock += seconds
        now = int(self._clock / self._slice_s)
        if self._slices and self._slices[-1][0] == now:
            count += self._slices.pop()[1]
        self._slices.append((now, count))
        while self._slices[0][0] <= now - _SLICES:
            self._slices.popleft()

    @property
    def is_below_minimum(self) -> bool:
        """A whole window has passed, and fewer bytes than the minimum were transferred in it."""
        window_passed = self._clock >= self._slice_s * _SLICES
        return window_passed and sum(count for _, count in self._slices) < self._min_bytes
