"""The module of each kind of task, loaded with the first task of its kind."""

from importlib import import_module
from types import ModuleType

from server.protocol import tasks
from server.protocol.progress import ProgressReporter
from server.protocol.task import ResultT, Task

MODULES: dict[type[tasks.AnyTask], str] = {
    tasks.Probe: "probe",
    tasks.Prepare: "prepare",
    tasks.FindHighlight: "find_highlight",
    tasks.Analyse: "analyse",
    tasks.DescribeAudio: "describe_audio",
    tasks.LimitFlashes: "limit_flashes",
    tasks.DrawSegment: "segment",
    tasks.CompileEffect: "compile",
    tasks.CompileForBrowser: "browser_compile",
    tasks.DrawFrames: "frames",
    tasks.Profile: "profile",
    tasks.ComposeSheet: "contact_sheet",
    tasks.EncodeAudio: "encode_audio",
    tasks.Mux: "mux",
}
"""Modules of worker/tasks; each has a function `run(task, progress)` that returns its result."""


def run_task(task: Task[ResultT], progress: ProgressReporter) -> ResultT:
    """Perform a task and return its result.

    Raises:
        ToqiboxError: the task cannot be done; other exceptions are errors of the program.
    """
    result: ResultT = load(type(task)).run(task, progress)
    return result


def load(kind: type[tasks.AnyTask]) -> ModuleType:
    """Load the module of a kind of task, with all that it imports."""
    return import_module(f"server.worker.tasks.{MODULES[kind]}")
