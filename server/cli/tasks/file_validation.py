"""The verdict on an effect file."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any


class ValidationOutcome(StrEnum):
    """What became of a file."""

    OK = "ok"
    BLANK = "blank"
    """It draws, and all that it draws is black or transparent."""
    FAILED = "failed"
    """It cannot be read, or does not compile."""
    REJECTED = "rejected"
    """It asks for what is not allowed, crashes the compiler, or outgrows a limit."""
    SKIPPED = "skipped"
    """It is no effect at all."""


@dataclass(frozen=True)
class FileValidation:
    """What became of a file, and why."""

    path: Path
    outcome: ValidationOutcome
    reason: str = ""
    id: str | None = None
    """The id that a server offers it under."""
    note: str = ""
    """Said where that is not the id of its name."""
    diagnostics: list[dict[str, Any]] = field(default_factory=list)
    dialect: str | None = None
    sequential: bool | None = None
    renderer: str | None = None
    browser: bool | None = None
    """True where the browser's shaders compile as OpenGL ES; None where this was not tried."""
    warnings: list[dict[str, Any]] = field(default_factory=list)
    """Diagnostics of severity ``warning``: it is drawn, and something in it has no effect."""

    def to_json(self) -> dict[str, Any]:
        """The verdict as an object of plain values."""
        return {**asdict(self), "path": str(self.path), "outcome": self.outcome.value}
