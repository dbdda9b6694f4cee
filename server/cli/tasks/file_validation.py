"""The result of validating an effect file."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any


class ValidationOutcome(StrEnum):
    """The outcome of validating a file."""

    OK = "ok"
    BLANK = "blank"
    """It draws, but every pixel is black or transparent."""
    FAILED = "failed"
    """It cannot be read, or does not compile."""
    REJECTED = "rejected"
    """It uses what is not allowed, crashes the compiler, or exceeds a limit."""
    SKIPPED = "skipped"
    """It is not an effect."""


@dataclass(frozen=True)
class FileValidation:
    """The result for one file."""

    path: Path
    outcome: ValidationOutcome
    reason: str = ""
    id: str | None = None
    """The id that a server gives to it."""
    note: str = ""
    """The reason if this id differs from the file name."""
    diagnostics: list[dict[str, Any]] = field(default_factory=list)
    dialect: str | None = None
    sequential: bool | None = None
    renderer: str | None = None
    browser: bool | None = None
    """True if the browser's shaders compile as OpenGL ES; None if this was not tested."""
    warnings: list[dict[str, Any]] = field(default_factory=list)
    """Diagnostics of severity ``warning``: the file draws, but something in it has no effect."""

    def to_json(self) -> dict[str, Any]:
        """Return the result as a JSON object."""
        return {**asdict(self), "path": str(self.path), "outcome": self.outcome.value}
