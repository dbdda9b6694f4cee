"""The child processes of the server: workers, the fork server, and their ffmpeg."""

from dataclasses import dataclass

import psutil

KINDS = ("worker", "fork_server", "ffmpeg", "other")


@dataclass(frozen=True)
class ChildProcesses:
    """The children of one kind."""

    count: int = 0
    memory_bytes: int = 0
    """Their own memory, and their share of what they share (proportional set size, proc(5))."""


def read_children() -> dict[str, ChildProcesses]:
    """Return all descendants of this process by kind; those that end meanwhile are left out.

    Blocks for some milliseconds a process.
    """
    children = dict.fromkeys(KINDS, ChildProcesses())
    for process in psutil.Process().children(recursive=True):
        try:
            kind, memory_bytes = _kind(process.cmdline()), process.memory_full_info().pss
        except psutil.Error:
            continue
        before = children[kind]
        children[kind] = ChildProcesses(before.count + 1, before.memory_bytes + memory_bytes)
    return children


def _kind(arguments: list[str]) -> str:
    program = arguments[0].rpartition("/")[2] if arguments else ""
    if program in ("ffmpeg", "ffprobe"):
        return "ffmpeg"
    for kind, module in (("worker", "worker.program"), ("fork_server", "worker.fork_server")):
        if any(module in argument for argument in arguments):
            return kind
    return "other"
