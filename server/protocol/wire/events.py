"""Events of a worker, one dataclass each. A task ends with `Done` or `Failed`."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from server.protocol.codec import wire_name


@dataclass(frozen=True, kw_only=True)
class Started:
    """The worker has started and reads its first task."""


@dataclass(frozen=True, kw_only=True)
class StageEntered:
    """The task makes progress in a stage; the same stage may be reported again."""

    stage: str


@dataclass(frozen=True, kw_only=True)
class FramesDone:
    """A number of frames of the task was passed to the encoder."""

    done: int


@dataclass(frozen=True, kw_only=True)
class Done:
    """The task is done."""

    result: Mapping[str, Any]
    """Its `TaskResult` as JSON."""


@dataclass(frozen=True, kw_only=True)
class Failed:
    """The task failed; the worker is ready for the next one."""

    code: str
    """Code of `errors.CATALOGUE`."""
    field: str | None = None
    """Invalid field of the request."""
    values: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    """Values of the error's message."""
    diagnostics: tuple[Any, ...] | None = None
    """Messages of the shader compiler: see effects/source/diagnostic.py."""
    detail: str = ""
    """Text for the log."""
    damaged: tuple[str, ...] = ()
    """Files of earlier tasks that have to be written again."""


@dataclass(frozen=True, kw_only=True)
class WorkerSpan:
    """Interval of a trace, in nanoseconds since 1970."""

    name: str
    began_ns: int
    ended_ns: int


@dataclass(frozen=True, kw_only=True)
class TaskTraced:
    """The times of a task that has a trace, sent before its last event."""

    task: WorkerSpan
    stages: tuple[WorkerSpan, ...]


Event = Started | StageEntered | FramesDone | TaskTraced | Done | Failed
KINDS = (Started, StageEntered, FramesDone, TaskTraced, Done, Failed)
EVENTS: dict[str, type[Event]] = {wire_name(kind): kind for kind in KINDS}
"""Kinds of events by name."""
