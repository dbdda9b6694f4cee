"""Waits for an ffmpeg that writes a file, and tells that it gets on."""

import time
from collections.abc import Callable
from pathlib import Path

from server.media.ffmpeg import MediaError, Outcome, Process

_LOOK_S = 1.0


def watch(process: Process, file: Path, told: Callable[[], None], limit_s: float) -> Outcome:
    """Wait for the end of `process`; `told` is called whenever `file` has changed.

    Raises:
        MediaError: it is still running after `limit_s` seconds.
    """
    deadline = time.monotonic() + limit_s
    seen = _mark(file)
    while (outcome := process.ended(_LOOK_S)) is None:
        if (now := _mark(file)) != seen:
            seen = now
            told()
        if time.monotonic() >= deadline:
            raise MediaError(f"still running after {limit_s:g} s")
    return outcome


def _mark(file: Path) -> tuple[int, int] | None:
    """What is another after every write to `file`; None when there is no such file."""
    try:
        state = file.stat()
    except FileNotFoundError:
        return None
    return state.st_size, state.st_mtime_ns
