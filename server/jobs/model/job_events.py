"""Changes of jobs, published to the parts of the server that follow them."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from server.jobs.model.job import Status

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class JobChange:
    """State of a job after a committed change."""

    job_id: str
    version: int
    """Increases with each change of the job; two changes may be published in either order."""
    status: Status


Listener = Callable[[JobChange], None]


class JobEvents:
    """Notifies listeners of changes, on the event loop, after each commit."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with every change from now on; return a function that ends this.

        A listener must not block. The failure of one is logged and does not affect the others.
        """
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def publish(self, change: JobChange) -> None:
        """Call every listener."""
        for listener in list(self._listeners):
            try:
                listener(change)
            except Exception:
                _LOG.exception("events.listener_failed")
