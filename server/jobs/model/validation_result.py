"""A verdict: what compiling an effect and drawing two of its frames showed."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from server.effects.diagnostics.suspect import diagnose_crash
from server.effects.source.diagnostic import AuthorFile, diagnostic
from server.errors import ToqiboxError
from server.jobs.execution.worker_process import TaskError

CPU_S = 10
"""Processor time that compiling and drawing may take."""
MEMORY_BYTES = 1_000_000_000
"""Address space of the same on a software renderer."""
WALL_S = 20.0
"""Time by the clock of the same on a GPU."""
_OVERRUN = f"compiling it and drawing two frames took more than {CPU_S} s of processor time"
_OUT_OF_MEMORY = "MemoryError"
_TOO_LARGE = "compiling it and drawing two frames needs more memory than it may have"
_CRASH = "it crashes the renderer, or needs more memory than it may have"
_TOO_LONG = f"compiling it and drawing two frames took more than {WALL_S:.0f} s"


@dataclass(frozen=True)
class ValidationResult:
    """Whether an effect can be drawn by one driver, and why not."""

    code: str | None = None
    """None when it can be drawn; else ``shader_compile_failed`` or ``shader_rejected``."""
    diagnostics: tuple[dict[str, Any], ...] = ()
    detail: str = ""
    """For the log."""
    blank: bool = False
    """Whether nothing could be seen in either frame."""
    warnings: tuple[dict[str, Any], ...] = ()
    """Diagnostics of severity ``warning`` about what was drawn."""
    pixel_s: float = 0.0
    """What a frame takes for each pixel; see render/effect/cost.py."""
    fixed_s: float = 0.0
    """What a frame takes beside that."""
    still_pixel_s: float = 0.0
    """What the passes that are drawn once take for each pixel, in the first frame alone."""
    still_fixed_s: float = 0.0
    """What those passes take beside that."""

    def raise_if_invalid(self, effect_id: str) -> None:
        """Refuse an effect that cannot be drawn.

        Raises:
            ToqiboxError: the verdict's code; the field is ``effect``.
        """
        if self.code is not None:
            raise ToqiboxError(
                self.code,
                field="effect",
                name=effect_id,
                diagnostics=list(self.diagnostics),
                detail=self.detail,
            )

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "ValidationResult":
        values = json.loads(text)
        lists = {name: tuple(values.get(name) or ()) for name in ("diagnostics", "warnings")}
        return cls(**{**values, **lists})


def from_task_error(
    error: TaskError, author: AuthorFile, *, software: bool
) -> ValidationResult | None:
    """The verdict that a failed ``compile`` task gives; None where it need not be its doing.

    Whoever kills from outside, such as a kernel that is out of memory, uses SIGKILL; the limits
    of the process itself end it by other signals. Time by the clock says on a GPU how long the
    shader runs, which costs no processor time there; on a software renderer how busy the machine
    is.

    Args:
        error: how the task ended.
        author: the effect's file, of which diagnostics are told.
        software: whether the renderer is a software renderer.
    """
    if error.code in ("shader_compile_failed", "shader_rejected"):
        diagnostics = tuple(error.diagnostics or ())
        generic = diagnostic(author.file, "", None, None, "it cannot be used")
        return ValidationResult(error.code, diagnostics or (generic,), error.detail)
    if is_timeout(error):
        return None if software else timed_out(error, author)
    if error.code == "internal" and _OUT_OF_MEMORY in error.detail:
        return _rejected(author, _TOO_LARGE, error)
    if error.code != "worker_crashed" or error.is_external:
        return None
    overrun = error.detail.startswith("signal SIGXCPU")
    return _rejected(author, _OVERRUN if overrun else _CRASH, error, late=overrun)


def from_task_result(result: Mapping[str, Any], file: str) -> ValidationResult:
    """The verdict that a finished ``compile`` task gives.

    Args:
        result: of the task.
        file: the effect's file, of which diagnostics are told.
    """
    warnings = tuple(result.get("warnings") or ())
    blank = bool(result.get("blank"))
    if blank:
        warnings += (blank_warning(str(result.get("why") or ""), file),)
    cost = result.get("cost") or {}
    return ValidationResult(blank=blank, warnings=warnings, **cost)


def blank_warning(why: str, file: str) -> dict[str, Any]:
    """Return the warning about an effect that is blank with its defaults.

    Args:
        why: the likely reason; may be empty.
        file: the effect's file.
    """
    message = f"the frames drawn are blank: {why or 'all is black'}"
    return {**diagnostic(file, "", None, None, message), "severity": "warning"}


def is_timeout(error: TaskError) -> bool:
    """Whether a task was ended by the clock."""
    return error.code in ("render_timeout", "render_stalled")


def timed_out(error: TaskError, author: AuthorFile) -> ValidationResult:
    """The verdict on an effect that runs out of time by the clock."""
    return _rejected(author, _TOO_LONG, error, late=True)


def not_drawable(error: TaskError, author: AuthorFile) -> ValidationResult:
    """The verdict on an effect that could not be drawn by a machine that draws others."""
    return _rejected(author, "it compiles, but cannot be drawn", error)


def _rejected(
    author: AuthorFile, why: str, error: TaskError, *, late: bool = False
) -> ValidationResult:
    diagnostics = diagnose_crash(author, why, late=late)
    return ValidationResult("shader_rejected", (diagnostics,), error.detail)
