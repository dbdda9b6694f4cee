"""The only module that runs ffmpeg and ffprobe: it builds argument lists and runs processes.

    argv = output(input_file(path, format="wav").audio, "pipe:1", format="f32le")
    with Process(argv, stdout=True) as process:      # killed and reaped however the block ends
        for chunk in process.chunks(): ...
        process.wait(10).raise_for_status()

ffmpeg-python builds the argument lists. Processes are run here, because each of them is sandboxed,
has a fixed environment, never blocks on its messages, and is never waited for without a limit. A
process dies with the thread that started it (see server/process/sandbox.py), so that thread must
wait for its end.
"""

import fcntl
import math
import os
import select
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import ffmpeg as graph

from server.errors import ToqiboxError
from server.media import message_file
from server.process import sandbox

_GLOBAL = ["-nostdin", "-hide_banner", "-nostats", "-loglevel", "error"]
_CHUNK_BYTES = 1 << 18
_PIPE_BYTES = 1 << 20
_REAP_LIMIT_S = 5.0
_CPU_LIMIT_SHARE = 0.85  # of the limit: the kernel samples, and overcounts on a busy machine


class MediaError(Exception):
    """ffmpeg or ffprobe could not be run or failed; the text is for the log."""


@dataclass(frozen=True)
class ProcessResult:
    """The result of a process."""

    rc: int
    """Exit status; a negative value is a signal number. -SIGXCPU at the limit of processor time:
    ffmpeg catches that signal and then exits with a status above 0 or by SIGKILL."""
    cpu_s: float
    """Processor seconds used."""
    messages: str
    """The first 64 kB of its stderr."""
    stdout: bytes = b""

    @property
    def disk_full(self) -> bool:
        """True if the messages say that the disk is full; the status may be 0 nevertheless."""
        return "No space left on device" in self.messages or "quota exceeded" in self.messages

    def raise_for_status(self, code: str | None = None) -> Self:
        """Return self if the status is 0.

        Raises:
            ToqiboxError: storage_full if the messages say so, otherwise `code` if one is given.
            MediaError: without `code`.
        """
        if self.rc == 0:
            return self
        detail = f"rc {self.rc}: {self.messages[-1000:]}"
        if self.disk_full:
            raise ToqiboxError("storage_full", detail=detail)
        if code is not None:
            raise ToqiboxError(code, detail=detail)
        raise MediaError(detail)


def file_url(path: Path) -> str:
    """Return the URL of a local file; no name can turn it into another protocol or an option."""
    return "file:" + os.path.abspath(path)


def input_file(path: Path, **options: object) -> Any:
    """Return an input node of ffmpeg-python; `options` are ffmpeg's, before `-i`."""
    return graph.input(file_url(path), protocol_whitelist="file", **options)


def input_pipe(**options: object) -> Any:
    """Return an input node that reads what we write to the process's stdin."""
    return graph.input("pipe:0", protocol_whitelist="pipe", **options)


def output(
    streams: Any, target: Path | str, *, measured: Any = None, **options: object
) -> list[str]:
    """Return the argument list that writes `streams` (a node or a list of nodes) to `target`.

    Args:
        streams: nodes of ffmpeg-python.
        target: one of our files, or ``pipe:1``.
        measured: a node whose filters write what they measure; its frames are discarded.
        options: ffmpeg's output options; None is an option without a value.
    """
    url = file_url(target) if isinstance(target, Path) else target
    node = graph.output(*(streams if isinstance(streams, list) else [streams]), url, **options)
    if measured is not None:
        node = graph.merge_outputs(node, graph.output(measured, "-", format="null"))
    argv: list[str] = graph.compile(node, cmd=["ffmpeg", *_GLOBAL], overwrite_output=True)
    return argv


class Process:
    """A running ffmpeg or ffprobe; a context manager that always ends the process."""

    def __init__(
        self,
        argv: list[str],
        limits: sandbox.Limits | None = None,
        *,
        stdin: bool = False,
        stdout: bool = False,
        pass_fds: Sequence[int] = (),
    ) -> None:
        """Start `argv`, with pipes for stdin and stdout if requested, and these descriptors.

        Raises:
            MediaError: the program is not installed or the process could not be started.
        """
        environment = sandbox.environment()
        if shutil.which(argv[0], path=environment["PATH"]) is None:
            raise MediaError(f"{argv[0]} is not installed")
        self._messages = message_file.create()
        self._result: ProcessResult | None = None
        self._cpu_limit_s = (limits and limits.cpu_s) or math.inf
        try:
            self._popen = subprocess.Popen(
                [sandbox.encode_argument(argument) for argument in sandbox.command(argv, limits)],
                stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
                stdout=subprocess.PIPE if stdout else subprocess.DEVNULL,
                stderr=self._messages,
                env=environment,
                pass_fds=pass_fds,
                bufsize=0,
            )
        except OSError as error:
            os.close(self._messages)
            raise MediaError(f"{argv[0]} could not be started: {error}") from error
        for pipe in filter(None, (self._popen.stdin, self._popen.stdout)):
            _widen_pipe(pipe.fileno())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._popen.pid

    def write(self, data: memoryview | bytes) -> None:
        """Write all of `data` to its stdin; block until the process has read it.

        Raises:
            BrokenPipeError: the process has ended or closed its stdin.
        """
        assert self._popen.stdin is not None
        rest = memoryview(data).cast("B")
        while rest:
            rest = rest[os.write(self._popen.stdin.fileno(), rest) :]

    def close_stdin(self) -> None:
        """Close its stdin to signal the end of input."""
        if self._popen.stdin is not None:
            self._popen.stdin.close()

    def chunks(self, stall_s: float = 30.0) -> Iterator[bytes]:
        """Yield its stdout in chunks until it closes it.

        Raises:
            MediaError: no output for `stall_s` seconds.
        """
        assert self._popen.stdout is not None
        descriptor = self._popen.stdout.fileno()
        (poll := select.poll()).register(descriptor, select.POLLIN | select.POLLHUP)
        while True:
            if not poll.poll(stall_s * 1000):
                raise MediaError(f"no output for {stall_s} s")
            chunk = os.read(descriptor, _CHUNK_BYTES)
            if not chunk:
                return
            yield chunk

    def wait(self, limit_s: float, stdout: bytes = b"") -> ProcessResult:
        """Wait for the process to end, reap it, and return its result.

        Raises:
            MediaError: the process is still running after `limit_s` seconds.
        """
        result = self.try_wait(limit_s, stdout)
        if result is None:
            raise MediaError(f"still running after {limit_s:g} s")
        return result

    def try_wait(self, limit_s: float, stdout: bytes = b"") -> ProcessResult | None:
        """Return its result once it has ended; None if it still runs after `limit_s` seconds."""
        deadline = time.monotonic() + limit_s
        pause = 0.0005
        while self._result is None:
            pid, status, usage = os.wait4(self._popen.pid, os.WNOHANG)
            if pid:
                rc = os.waitstatus_to_exitcode(status)
                self._popen.returncode = rc
                cpu_s = usage.ru_utime + usage.ru_stime
                if rc != 0 and cpu_s >= _CPU_LIMIT_SHARE * self._cpu_limit_s:
                    rc = -signal.SIGXCPU
                self._result = ProcessResult(rc, cpu_s, self.messages(), stdout)
                self._close()
            elif time.monotonic() >= deadline:
                return None
            else:
                time.sleep(pause)
                pause = min(pause * 2, 0.02)
        return self._result

    def messages(self) -> str:
        """Return its stderr so far, the first 64 kB."""
        if self._result is not None:
            return self._result.messages
        return message_file.read(self._messages)

    def send_kill(self) -> None:
        """Send SIGKILL if it runs; its pipes stay open until it is reaped."""
        # Only `try_wait` reaps it, so the id cannot belong to another process yet.
        if self._result is None:
            os.kill(self._popen.pid, signal.SIGKILL)

    def kill(self) -> None:
        """Kill it if it runs, and reap it."""
        self.send_kill()
        self.wait(_REAP_LIMIT_S)

    def _close(self) -> None:
        for pipe in filter(None, (self._popen.stdin, self._popen.stdout)):
            pipe.close()
        os.close(self._messages)


def run(
    argv: list[str],
    limits: sandbox.Limits | None = None,
    *,
    limit_s: float = 60.0,
    stdout_bytes: int = 0,
) -> ProcessResult:
    """Run to the end and return the result with any status; see `raise_for_status`.

    Args:
        argv: an argument list of `output`, or an ffprobe command.
        limits: hard limits of the process.
        limit_s: time limit in seconds, also for gaps between output on stdout.
        stdout_bytes: maximum length of its stdout; more is an error. 0 discards stdout.

    Raises:
        MediaError: not installed, too slow, or too much output.
    """
    with Process(argv, limits, stdout=stdout_bytes > 0) as process:
        output_bytes = bytearray()
        if stdout_bytes:
            for chunk in process.chunks(limit_s):
                output_bytes += chunk
                if len(output_bytes) > stdout_bytes:
                    raise MediaError(f"{argv[0]} wrote more than {stdout_bytes} bytes")
        return process.wait(limit_s, bytes(output_bytes))


def version() -> str:
    """Return the version of the ffmpeg in use.

    Raises:
        MediaError: ffmpeg cannot be run.
    """
    result = run(["ffmpeg", "-version"], limit_s=20, stdout_bytes=1 << 16).raise_for_status()
    first = result.stdout.split(b"\n")[0]
    return first.decode("utf-8", "replace").removeprefix("ffmpeg version ").split(" ")[0]


def _widen_pipe(descriptor: int) -> None:
    """Enlarge the pipe buffer for fewer context switches; keep its size if the system refuses."""
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    except OSError:
        return
