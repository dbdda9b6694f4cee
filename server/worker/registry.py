"""The module of each kind of task, loaded with the first task of its kind.

It has the name of the task, and a function `run(task, progress)` that returns its result. Those of
tasks that draw are in `tasks/drawing`, all others in `tasks`.
"""

from importlib import import_module
from types import ModuleType

from server.protocol.task import AnyTask, ResultT, Task
from server.protocol.wire.progress import ProgressReporter


def run_task(task: Task[ResultT], progress: ProgressReporter) -> ResultT:
    """Perform a task and return its result.

    Raises:
        ToqiboxError: the task cannot be done; other exceptions are errors of the program.
    """
    result: ResultT = load(type(task)).run(task, progress)
    return result


def load(kind: type[AnyTask]) -> ModuleType:
    """Load the module of a kind of task, with all that it imports."""
    folder = "tasks.drawing" if kind.draws else "tasks"
    return import_module(f"server.worker.{folder}.{kind.name}")
