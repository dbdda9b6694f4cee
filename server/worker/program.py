"""The worker program: tasks come in as JSON lines, events leave as JSON lines.

    python -I server/start.py server.worker.program

A task line is ``{"task": name, ...}``. The events ``started stage frames done failed`` are written
to what was standard output at the start, moved to a private descriptor; after that standard output
is standard error, so a stray print of a library or of a child cannot break the protocol. After
``done`` or ``failed`` the next line is read; the end of standard input ends the program. That it
dies with its parent is arranged by whoever starts it (sandbox.py).
"""

import errno
import faulthandler
import json
import os
import sys
import traceback
from collections.abc import Callable
from typing import IO, Any

from server.errors import ToqiboxError
from server.files.seal import DamagedFilesError
from server.messages import Message
from server.protocol.events import ProgressReporter, Result, Task
from server.worker.registry import TASKS

MAX_LINE_BYTES = 8 * 1024 * 1024
"""Longest task line in bytes: an effect may have 256 kB of source and include 512 kB more."""
_MAX_DETAIL_CHARS = 4000
_DRAWING_TASKS = ("flashes", "segment", "compile", "browser", "frame", "profile")


def _encode_json(value: object) -> object:
    """What JSON has no word for: a reason as its parts, anything else as text."""
    return value.to_json() if isinstance(value, Message) else str(value)


class EventWriter:
    """Writes events, whole lines at a time, to a descriptor that no child inherits."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def __call__(self, event: str, **values: object) -> None:
        """Write one event.

        Raises:
            BrokenPipeError: nobody reads any more.
        """
        line = json.dumps({"event": event, **values}, ensure_ascii=False, default=_encode_json)
        data = memoryview(line.encode("utf-8", "replace") + b"\n")
        while data:
            data = data[os.write(self._descriptor, data) :]


def take_over_stdout() -> int:
    """Move standard output to a new close-on-exec descriptor; output 1 becomes standard error."""
    descriptor = os.dup(1)  # not inheritable (PEP 446)
    os.dup2(2, 1)
    return descriptor


def failed_event(error: BaseException, task: str) -> dict[str, Any]:
    """The ``failed`` event of an exception: its own code, or the one that fits the task.

    `damaged` names the files that an earlier task made and that have to be made again.
    """
    if isinstance(error, ToqiboxError):
        return {
            "code": error.code,
            "field": error.field,
            "values": error.values,
            "diagnostics": error.diagnostics,
            "detail": (error.detail or "")[-_MAX_DETAIL_CHARS:],
            **(
                {"damaged": list(map(str, error.paths))}
                if isinstance(error, DamagedFilesError)
                else {}
            ),
        }
    code = "render_failed" if task in _DRAWING_TASKS else "internal"
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        code = "storage_full"
    detail = "".join(traceback.format_exception(error, limit=-6))[-_MAX_DETAIL_CHARS:]
    return {"code": code, "field": None, "values": {}, "diagnostics": None, "detail": detail}


def _parse_task(line: bytes) -> tuple[str, Callable[[Task, ProgressReporter], Result], Task]:
    if not line.endswith(b"\n"):
        raise ToqiboxError("internal", detail=f"task line cut short or over {MAX_LINE_BYTES} bytes")
    try:
        task = json.loads(line)
    except ValueError as error:
        raise ToqiboxError("internal", detail=f"task line is not JSON: {error}") from None
    name = task.get("task") if isinstance(task, dict) else None
    if not isinstance(name, str) or name not in TASKS:
        raise ToqiboxError("internal", detail=f"no such task: {str(name)[:80]}")
    return name, TASKS[name], task


def _run_task(line: bytes, events: EventWriter) -> None:
    name = ""
    try:
        name, function, task = _parse_task(line)
        result = function(task, ProgressReporter(events))
    except Exception as error:
        events("failed", **failed_event(error, name))
    else:
        events("done", result=result)


def serve(source: IO[bytes], events: EventWriter) -> None:
    """Do the tasks of `source`, line by line, until it ends."""
    while line := source.readline(MAX_LINE_BYTES):
        rest = line
        while rest and not rest.endswith(b"\n"):  # an overlong line is swallowed whole
            rest = source.readline(MAX_LINE_BYTES)
        if line.strip():
            _run_task(line, events)


def main() -> int:
    """Run the worker on its standard descriptors; returns the exit status."""
    faulthandler.enable()
    events = EventWriter(take_over_stdout())
    try:
        events("started")
        serve(sys.stdin.buffer, events)
    except BrokenPipeError:
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
