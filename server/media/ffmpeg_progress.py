"""Waiting for an ffmpeg process that writes a file, with reports of its progress."""

import time
from collections.abc import Callable
from pathlib import Path

from server.media.ffmpeg import MediaError, Process, ProcessResult

_POLL_S = 1.0


def wait_with_progress(
    process: Process, file: Path, on_progress: Callable[[], None], limit_s: float
) -> ProcessResult:
    """Wait for the end of `process`; call `on_progress` whenever `file` has changed.

    Raises:
        MediaError: the process is still running after `limit_s` seconds.
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
    """Return a value that changes with every write to `file`; None if the file is missing."""
    try:
        state = file.stat()
    except FileNotFoundError:
        return None
    return state.st_size, state.st_mtime_ns
