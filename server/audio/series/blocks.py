"""Computation of a track block by block, on two threads."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

_THREADS = 2
"""numpy releases the interpreter's lock while it transforms and multiplies."""


def for_each_block(compute: Callable[[int, int], None], count: int, size: int) -> None:
    """Call `compute` with the bounds of each block of `size` of `count` items, in any order.

    Raises:
        Exception: that of the earliest block that failed; blocks after it may have been computed.
    """

    def compute_from(first: int) -> None:
        compute(first, min(first + size, count))

    with ThreadPoolExecutor(_THREADS) as pool:
        for _ in pool.map(compute_from, range(0, count, size)):
            pass
