"""Base class of all tasks."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar


@dataclass(frozen=True, kw_only=True)
class Task:
    """Task of a worker."""

    name: ClassVar[str]
    """Name of its kind in a task line."""
    draws: ClassVar[bool] = False
    """True for a task that renders with OpenGL."""

    def inputs(self) -> list[Path]:
        """Return the files and folders that it reads."""
        return []

    def outputs(self) -> list[Path]:
        """Return the files and folders that it writes, even if some are optional."""
        return []
