"""Base class of all tasks."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Generic, Self, TypeVar, get_args

from server.protocol.codec import wire_name
from server.protocol.results.task_result import TaskResult

ResultT = TypeVar("ResultT", bound=TaskResult)
"""Type of a task's result."""


@dataclass(frozen=True, kw_only=True)
class Task(Generic[ResultT]):
    """Task of a worker."""

    name: ClassVar[str]
    """Name of its class in task lines, in the job table and in logs: ``draw_segment``."""
    result_type: ClassVar[type[TaskResult]]
    draws: ClassVar[bool] = False
    """True for a task that renders with OpenGL."""
    trace: str | None = None
    """Span that it is part of, a traceparent of W3C Trace Context; None if none is exported."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls.name = wire_name(cls)
        (cls.result_type,) = get_args(cls.__orig_bases__[0])  # type: ignore[attr-defined]

    @property
    def runs_custom_code(self) -> bool:
        """True if it compiles a shader that a client has sent."""
        return False

    def on_gpu(self, _gpu: int | None) -> Self:
        """Return this task for a GPU, as CUDA counts; the same one if it does not draw."""
        return self

    def inputs(self) -> list[Path]:
        """Return the files and folders that it reads."""
        return []

    def outputs(self) -> list[Path]:
        """Return the files and folders that it writes, even if some are optional."""
        return []


AnyTask = Task[Any]
