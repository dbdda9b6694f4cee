"""The tasks of a worker: one dataclass each, with the files that it reads and writes.

A task is everything that its worker gets. `inputs` and `outputs` name every file and folder by its
absolute path: the files to send to a worker on another machine, and the files to bring back.
"""

from server.protocol.drawing_tasks import (
    CompileEffect,
    CompileForBrowser,
    DrawFrames,
    DrawSegment,
    FrameFile,
    Profile,
)
from server.protocol.media_tasks import (
    Analyse,
    ComposeSheet,
    DescribeAudio,
    EncodeAudio,
    FindHighlight,
    LimitFlashes,
    MeasureGpus,
    Mux,
    Prepare,
    Probe,
    SheetCell,
)
from server.protocol.task import AnyTask, Task

KINDS: tuple[type[AnyTask], ...] = (
    Probe,
    MeasureGpus,
    Prepare,
    FindHighlight,
    Analyse,
    DescribeAudio,
    LimitFlashes,
    DrawSegment,
    CompileEffect,
    CompileForBrowser,
    DrawFrames,
    Profile,
    ComposeSheet,
    EncodeAudio,
    Mux,
)
TASKS = {kind.name: kind for kind in KINDS}
"""Every kind of task by its name."""

__all__ = [
    "KINDS",
    "TASKS",
    "Analyse",
    "AnyTask",
    "CompileEffect",
    "CompileForBrowser",
    "ComposeSheet",
    "DescribeAudio",
    "DrawFrames",
    "DrawSegment",
    "EncodeAudio",
    "FindHighlight",
    "FrameFile",
    "LimitFlashes",
    "MeasureGpus",
    "Mux",
    "Prepare",
    "Probe",
    "Profile",
    "SheetCell",
    "Task",
]
