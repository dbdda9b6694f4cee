"""The base of all tasks."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar


@dataclass(frozen=True, kw_only=True)
class Task:
    """What a worker is asked to do."""

    name: ClassVar[str]
    """The name of its kind in a task line."""
    draws: ClassVar[bool] = False
    """True for a task that draws with OpenGL."""

    def inputs(self) -> list[Path]:
        """Return the files and folders that it reads."""
        return []

    def outputs(self) -> list[Path]:
        """Return the files and folders that it writes; some are left out when not needed."""
        return []
