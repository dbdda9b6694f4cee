"""The invariants of docs/faults.md, checked on servers that run in the process of a test."""

import asyncio
import json
import logging
import os
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import psutil

from server.config import Config
from server.logging_json import JsonLine
from tests.harness import invariants, processes
from tests.http.wire import exchange, head

INTERNAL_ERRORS = frozenset({"H13"})
"""Cases whose tests cause an internal error."""


_WORK = ("worker", "fork_server", "ffmpeg")


class Running(Protocol):
    """A server; see tests/http/conftest.py."""

    port: int
    config: Config

    def spooled(self) -> list[Path]: ...

    async def until(
        self, condition: Callable[[], bool | Awaitable[bool]], within_s: float = ...
    ) -> bool: ...


class _Lines(logging.Handler):
    """Keeps the lines of the log."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(JsonLine())
        self.kept: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.kept.append(self.format(record))


@dataclass
class Watched:
    """The servers of a test in its own process, with what they are checked by."""

    canary: Path
    """A file next to the data folders that is not theirs."""
    servers: list[Running] = field(default_factory=list)
    """Servers that the test has started."""
    secrets: set[str] = field(default_factory=set)
    """Texts that the log must not have, besides that of the canary."""


@asynccontextmanager
async def holding(watched: Watched, ids: set[str]) -> AsyncIterator[None]:
    """Check what holds while servers run: all but the descriptors and processes of I3.

    Args:
        watched: the servers that the test has started when the block ends.
        ids: the cases of the test.
    """
    secret = secrets.token_hex(16)
    watched.canary.write_text(secret)
    logger, lines = logging.getLogger("server"), _Lines()
    level = logger.level
    logger.addHandler(lines)
    logger.setLevel(min(level or logging.INFO, logging.INFO))
    try:
        yield
        violations = await _of_servers(watched.servers, lines.kept)
    finally:
        logger.removeHandler(lines)
        logger.setLevel(level)
    if watched.canary.read_text() != secret:
        violations.append("I5: the canary has changed")
    for server in watched.servers:
        watched.secrets |= invariants.secrets_of(server.config.data_dir, {})
    of_log = invariants.of_log("\n".join(lines.kept), {secret, *watched.secrets})
    violations += [line for line in of_log if not (line.startswith("I1") and ids & INTERNAL_ERRORS)]
    assert not violations, violations  # pytest shows no values here


async def _of_servers(servers: Sequence[Running], lines: Sequence[str]) -> list[str]:
    """Return what servers violate of I2, I3, I4 and I7 when their test ends."""
    violations, statuses = _connections({server.port for server in servers}), dict[str, str]()
    for server in servers:
        if not await server.until(lambda: not server.spooled()):  # noqa: B023
            violations.append(f"I3: {server.spooled()}")
        # Connections of the test may still take the places of others.
        if not await server.until(lambda: _is_healthy(server.port)):  # noqa: B023
            violations.append("I2: /health")
        data = server.config.data_dir
        if (data / "jobs.db").exists():  # a test may have removed its disk
            own = invariants.statuses_of(data)
            statuses |= own
            if all(status in invariants.FINAL for status in own.values()):
                await server.until(lambda: not invariants.of_files(data))  # noqa: B023
                violations += invariants.of_files(data)
    return violations + [f"I4: job {job} is lost" for job in _accepted(lines) - statuses.keys()]


def _accepted(lines: Sequence[str]) -> set[str]:
    """Return the jobs whose acceptance was sent to a client."""
    events = [json.loads(line) for line in lines]
    return {
        event["job"]
        for event in events
        if (event["event"], event.get("path")) == ("request", "/export")
        if event.get("status") == 202 and not event.get("cut")
    }


def _connections(ports: set[int]) -> list[str]:
    """Return the connections of this process and its workers to others than themselves (I7)."""
    own = psutil.Process().net_connections("inet")
    ports = ports | {connection.laddr.port for connection in own if not connection.raddr}
    wrong = [
        connection
        for connection in own
        if connection.raddr and not {connection.laddr.port, connection.raddr.port} & ports
    ]
    for worker in processes.descendants(os.getpid()):
        if worker.kind in _WORK:
            with suppress(psutil.NoSuchProcess):
                wrong += psutil.Process(worker.pid).net_connections("inet")
    return [f"I7: {connection.laddr} to {connection.raddr}" for connection in wrong]


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
