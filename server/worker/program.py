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
from server.protocol.events import Emit, Result, Spec
from server.worker.registry import TASKS

LINE_LIMIT = 8 * 1024 * 1024
"""Longest task line in bytes: an effect may have 256 kB of source and include 512 kB more."""
_DETAIL_LIMIT = 4000
_DRAWING = ("flashes", "segment", "compile", "browser", "frame", "profile")


def _plain(value: object) -> object:
    """What JSON has no word for: a reason as its parts, anything else as text."""
    return value.to_json() if isinstance(value, Message) else str(value)


class Events:
    """Writes events, whole lines at a time, to a descriptor that no child inherits."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def __call__(self, event: str, **values: object) -> None:
        """Write one event.

        Raises:
            BrokenPipeError: nobody reads any more.
        """
        line = json.dumps({"event": event, **values}, ensure_ascii=False, default=_plain)
        data = memoryview(line.encode("utf-8", "replace") + b"\n")
        while data:
            data = data[os.write(self._descriptor, data) :]


def private_output() -> int:
    """Move standard output to a new close-on-exec descriptor; output 1 becomes standard error."""
    descriptor = os.dup(1)  # not inheritable (PEP 446)
    os.dup2(2, 1)
    return descriptor


def failure(error: BaseException, task: str) -> dict[str, Any]:
    """The ``failed`` event of an exception: its own code, or the one that fits the task.

    `damaged` names the files that an earlier task made and that have to be made again.
    """
    if isinstance(error, ToqiboxError):
        return {
            "code": error.code,
            "field": error.field,
            "values": error.values,
            "diagnostics": error.diagnostics,
            "detail": (error.detail or "")[-_DETAIL_LIMIT:],
            **(
                {"damaged": list(map(str, error.paths))}
                if isinstance(error, DamagedFilesError)
                else {}
            ),
        }
    code = "render_failed" if task in _DRAWING else "internal"
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        code = "storage_full"
    detail = "".join(traceback.format_exception(error, limit=-6))[-_DETAIL_LIMIT:]
    return {"code": code, "field": None, "values": {}, "diagnostics": None, "detail": detail}


def _parse(line: bytes) -> tuple[str, Callable[[Spec, Emit], Result], Spec]:
    if not line.endswith(b"\n"):
        raise ToqiboxError("internal", detail=f"task line cut short or over {LINE_LIMIT} bytes")
    try:
        spec = json.loads(line)
    except ValueError as error:
        raise ToqiboxError("internal", detail=f"task line is not JSON: {error}") from None
    name = spec.get("task") if isinstance(spec, dict) else None
    if not isinstance(name, str) or name not in TASKS:
        raise ToqiboxError("internal", detail=f"no such task: {str(name)[:80]}")
    return name, TASKS[name], spec


def _perform(line: bytes, events: Events) -> None:
    name = ""
    try:
        name, function, spec = _parse(line)
        result = function(spec, Emit(events))
    except Exception as error:
        events("failed", **failure(error, name))
    else:
        events("done", result=result)


def serve(source: IO[bytes], events: Events) -> None:
    """Do the tasks of `source`, line by line, until it ends."""
    while line := source.readline(LINE_LIMIT):
        rest = line
        while rest and not rest.endswith(b"\n"):  # an overlong line is swallowed whole
            rest = source.readline(LINE_LIMIT)
        if line.strip():
            _perform(line, events)


def main() -> int:
    """Run the worker on its standard descriptors; returns the exit status."""
    faulthandler.enable()
    events = Events(private_output())
    try:
        events("started")
        serve(sys.stdin.buffer, events)
    except BrokenPipeError:
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
