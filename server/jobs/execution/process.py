"""Worker processes by the way they are started: executed here, or forked by the fork server."""

import asyncio
import contextlib
import os
import signal
from typing import Protocol

from server.process import sandbox, start

MAX_LINE_BYTES = 1 << 20


class WorkerProcess(Protocol):
    """Process of a worker, in a process group of its own that includes its ffmpeg."""

    pid: int
    stdin: asyncio.StreamWriter
    stdout: asyncio.StreamReader
    stderr: asyncio.StreamReader

    @property
    def returncode(self) -> int | None:
        """Exit status, or a negative signal number; None while it runs."""

    async def wait(self) -> None:
        """Wait for its end."""

    def kill_group(self) -> None:
        """Kill its process group with SIGKILL."""

    def close(self) -> None:
        """Close its pipes; another process may then get its id."""


class ExecutedProcess:
    """Worker process that was executed: a child of this process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        self._process = process
        self.pid = process.pid
        self.stdin, self.stdout, self.stderr = process.stdin, process.stdout, process.stderr

    @classmethod
    async def start(cls, label: str, limits: sandbox.Limits | None) -> "ExecutedProcess":
        """Start a worker process.

        Must be called on the main thread: the child dies with the thread that starts it.

        Raises:
            OSError: out of memory, processes or descriptors.
        """
        process = await asyncio.create_subprocess_exec(
            *sandbox.command(start.command("server.worker.program", label), limits),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=sandbox.environment(),
            start_new_session=True,
            limit=MAX_LINE_BYTES,
            cwd="/",
        )
        return cls(process)

    @property
    def returncode(self) -> int | None:
        return self._process.returncode

    async def wait(self) -> None:
        await self._process.wait()

    def kill_group(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)

    def close(self) -> None:
        self.stdin.close()
