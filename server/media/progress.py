"""Waits for an ffmpeg that writes a file, and tells that it gets on."""

import time
from collections.abc import Callable
from pathlib import Path

from server.media.ffmpeg import MediaError, Process, ProcessResult

_POLL_S = 1.0


def wait_with_progress(
    process: Process, file: Path, on_progress: Callable[[], None], limit_s: float
) -> ProcessResult:
    """Wait for the end of `process`; `told` is called whenever `file` has changed.

    Raises:
        MediaError: it is still running after `limit_s` seconds.
    """
    deadline = time.monotonic() + limit_s
    last_stamp = _file_stamp(file)
    while (result := process.try_wait(_POLL_S)) is None:
        if (stamp := _file_stamp(file)) != last_stamp:
            last_stamp = stamp
            on_progress()
        if time.monotonic() >= deadline:
            raise MediaError(f"still running after {limit_s:g} s")
    return result


def _file_stamp(file: Path) -> tuple[int, int] | None:
    """What is another after every write to `file`; None when there is no such file."""
    try:
        state = file.stat()
    except FileNotFoundError:
        return None
    return state.st_size, state.st_mtime_ns
