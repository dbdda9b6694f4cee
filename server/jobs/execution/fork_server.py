"""The fork server as the server sees it: it starts workers, and can be replaced by another."""

import asyncio
import contextlib
import logging
import os
import signal
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field

from server.concurrency import uninterrupted
from server.jobs.execution.forked_process import ForkedProcess, Stream
from server.jobs.execution.process import MAX_LINE_BYTES
from server.jobs.execution.timeouts import run_within
from server.logging_json import log_event
from server.process import sandbox, start
from server.protocol import tasks
from server.protocol.wire.fork_request import (
    FAILED,
    SOCKETS,
    STARTED,
    ForkRequest,
    read_status,
    write_request,
)

_LOG = logging.getLogger(__name__)
_START_S = 30.0
_KILL_WAIT_S = 5.0
_PAUSE_S = 0.01
_STDERR_BYTES = 8192
_LOADED: tuple[type[tasks.AnyTask], ...] = (
    tasks.Probe,
    tasks.Prepare,
    tasks.Analyse,
    tasks.EncodeAudio,
    tasks.LimitFlashes,
    tasks.DrawSegment,
    tasks.Mux,
    tasks.CompileEffect,
    tasks.FindHighlight,
    tasks.DrawFrames,
)
"""Tasks that the server runs, in the order in which it needs them."""


async def _end(forking: asyncio.Task[ForkedProcess]) -> None:
    """End a process that is still being started."""
    await asyncio.wait((forking,))
    if forking.exception() is None:
        process = forking.result()
        process.kill_group()
        await process.wait()
        process.close()


@dataclass(frozen=True)
class _Connection:
    """A fork server that was started."""

    process: asyncio.subprocess.Process
    requests: socket.socket
    workers: list[ForkedProcess] = field(default_factory=list)
    """Its workers, at least those that are not closed yet; they end with it."""

    async def fork(self, request: bytes) -> ForkedProcess:
        """Request a worker and wait for its start.

        Raises:
            ConnectionError: the fork server has ended.
            OSError: the worker could not be started.
        """
        pairs = [socket.socketpair() for _ in range(SOCKETS)]
        streams: list[Stream] = []
        try:
            for ours, _ in pairs:
                streams.append(await asyncio.open_connection(sock=ours, limit=MAX_LINE_BYTES))
            await self._send(request, [theirs.fileno() for _, theirs in pairs])
            for _, theirs in pairs:  # so that their end is noticed
                theirs.close()
            status = read_status(await streams[-1][0].readline())
            if status is None:
                raise ConnectionResetError("the fork server has died")
            word, number = status
            if word == STARTED:
                return self._add(ForkedProcess(number, streams))
            if word == FAILED:
                raise OSError(number, os.strerror(number))
            raise OSError(f"it ended with {number} before it started")
        except BaseException:
            for _, writer in streams:
                writer.close()
            raise
        finally:
            for ours, _ in pairs[len(streams) :]:
                ours.close()
            for _, theirs in pairs:
                theirs.close()

    def _add(self, worker: ForkedProcess) -> ForkedProcess:
        self.workers[:] = [other for other in self.workers if not other.is_closed]
        self.workers.append(worker)
        return worker

    async def _send(self, packet: bytes, descriptors: list[int]) -> None:
        while True:
            if self.requests.fileno() == -1:  # another task has replaced this fork server
                raise ConnectionResetError("the fork server was replaced")
            try:
                socket.send_fds(self.requests, [packet], descriptors)
            except BlockingIOError:
                await asyncio.sleep(_PAUSE_S)
            else:
                return

    async def close(self) -> str:
        """Kill the fork server; return what it has written on standard error."""
        self.requests.close()
        if self.process.returncode is None:  # afterwards its id may be another's
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
        messages = b""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_KILL_WAIT_S):
                _, messages = await self.process.communicate()
        return messages[-_STDERR_BYTES:].decode(errors="replace")


class ForkServer:
    """Starts workers by a fork server; the first worker, and one after its death, starts it.

    Args:
        environment: environment of the workers.
        confined: True confines workers to the files of their tasks; see worker/confinement/.
        start_s: time limit for the start of a worker, in seconds.
    """

    def __init__(
        self, environment: Mapping[str, str], *, confined: bool = True, start_s: float = _START_S
    ) -> None:
        self._environment = environment
        self._options = () if confined else ("--unconfined",)
        self.start_s = start_s
        self._lock = asyncio.Lock()
        self._connection: _Connection | None = None
        self._retired: dict[asyncio.Task[None], _Connection] = {}

    async def start(self, label: str, limits: sandbox.Limits | None) -> ForkedProcess:
        """Start a worker process; `label` is its purpose in the list of processes.

        Raises:
            OSError: it could not be started, or not in time.
        """
        arguments = tuple(sandbox.limit_arguments(limits))
        request = write_request(ForkRequest(label=label, limits=arguments))
        forking = asyncio.create_task(self._fork(request))
        try:
            return await asyncio.shield(forking)
        except asyncio.CancelledError:  # no process outlives the call
            await uninterrupted(_end(forking))
            raise

    async def _fork(self, request: bytes) -> ForkedProcess:
        """Request a worker, a second time if the fork server has died or does not answer."""
        for is_last in (False, True):
            connection = await self._connect()
            try:
                return await run_within(self.start_s, connection.fork(request))
            except ConnectionError:
                await self._replace(connection)
                if is_last:
                    raise
            except TimeoutError:
                await self._retire(connection)
                if is_last:
                    raise
        raise AssertionError

    async def _connect(self) -> _Connection:
        """Return the fork server; start it if there is none."""
        async with self._lock:
            if self._connection is None:
                self._connection = await self._start()
            return self._connection

    async def _start(self) -> _Connection:
        requests, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        requests.setblocking(False)
        try:
            descriptor, names = theirs.fileno(), [kind.name for kind in _LOADED]
            argv = start.command(
                "server.worker.fork_server", *self._options, str(descriptor), *names
            )
            process = await asyncio.create_subprocess_exec(
                *sandbox.command(argv),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
                pass_fds=(descriptor,),
                env=self._environment,
                start_new_session=True,
                cwd="/",
            )
        except BaseException:
            requests.close()
            raise
        finally:
            theirs.close()
        return _Connection(process, requests)

    async def _replace(self, connection: _Connection) -> None:
        """End a fork server that has died; the next request starts another."""
        async with self._lock:
            if self._connection is connection:
                self._connection = None
                detail = await connection.close()
                log_event(_LOG, logging.ERROR, "fork_server.ended", detail=detail)

    async def _retire(self, connection: _Connection) -> None:
        """Send no more requests to a fork server that does not answer; end it after its workers.

        Its workers may be well: a host that swaps delays a fork by more than the limit.
        """
        async with self._lock:
            if self._connection is connection:
                self._connection = None
                log_event(_LOG, logging.ERROR, "fork_server.unanswered")
                ending = asyncio.create_task(_end_after_workers(connection))
                self._retired[ending] = connection
                ending.add_done_callback(self._retired.pop)

    async def close(self) -> None:
        """End all fork servers, and their workers with them."""
        async with self._lock:
            connections = list(self._retired.values())
            for ending in list(self._retired):
                ending.cancel()
            if self._connection is not None:
                connections.append(self._connection)
            self._connection = None
            for connection in connections:
                await connection.close()


async def _end_after_workers(connection: _Connection) -> None:
    while running := [worker for worker in connection.workers if not worker.is_closed]:
        await running[0].wait_closed()
    await connection.close()
