"""Times of the stages of a task, for its trace."""

import time
from collections.abc import Callable

from server.protocol.wire.events import Event, StageEntered, TaskTraced, WorkerSpan


class StageClock:
    """Measures a task and its stages; each stage lasts until the next one is entered.

    Args:
        task: name of the task.
        send: writes one event.
    """

    def __init__(self, task: str, send: Callable[[Event], None]) -> None:
        self._task = task
        self._send = send
        self._began_ns = time.time_ns()
        self._stages: list[tuple[str, int]] = []

    def __call__(self, event: Event) -> None:
        """Pass on an event of the task."""
        if isinstance(event, StageEntered) and event.stage != self._current:
            self._stages.append((event.stage, time.time_ns()))
        self._send(event)

    def finish(self) -> None:
        """Send the spans of the task and of its stages."""
        ended_ns = time.time_ns()
        ends = [began_ns for _, began_ns in self._stages[1:]] + [ended_ns]
        stages = tuple(
            WorkerSpan(name=name, began_ns=began_ns, ended_ns=end_ns)
            for (name, began_ns), end_ns in zip(self._stages, ends, strict=False)
        )
        task = WorkerSpan(name=self._task, began_ns=self._began_ns, ended_ns=ended_ns)
        self._send(TaskTraced(task=task, stages=stages))

    @property
    def _current(self) -> str | None:
        return self._stages[-1][0] if self._stages else None
