"""Changes of jobs and ends of their tasks, published to the parts of the server that follow."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from server.jobs.model.job import Status
from server.protocol.results.task_result import TaskResult

_LOG = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True)
class JobChange:
    """State of a job after a committed change."""

    job_id: str
    version: int
    """Increases with each change of the job; two changes may be published in either order."""
    status: Status
    is_transition: bool = False
    """True if the job has just entered this status: published once for each."""


@dataclass(frozen=True)
class TaskEnd:
    """End of an attempt of a job's task, after it was saved."""

    job_id: str
    name: str
    result: TaskResult | None
    """None if the attempt failed."""
    wall_s: float = 0.0
    """Wall-clock seconds of an attempt that succeeded."""


Listener = Callable[[JobChange], None]
TaskListener = Callable[[TaskEnd], None]


class JobEvents:
    """Notifies listeners of changes, on the event loop, after each commit."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []
        self._task_listeners: list[TaskListener] = []

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with every change from now on; return a function that ends this.

        A listener must not block. The failure of one is logged and does not affect the others.
        """
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def subscribe_tasks(self, listener: TaskListener) -> None:
        """Call `listener` with every end of a task from now on, under the rules of `subscribe`."""
        self._task_listeners.append(listener)

    def publish(self, change: JobChange) -> None:
        """Call every listener."""
        _call(self._listeners, change)

    def publish_task(self, end: TaskEnd) -> None:
        """Call every listener of tasks."""
        _call(self._task_listeners, end)


def _call(listeners: Sequence[Callable[[T], None]], news: T) -> None:
    for listener in list(listeners):
        try:
            listener(news)
        except Exception:
            _LOG.exception("events.listener_failed")
