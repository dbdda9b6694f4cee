"""The invariants of docs/faults.md, checked on servers that run in the process of a test."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

import psutil

from tests.harness import invariants
from tests.http.wire import exchange, head

INTERNAL_ERRORS = frozenset({"H13"})
"""Cases whose tests cause an internal error."""
_WAIT_S = 20.0


class Running(Protocol):
    """A server; see tests/http/conftest.py."""

    port: int

    def spooled(self) -> list[Path]: ...

    async def until(
        self, condition: Callable[[], bool | Awaitable[bool]], within_s: float = ...
    ) -> bool: ...


class _Events(logging.Handler):
    """Keeps the events of the log."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[invariants.Facts] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.kept.append({"event": record.getMessage(), **getattr(record, "facts", {})})


@asynccontextmanager
async def holding(servers: Sequence[Running], ids: set[str]) -> AsyncIterator[None]:
    """Check what holds while servers run: I1, I2, I4, and of I3 that nothing is left of uploads.

    Args:
        servers: those that the test has started, when the block ends.
        ids: the cases of the test.
    """
    logger, events = logging.getLogger("server"), _Events()
    level = logger.level
    logger.addHandler(events)
    logger.setLevel(min(level or logging.INFO, logging.INFO))
    try:
        yield
        for server in servers:
            assert await server.until(lambda: not server.spooled(), _WAIT_S), "I3"  # noqa: B023
            # Connections of the test may still take the places of others.
            healthy = server.until(lambda: _is_healthy(server.port), _WAIT_S)  # noqa: B023
            assert await healthy, "I2"
    finally:
        logger.removeHandler(events)
        logger.setLevel(level)
    violations = [] if ids & INTERNAL_ERRORS else invariants.of_events(events.kept)
    assert not violations, violations  # pytest shows no values here


async def _is_healthy(port: int) -> bool:
    try:
        return (await exchange(port, head("GET /health"))).status == 200
    except (EOFError, ConnectionError):
        return False


@asynccontextmanager
async def released() -> AsyncIterator[None]:
    """Check that servers which have stopped in the block keep no descriptor and process (I3)."""
    before, processes = _descriptors(), _children()
    yield
    for _ in range(500):  # connections are closed in the next rounds of the loop
        if _descriptors() <= before and _children() <= processes:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"I3: {_descriptors() - before}, {_children() - processes}")


def _children() -> set[int]:
    return {child.pid for child in psutil.Process().children()}


def _descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))
