"""A worker process that was forked by a fork server; see fork_server.py."""

import asyncio
import contextlib
import os
import signal

from server.protocol.wire.fork_request import read_status

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]
"""A socket's end, as asyncio opens it."""


class ForkedProcess:
    """Worker process that was forked; see worker/fork_server.py.

    Args:
        pid: its id.
        streams: its standard input, output and error, and its status. The process is killed when
            the last of them is closed.
    """

    def __init__(self, pid: int, streams: list[Stream]) -> None:
        self.pid = pid
        (_, self.stdin), (self.stdout, _), (self.stderr, _), (status, _) = streams
        self._writers = [writer for _, writer in streams]
        self._returncode: int | None = None
        self._closed = asyncio.Event()
        self._end = asyncio.create_task(self._read_status(status))

    async def _read_status(self, status: asyncio.StreamReader) -> None:
        line = b""
        with contextlib.suppress(OSError):
            line = await status.readline()
        # Without a line the fork server has ended, and this process with it: init has reaped it.
        ended = read_status(line)
        if ended is None:
            self._closed.set()
        self._returncode = -signal.SIGKILL if ended is None else ended[1]

    @property
    def returncode(self) -> int | None:
        """Exit status, or a negative signal number; None while it runs."""
        return self._returncode

    async def wait(self) -> None:
        """Wait for its end."""
        await asyncio.wait((self._end,))

    @property
    def is_closed(self) -> bool:
        """True if its sockets are closed or its fork server has ended."""
        return self._closed.is_set()

    async def wait_closed(self) -> None:
        """Wait until its sockets are closed, or its fork server has ended."""
        await self._closed.wait()

    def kill_group(self) -> None:
        """Kill its process group with SIGKILL."""
        if not self._closed.is_set():  # afterwards its id may be another's
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)

    def close(self) -> None:
        """Close its sockets; the fork server then reaps it, so that its id may be another's."""
        self._closed.set()
        self._end.cancel()
        if self._returncode is None:
            self._returncode = -signal.SIGKILL
        for writer in self._writers:
            writer.close()
