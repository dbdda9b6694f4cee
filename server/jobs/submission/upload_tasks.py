"""Tasks that decode an upload, repeated if something else has killed their worker."""

import logging
import signal

from server.errors import CATALOGUE, ToqiboxError
from server.jobs.execution.machine import MachineProbe
from server.jobs.execution.worker_process import TaskError, Timeouts
from server.jobs.model.retry_after import BUSY_S
from server.jobs.submission.fields import FILE_FIELDS, UNDECODABLE
from server.logging_json import log_event
from server.process import sandbox
from server.protocol.task import ResultT, Task
from server.protocol.wire.events import Event, StageEntered

_LOG = logging.getLogger(__name__)
PREPARE_LIMITS = sandbox.Limits(memory_bytes=1_500_000_000, cpu_s=30, file_bytes=2_000_000_000)
PREPARE_TIMEOUTS = Timeouts(idle_s=60, total_s=60)
_ATTEMPTS = 3


async def run_upload_task(
    machine: MachineProbe,
    task: Task[ResultT],
    timeouts: Timeouts,
    limits: sandbox.Limits,
    request_id: str,
) -> ResultT:
    """Return the result of a task that decodes an upload.

    Raises:
        ToqiboxError: the error for the client.
    """
    stages = ["audio"]

    def on_event(event: Event) -> None:
        if isinstance(event, StageEntered):
            stages.append(event.stage)

    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return await machine.run_task(task, timeouts, limits, on_event)
        except TaskError as error:
            log_event(
                _LOG,
                logging.INFO,
                "upload.task_failed",
                request=request_id,
                task=task.name,
                code=error.code,
                detail=error.detail,
                attempt=attempt,
            )
            if not _was_killed(error) or attempt == _ATTEMPTS:
                raise _client_error(error, stages[-1]) from error
    raise AssertionError("unreachable")


def _was_killed(error: TaskError) -> bool:
    """Return whether worker or ffmpeg was killed externally, so that the file is not the cause.

    Their own limits end them by other signals, and a retry would end in the same way.
    """
    return error.is_external or error.detail.startswith(f"rc -{signal.SIGKILL.value}:")


def _client_error(error: TaskError, stage: str) -> ToqiboxError:
    """Return the error for the client whose files could not be prepared."""
    if error.code in ("render_stalled", "render_timeout"):  # the machine is too busy
        return ToqiboxError("not_ready", retry_after=BUSY_S, detail=error.detail)
    if error.failed is None:
        # The decoder crashed or exceeded its limits: the file is the cause.
        field = stage if stage in FILE_FIELDS else "audio"
        return ToqiboxError(UNDECODABLE[field], field=field, detail=error.detail)
    code = error.code if CATALOGUE[error.code].status else "internal"
    return ToqiboxError(code, field=error.field, detail=error.detail, **error.values)
