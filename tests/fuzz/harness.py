"""The parts that all targets share: few examples in the suite, files in memory, counted work."""

import os
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar

from hypothesis import settings

Result = TypeVar("Result")

short = settings(max_examples=12)
"""Few examples of each target in `make test`; `make fuzz` looks for others, as long as it runs."""
_SERVER = str(Path(__file__).parents[2] / "server")
_GROWTH = 12
"""Maximum factor of the work for a text of four times the length; 16 would be quadratic. A search
of limited length makes it more than 4, since it is shorter near the end of a text."""
_FIXED_LINES = 3000
"""Lines that a reader may execute for any input, such as tables that it builds once."""


@contextmanager
def memory_file(content: bytes) -> Iterator[Path]:
    """Provide a file with this content that is on no disk."""
    descriptor = os.memfd_create("fuzz", os.MFD_CLOEXEC)
    try:
        with open(descriptor, "wb", closefd=False) as file:
            file.write(content)
        yield Path(f"/proc/self/fd/{descriptor}")
    finally:
        os.close(descriptor)


def run_now(coroutine: Awaitable[Result]) -> Result:
    """Return the result of a coroutine that waits for nothing."""
    steps = coroutine.__await__()
    try:
        next(steps)
    except StopIteration as end:
        result: Result = end.value
        return result
    raise AssertionError("it waits")


def count_lines(work: Callable[[], object]) -> int:
    """Return the number of lines of the server that a function executes: a measure of its work."""
    count = 0

    def trace_line(_frame: FrameType, event: str, _argument: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace_line

    def trace_call(frame: FrameType, _event: str, _argument: Any) -> Any:
        return trace_line if frame.f_code.co_filename.startswith(_SERVER) else None

    before = sys.gettrace()
    sys.settrace(trace_call)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def assert_linear(read: Callable[[str], object], unit: str, repetitions: int) -> None:
    """Assert that the work of a reader grows with the length of a text, and not with its square.

    Args:
        read: the reader; raises nothing.
        unit: text that is repeated.
        repetitions: number of them in the shorter of two texts.
    """
    shorter = count_lines(lambda: read(unit * repetitions))
    longer = count_lines(lambda: read(unit * (4 * repetitions)))
    assert longer <= _GROWTH * shorter + _FIXED_LINES, (shorter, longer)
