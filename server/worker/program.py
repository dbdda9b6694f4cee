"""The worker program: reads tasks as JSON lines and writes events as JSON lines.

    python -I server/process/start.py server.worker.program

The lines are those of protocol/wire/lines.py. Events are written to the original standard output,
moved to a private descriptor; standard output then becomes standard error, so that a stray print of
a library or of a child cannot break the protocol. After `Done` or `Failed` the next line is read;
the end of standard input ends the program. The parent arranges that the worker dies with it
(process/sandbox.py).
"""

import faulthandler
import os
import sys
import traceback
from collections.abc import Callable
from typing import IO

from server.errors import ToqiboxError
from server.files.disk import is_disk_full
from server.files.seal import DamagedFilesError
from server.process.sandbox import NO_SHADER_CACHE
from server.protocol.codec import ProtocolError, to_json
from server.protocol.results.task_result import TaskResult
from server.protocol.tasks import AnyTask
from server.protocol.wire.events import Done, Event, Failed, Started
from server.protocol.wire.lines import MAX_TASK_BYTES, read_task, write_event
from server.protocol.wire.progress import ProgressReporter
from server.protocol.wire.stage_clock import StageClock
from server.worker.registry import run_task

_MAX_DETAIL_CHARS = 4000
OnTask = Callable[[AnyTask], None]


class EventWriter:
    """Writes events, whole lines at a time, to a descriptor that no child inherits."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def __call__(self, event: Event) -> None:
        """Write one event.

        Raises:
            BrokenPipeError: the reader is gone.
        """
        data = memoryview(write_event(event))
        while data:
            data = data[os.write(self._descriptor, data) :]


def take_over_stdout() -> int:
    """Move standard output to a new close-on-exec descriptor; output 1 becomes standard error."""
    descriptor = os.dup(1)  # not inheritable (PEP 446)
    os.dup2(2, 1)
    return descriptor


def failed_event(error: BaseException, task: AnyTask | None) -> Failed:
    """Return the event of an exception: with its own code, or the one that fits the task."""
    if isinstance(error, ProtocolError):
        return Failed(code="internal", detail=f"the task line cannot be read: {error}")
    if isinstance(error, ToqiboxError):
        damaged = error.paths if isinstance(error, DamagedFilesError) else ()
        return Failed(
            code=error.code,
            field=error.field,
            values=error.values,
            diagnostics=None if error.diagnostics is None else (*error.diagnostics,),
            detail=(error.detail or "")[-_MAX_DETAIL_CHARS:],
            damaged=tuple(map(str, damaged)),
        )
    code = "render_failed" if task is not None and task.draws else "internal"
    if is_disk_full(error):
        code = "storage_full"
    detail = "".join(traceback.format_exception(error, limit=-6))[-_MAX_DETAIL_CHARS:]
    return Failed(code=code, detail=detail)


def _leave(_task: AnyTask) -> None:
    """Leave the process as it is."""


def _perform(line: bytes, send: EventWriter, prepare: OnTask) -> None:
    task = None
    try:
        task = read_task(line)
        if task.runs_custom_code:
            os.environ.update(NO_SHADER_CACHE)  # others must never run what it leaves there
        prepare(task)
        result = _run(task, send)
    except Exception as error:
        send(failed_event(error, task))
    else:
        send(Done(result=to_json(result)))


def _run(task: AnyTask, send: EventWriter) -> TaskResult:
    """Run a task; if it has a trace, send its times too."""
    if task.trace is None:
        result: TaskResult = run_task(task, ProgressReporter(send))
        return result
    clock = StageClock(task.name, send)
    try:
        result = run_task(task, ProgressReporter(clock))
    finally:
        clock.finish()
    return result


def serve(source: IO[bytes], send: EventWriter, confine: OnTask = _leave) -> None:
    """Perform the tasks of `source`, line by line, until it ends; `confine` before the first."""
    while line := source.readline(MAX_TASK_BYTES):
        rest = line
        while rest and not rest.endswith(b"\n"):  # skip the rest of an overlong line
            rest = source.readline(MAX_TASK_BYTES)
        if line.strip():
            _perform(line, send, confine)
            confine = _leave


def main(confine: OnTask = _leave) -> int:
    """Run the worker on its standard descriptors; return the exit status.

    Args:
        confine: called with the first task, before it is performed.
    """
    faulthandler.enable()
    send = EventWriter(take_over_stdout())
    try:
        send(Started())
        serve(sys.stdin.buffer, send, confine)
    except BrokenPipeError:
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
